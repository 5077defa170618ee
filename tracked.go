package thumbnail

import (
	"io"
	"io/fs"
	"net/http"

	"github.com/rest-thumbnails/thumbnail/internal/ability"
	"github.com/rest-thumbnails/thumbnail/response"
)

// A trackedWriter records whether an answer has begun, so that no error is appended to it, and how long the
// answer is.
type trackedWriter struct {
	http.ResponseWriter
	wrote   bool
	bytes   int64
	aborted bool

	cacheControl string // of the thumbnail, while a Responder answers; else empty
}

// WriteHeader sends the status. If it is not that of a thumbnail, for example 412 because of an If-Match, the answer
// does not keep the Cache-Control of the thumbnail, for caches would keep the error for as long.
func (w *trackedWriter) WriteHeader(status int) {
	w.wrote = w.wrote || status >= 200
	if h := w.Header(); status >= 400 && w.cacheControl != "" {
		if now := h.Get("Cache-Control"); now == "" || now == w.cacheControl {
			h.Set("Cache-Control", "no-store")
		}
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *trackedWriter) Write(p []byte) (int, error) {
	w.wrote = true
	n, err := w.ResponseWriter.Write(p)
	w.bytes += int64(n)
	return n, err
}

// ReadFrom lets net/http send a file without copying it through this process (sendfile).
func (w *trackedWriter) ReadFrom(r io.Reader) (int64, error) {
	w.wrote = true
	var n int64
	var err error
	if to, ok := w.ResponseWriter.(io.ReaderFrom); ok {
		n, err = to.ReadFrom(r)
	} else {
		n, err = io.Copy(w.ResponseWriter, r)
	}
	w.bytes += n
	return n, err
}

// Flush implements [http.Flusher].
func (w *trackedWriter) Flush() {
	w.wrote = true
	_ = http.NewResponseController(w.ResponseWriter).Flush()
}

// Unwrap is for [http.ResponseController].
func (w *trackedWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// streamOf returns a response.Stream, which needs no stored file. ok reports whether r is that Stream or wraps it;
// otherwise the Stream is a new one.
func streamOf(r Responder) (stream Responder, ok bool) {
	if s, ok := ability.Find[response.Stream](r); ok {
		return s, true
	}
	return response.Stream{}, false
}

// seekable returns a file that is an io.Seeker if the file that f wraps is.
func seekable(f fs.File) fs.File {
	if _, ok := f.(io.Seeker); ok {
		return f
	}
	if s, ok := ability.Find[io.Seeker](f); ok {
		return struct {
			fs.File
			io.Seeker
		}{f, s}
	}
	return f
}
