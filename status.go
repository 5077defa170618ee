package thumbnail

import (
	"context"
	"errors"
	"io/fs"
	"net/http"
	"strings"
)

// A statusError is an error of something that has to work: the storage, the lock, a processor. The wrapped
// error is only for the log. It does not affect the status, so a storage's fs.ErrNotExist is never mistaken
// for a missing source.
type statusError struct {
	status int
	op     string
	err    error
}

func (f *statusError) Error() string { return "thumbnail: " + f.op + ": " + f.err.Error() }
func (f *statusError) Unwrap() error { return f.err }

// A requestError is the error of a request that exceeds a limit: 400, whatever it wraps.
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

// StatusCode returns the HTTP status for an error of this package: 200 for nil, 400 for [ErrInvalid], 401
// for [ErrSignature], 404 for [fs.ErrNotExist] and [ErrBusy], 415 for [ErrFormat], 422 for [ErrCorrupt] and
// [ErrTooLarge], 501 for [errors.ErrUnsupported], 503 for [ErrOverloaded] and for a context that has ended,
// and 500 for every other error. Some errors of a [Handler] have a status of their own: 405 for a method
// other than GET and HEAD, 504 for Cache-Control: only-if-cached, 400 for a requested size beyond a limit,
// and 500 or 503 for a server fault, whatever error it wraps.
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

// lasting reports whether an error will still hold in a minute, so that it may be remembered and cached.
// Errors of the request or of the source are lasting; those of a temporary state, of the client's
// credentials, or of the server are not.
func lasting(err error) bool {
	switch StatusCode(err) {
	case http.StatusBadRequest, http.StatusUnsupportedMediaType, http.StatusUnprocessableEntity:
		return true
	case http.StatusNotFound:
		return !errors.Is(err, ErrBusy)
	}
	return false
}

// errorHeader replaces the headers of a thumbnail with the headers of an error.
func errorHeader(h http.Header, status int, err error) {
	for _, name := range []string{"Content-Length", "Content-Range", "Content-Type", "Etag", "Last-Modified"} {
		h.Del(name)
	}
	cache := "no-store" // a CDN caches a 404 without Cache-Control for minutes
	if lasting(err) {
		cache = "public, max-age=60"
	}
	h.Set("Cache-Control", cache)
	h.Set("X-Content-Type-Options", "nosniff")
	switch {
	case status == http.StatusUnauthorized:
		// RFC 9110 requires a challenge. Browsers prompt for a password only for the schemes Basic and
		// Digest.
		h.Set("WWW-Authenticate", "Signature")
	case status == http.StatusServiceUnavailable, err == ErrBusy:
		h.Set("Retry-After", "1")
	}
}

// errOnlyIfCached is the error for a request that the handler must not answer itself: see package doctor.
var errOnlyIfCached = &statusError{http.StatusGatewayTimeout, "serve", errors.New("only-if-cached")}

// onlyIfCached reports whether only a cache may answer a request (RFC 9111, section 5.2.1.7).
func onlyIfCached(r *http.Request) bool {
	for _, value := range r.Header["Cache-Control"] {
		for directive := range strings.SplitSeq(value, ",") {
			if strings.EqualFold(strings.TrimSpace(directive), "only-if-cached") {
				return true
			}
		}
	}
	return false
}

// fail answers a request with an error. It sends only the status text, and no content of the request or the
// error.
func (h *Handler) fail(w *trackedWriter, r *http.Request, key string, err error) {
	status := StatusCode(err)
	errorHeader(w.Header(), status, err)
	h.logError(r.Context(), key, err)
	if h.cfg.ErrorHandler != nil {
		h.cfg.ErrorHandler(w, r, status, err)
	}
	if !w.wrote {
		failPlainly(w, status)
	}
}

func failPlainly(w http.ResponseWriter, status int) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	_, _ = strings.NewReader(http.StatusText(status)).WriteTo(w) // the client may have disconnected
}
