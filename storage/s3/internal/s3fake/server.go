// Package s3fake is a fake S3 server for tests. It supports the part of the protocol that package s3 uses,
// stores objects in memory, injects faults, and records requests. It checks the access key, the hash of the
// payload and its length, but not the signature; the tests with a real server cover that.
package s3fake

import (
	"crypto/md5"
	"encoding/hex"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"time"
)

// The access key that the server accepts, with any secret.
const AccessKey = "fakekey"

// Object is a stored object.
type Object struct {
	Data         []byte
	ContentType  string
	CacheControl string
	ETag         string // with quotes
	Modified     time.Time
}

// Server is the fake server. Its methods may be called while requests are served.
type Server struct {
	*httptest.Server

	mu       sync.Mutex
	buckets  map[string]map[string]Object
	requests []string
	fault    func(*http.Request) Fault
	ended    chan struct{} // closed to release requests that hang
}

// New starts a server without buckets. Close stops it.
func New() *Server {
	s := &Server{buckets: map[string]map[string]Object{}, ended: make(chan struct{})}
	s.Server = httptest.NewServer(s)
	return s
}

// Close stops the server and all hanging requests.
func (s *Server) Close() {
	close(s.ended)
	s.Server.Close()
}

// CreateBucket makes an empty bucket.
func (s *Server) CreateBucket(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.buckets[name] = map[string]Object{}
}

// Object returns a stored object, and false if there is none.
func (s *Server) Object(bucket, key string) (Object, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	o, ok := s.buckets[bucket][key]
	return o, ok
}

// Set stores an object without a request.
func (s *Server) Set(bucket, key string, data []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.buckets[bucket][key] = newObject(data)
}

// Remove deletes an object without a request.
func (s *Server) Remove(bucket, key string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.buckets[bucket], key)
}

// Keys returns the keys of a bucket in order.
func (s *Server) Keys(bucket string) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Sorted(maps.Keys(s.buckets[bucket]))
}

// Requests returns the requests since the last call, such as "GET thumbs/a.jpg bytes=0-99", "PUT
// thumbs/a.jpg", "LIST thumbs/", "DELETE-MANY".
func (s *Server) Requests() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.requests
	s.requests = nil
	return r
}

func newObject(data []byte) Object {
	sum := md5.Sum(data)
	return Object{Data: data, ETag: `"` + hex.EncodeToString(sum[:]) + `"`, Modified: time.Now().UTC().Truncate(time.Second)}
}

func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	bucket, key := split(r)
	s.mu.Lock()
	s.requests = append(s.requests, describe(r, key))
	fault := Fault(nil)
	if s.fault != nil {
		fault = s.fault(r)
	}
	s.mu.Unlock()
	if fault != nil && !fault(s, w, r) {
		return
	}
	s.serve(w, r, bucket, key)
}

// split parses the path of a request.
func split(r *http.Request) (bucket, key string) {
	bucket, key, _ = strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	return bucket, key
}

func (s *Server) serve(w http.ResponseWriter, r *http.Request, bucket, key string) {
	if !authorized(r) {
		fail(w, http.StatusForbidden, "InvalidAccessKeyId")
		return
	}
	q := r.URL.Query()
	switch {
	case r.Method == http.MethodPut && key == "":
		s.CreateBucket(bucket)
	case !s.hasBucket(bucket):
		fail(w, http.StatusNotFound, "NoSuchBucket")
	case key == "" && r.Method == http.MethodGet && q.Get("list-type") == "2":
		s.list(w, bucket, q)
	case key == "" && r.Method == http.MethodPost && q.Has("delete"):
		s.deleteMany(w, r, bucket)
	case key == "":
		fail(w, http.StatusNotImplemented, "NotImplemented")
	case r.Method == http.MethodGet:
		s.get(w, r, bucket, key)
	case r.Method == http.MethodPut:
		s.put(w, r, bucket, key)
	case r.Method == http.MethodDelete:
		s.Remove(bucket, key)
		w.WriteHeader(http.StatusNoContent)
	default:
		fail(w, http.StatusMethodNotAllowed, "MethodNotAllowed")
	}
}

func (s *Server) hasBucket(name string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.buckets[name] != nil
}

// authorized checks the signature in the header or in a presigned URL, and the expiry of the URL.
func authorized(r *http.Request) bool {
	credential := "Credential=" + AccessKey + "/"
	if strings.Contains(r.Header.Get("Authorization"), credential) {
		return true
	}
	q := r.URL.Query()
	signed, err := time.Parse("20060102T150405Z", q.Get("X-Amz-Date"))
	ttl, err2 := time.ParseDuration(q.Get("X-Amz-Expires") + "s")
	return err == nil && err2 == nil && time.Since(signed) < ttl && strings.HasPrefix("Credential="+q.Get("X-Amz-Credential"), credential)
}

func describe(r *http.Request, key string) string {
	q := r.URL.Query()
	switch {
	case key == "" && r.Method == http.MethodGet:
		return "LIST " + q.Get("prefix")
	case key == "" && r.Method == http.MethodPost:
		return "DELETE-MANY"
	}
	return strings.TrimSpace(r.Method + " " + key + " " + r.Header.Get("Range"))
}

func fail(w http.ResponseWriter, status int, code string) {
	w.Header().Set("Content-Type", "application/xml")
	w.WriteHeader(status)
	fmt.Fprintf(w, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>%s</Code><Message>says the fake</Message></Error>", code)
}
