package s3fake

import (
	"encoding/xml"
	"io"
	"net/http"
	"net/url"
	"sort"
	"strconv"
	"strings"
	"time"
)

const maxKeys = 1000 // limit of one request

type listResult struct {
	XMLName               xml.Name `xml:"ListBucketResult"`
	Name                  string
	Prefix                string
	KeyCount              int
	MaxKeys               int
	EncodingType          string `xml:",omitempty"`
	IsTruncated           bool
	NextContinuationToken string `xml:",omitempty"`
	Contents              []listed
}

type listed struct {
	Key          string
	LastModified time.Time
	ETag         string
	Size         int
}

// list answers ListObjectsV2.
func (s *Server) list(w http.ResponseWriter, bucket string, q url.Values) {
	limit := maxKeys
	if n, err := strconv.Atoi(q.Get("max-keys")); err == nil && n < limit {
		limit = n
	}
	after, _ := strings.CutPrefix(q.Get("continuation-token"), "after:")
	keys := s.Keys(bucket)
	keys = keys[sort.Search(len(keys), func(i int) bool { return keys[i] > after }):]
	result := listResult{Name: bucket, Prefix: q.Get("prefix"), MaxKeys: limit, EncodingType: q.Get("encoding-type")}
	for _, key := range keys {
		if !strings.HasPrefix(key, result.Prefix) {
			continue
		}
		if len(result.Contents) == limit {
			result.IsTruncated = true
			result.NextContinuationToken = "after:" + after
			break
		}
		after = key
		o, _ := s.Object(bucket, key)
		spelled := key
		if result.EncodingType == "url" {
			spelled = url.QueryEscape(key)
		}
		result.Contents = append(result.Contents, listed{Key: spelled, LastModified: o.Modified, ETag: o.ETag, Size: len(o.Data)})
	}
	result.KeyCount = len(result.Contents)
	answer(w, result)
}

type deleteRequest struct {
	Objects []struct{ Key string } `xml:"Object"`
	Quiet   bool
}

type deleteResult struct {
	XMLName xml.Name `xml:"DeleteResult"`
	Deleted []struct{ Key string }
	Errors  []deleteError `xml:"Error"`
}

type deleteError struct{ Key, Code, Message string }

// passing are errors after which a client tries again.
var passing = []string{"InternalError", "ServiceUnavailable", "SlowDown"}

// deleteMany answers DeleteObjects. A key that contains "locked" is always refused, and one that contains
// "flaky" is refused unless all keys do. One that contains "vanished" is called missing, as by servers whose
// files were removed meanwhile.
func (s *Server) deleteMany(w http.ResponseWriter, r *http.Request, bucket string) {
	data, err := io.ReadAll(r.Body)
	var in deleteRequest
	switch {
	case err != nil || xml.Unmarshal(data, &in) != nil || len(in.Objects) > maxKeys:
		fail(w, http.StatusBadRequest, "MalformedXML")
		return
	case r.Header.Get("Content-MD5") == "":
		fail(w, http.StatusBadRequest, "MissingContentMD5")
		return
	case !intact(r, data):
		fail(w, http.StatusBadRequest, "BadDigest")
		return
	}
	others := false
	for _, o := range in.Objects {
		others = others || !strings.Contains(o.Key, "flaky")
	}
	var result deleteResult
	for _, o := range in.Objects {
		if strings.Contains(o.Key, "locked") {
			result.Errors = append(result.Errors, deleteError{o.Key, "AccessDenied", "Object is WORM protected"})
			continue
		}
		if strings.Contains(o.Key, "flaky") && others {
			result.Errors = append(result.Errors, deleteError{o.Key, passing[len(result.Errors)%len(passing)], "Try again."})
			continue
		}
		s.Remove(bucket, o.Key)
		if strings.Contains(o.Key, "vanished") {
			result.Errors = append(result.Errors, deleteError{o.Key, "NoSuchKey", "The specified key does not exist."})
			continue
		}
		if !in.Quiet {
			result.Deleted = append(result.Deleted, o)
		}
	}
	answer(w, result)
}

func answer(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/xml")
	io.WriteString(w, xml.Header)
	xml.NewEncoder(w).Encode(v)
}
