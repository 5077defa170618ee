package s3fake

import (
	"crypto/md5"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
)

// get answers as S3 does: 206 with a Content-Range for every range, and 416 without an entity tag for any
// range of an empty object.
func (s *Server) get(w http.ResponseWriter, r *http.Request, bucket, key string) {
	o, ok := s.Object(bucket, key)
	if !ok {
		fail(w, http.StatusNotFound, "NoSuchKey")
		return
	}
	if m := r.Header.Get("If-Match"); m != "" && m != o.ETag {
		fail(w, http.StatusPreconditionFailed, "PreconditionFailed")
		return
	}
	data, status := o.Data, http.StatusOK
	if spec, ok := strings.CutPrefix(r.Header.Get("Range"), "bytes="); ok {
		from, to, _ := strings.Cut(spec, "-")
		start, _ := strconv.Atoi(from)
		end, err := strconv.Atoi(to)
		if start >= len(data) {
			w.Header().Set("Content-Range", fmt.Sprintf("bytes */%d", len(data)))
			fail(w, http.StatusRequestedRangeNotSatisfiable, "InvalidRange")
			return
		}
		if err != nil || end >= len(data) {
			end = len(data) - 1
		}
		w.Header().Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", start, end, len(data)))
		data, status = data[start:end+1], http.StatusPartialContent
	}
	h := w.Header()
	h.Set("Content-Length", strconv.Itoa(len(data)))
	h.Set("Content-Type", o.ContentType)
	h.Set("ETag", o.ETag)
	h.Set("Last-Modified", o.Modified.Format(http.TimeFormat))
	if o.CacheControl != "" {
		h.Set("Cache-Control", o.CacheControl)
	}
	w.WriteHeader(status)
	w.Write(data)
}

// put stores the body once it has been received completely and matches its hash.
func (s *Server) put(w http.ResponseWriter, r *http.Request, bucket, key string) {
	if r.ContentLength < 0 {
		fail(w, http.StatusLengthRequired, "MissingContentLength")
		return
	}
	data, err := io.ReadAll(r.Body)
	if err != nil || int64(len(data)) != r.ContentLength {
		fail(w, http.StatusBadRequest, "IncompleteBody")
		return
	}
	if !intact(r, data) {
		fail(w, http.StatusBadRequest, "XAmzContentSHA256Mismatch")
		return
	}
	o := newObject(data)
	o.ContentType, o.CacheControl = r.Header.Get("Content-Type"), r.Header.Get("Cache-Control")
	s.mu.Lock()
	s.buckets[bucket][key] = o
	s.mu.Unlock()
	w.Header().Set("ETag", o.ETag)
}

// intact compares data with the hashes in the request.
func intact(r *http.Request, data []byte) bool {
	sha := sha256.Sum256(data)
	if want := r.Header.Get("X-Amz-Content-Sha256"); len(want) == 64 && want != hex.EncodeToString(sha[:]) {
		return false
	}
	sum := md5.Sum(data)
	want := r.Header.Get("Content-MD5")
	return want == "" || want == base64.StdEncoding.EncodeToString(sum[:])
}
