package thumbnail

import (
	"context"
	"errors"
	"io/fs"
	"net/http"
	"strings"
)

// A statusError is an error of something that has to work: the storage, the lock, a processor. What it
// wraps is for the log; its status stands whatever that is, so that a storage's fs.ErrNotExist is
// never taken for a missing source.
type statusError struct {
	status int
	op     string
	err    error
}

func (f *statusError) Error() string { return "thumbnail: " + f.op + ": " + f.err.Error() }
func (f *statusError) Unwrap() error { return f.err }

// A requestError is a request that asks for too much: 400, whatever it wraps.
type requestError struct{ error }

func (e *requestError) Unwrap() error { return e.error }

// serverError wraps an error that is the server's fault.
func serverError(op string, err error) error {
	status := http.StatusInternalServerError
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		status = http.StatusServiceUnavailable
	}
	return &statusError{status, op, err}
}

// StatusCode returns the HTTP status for an error of this package: 200 for nil, 400 for
// [ErrInvalid], 401 for [ErrSignature], 404 for [fs.ErrNotExist] and [ErrBusy], 415 for
// [ErrFormat], 422 for [ErrCorrupt] and [ErrTooLarge], 501 for [errors.ErrUnsupported], 503 for
// [ErrOverloaded] and a context that ended, and 500 for every other error. An error of a [Handler]
// may have one of its own: 405 for a method other than GET and HEAD, 400 for a size that is beyond a
// limit as it is asked for, 500 or 503 for a fault of the server whatever it wraps.
func StatusCode(err error) int {
	var f *statusError
	var r *requestError
	switch {
	case err == nil:
		return http.StatusOK
	case errors.As(err, &f):
		return f.status
	case errors.As(err, &r):
		return http.StatusBadRequest
	case errors.Is(err, ErrInvalid):
		return http.StatusBadRequest
	case errors.Is(err, ErrSignature):
		return http.StatusUnauthorized
	case errors.Is(err, ErrBusy), errors.Is(err, fs.ErrNotExist):
		return http.StatusNotFound
	case errors.Is(err, ErrFormat):
		return http.StatusUnsupportedMediaType
	case errors.Is(err, ErrCorrupt), errors.Is(err, ErrTooLarge):
		return http.StatusUnprocessableEntity
	case errors.Is(err, ErrOverloaded), errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return http.StatusServiceUnavailable
	case errors.Is(err, errors.ErrUnsupported):
		return http.StatusNotImplemented
	}
	return http.StatusInternalServerError
}

// lasting reports whether an error will still hold in a minute: whether it is remembered, and
// caches may keep it. It is one of the request or of the source; not one of the moment, of the
// client's credentials, or of the server.
func lasting(err error) bool {
	switch StatusCode(err) {
	case http.StatusBadRequest, http.StatusUnsupportedMediaType, http.StatusUnprocessableEntity:
		return true
	case http.StatusNotFound:
		return !errors.Is(err, ErrBusy)
	}
	return false
}

// errorHeader replaces the headers of a thumbnail by those of an error.
func errorHeader(h http.Header, status int, err error) {
	for _, name := range []string{"Content-Length", "Content-Range", "Content-Type", "Etag", "Last-Modified"} {
		h.Del(name)
	}
	cache := "no-store" // a content delivery network keeps a bare 404 for minutes
	if lasting(err) {
		cache = "public, max-age=60"
	}
	h.Set("Cache-Control", cache)
	h.Set("X-Content-Type-Options", "nosniff")
	switch {
	case status == http.StatusUnauthorized:
		// RFC 9110 asks for a challenge; browsers ask for a password for the schemes Basic and
		// Digest alone.
		h.Set("WWW-Authenticate", "Signature")
	case status == http.StatusServiceUnavailable, err == ErrBusy:
		h.Set("Retry-After", "1")
	}
}

// errOnlyIfCached is the answer to a client that wants nothing from the handler: see package doctor.
var errOnlyIfCached = &statusError{http.StatusGatewayTimeout, "serve", errors.New("only-if-cached")}

// onlyIfCached reports whether a request is for caches alone, RFC 9111, section 5.2.1.7.
func onlyIfCached(r *http.Request) bool {
	for _, value := range r.Header["Cache-Control"] {
		if strings.EqualFold(strings.TrimSpace(value), "only-if-cached") {
			return true
		}
	}
	return false
}

// fail answers a request with an error: its status text, and nothing that the request or the error
// says.
func (h *Handler) fail(w http.ResponseWriter, r *http.Request, key string, err error) {
	status := StatusCode(err)
	errorHeader(w.Header(), status, err)
	h.logError(r.Context(), key, err)
	if h.cfg.ErrorHandler != nil {
		h.cfg.ErrorHandler(w, r, status, err)
		return
	}
	failPlainly(w, status)
}

func failPlainly(w http.ResponseWriter, status int) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	_, _ = strings.NewReader(http.StatusText(status)).WriteTo(w) // the client may have gone; nobody is to be told
}
