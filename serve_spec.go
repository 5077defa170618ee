package thumbnail

import (
	"io/fs"
	"net/http"
	"path"
	"strconv"

	"github.com/rest-thumbnails/thumbnail/internal/mediatype"
)

// ServeSpec answers a request with the thumbnail of s: for legacy URLs, and for pictures behind a login. It
// checks the request's method, but neither reads the request's path nor verifies a secret: the program
// decides who may request which thumbnail. It then continues with step 4 of [Handler.ServeHTTP].
//
// ServeSpec keeps a Cache-Control that the program has set, and then errors are not cached. Set "private,
// no-store" if the pictures are not public; a [response.Redirect] would reveal their public URLs.
func (h *Handler) ServeSpec(w http.ResponseWriter, r *http.Request, s Spec) {
	own := w.Header().Get("Cache-Control")
	if own != "" {
		w = &privateErrors{ResponseWriter: w}
	}
	h.serveWith(w, r, &s, own)
}

// ask fills in the call for a spec that the program asks for.
func (h *Handler) ask(c *call, s Spec, e *Event) (err error) {
	e.Spec = s
	if c.key, err = storageKey(h.cfg.Signer, s); err != nil {
		return err
	}
	e.Path = c.key
	if err = h.knows(s); err != nil {
		return err
	}
	c.order, err = h.order(s)
	return err
}

// privateErrors keeps errors out of caches.
type privateErrors struct{ http.ResponseWriter }

func (w *privateErrors) WriteHeader(status int) {
	if status >= http.StatusBadRequest {
		w.Header().Set("Cache-Control", "no-store")
	}
	w.ResponseWriter.WriteHeader(status)
}

// Unwrap is for [http.ResponseController].
func (w *privateErrors) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// PlaceholderHeader marks an answer by [Placeholder]. Its value is the HTTP status.
const PlaceholderHeader = "Thumbnail-Placeholder"

// Placeholder returns a Config.ErrorHandler that shows a picture if there is no thumbnail because the
// original is missing, of unknown format, damaged or beyond a limit, or because the thumbnail is being made
// elsewhere: 404, 415 and 422. The status does not change; browsers show the picture nevertheless. The picture
// is cached for a minute at most, and marked by [PlaceholderHeader]. For other errors the answer is the status
// text.
//
// Placeholder reads the file immediately. It panics if that fails, because it is called at program start.
func Placeholder(fsys fs.FS, name string) func(w http.ResponseWriter, r *http.Request, status int, err error) {
	data, err := fs.ReadFile(fsys, name)
	if err != nil {
		panic("thumbnail: Placeholder: " + err.Error())
	}
	mediaType := mediatype.Of(path.Ext(name))
	return func(w http.ResponseWriter, r *http.Request, status int, _ error) {
		switch status {
		case http.StatusNotFound, http.StatusUnsupportedMediaType, http.StatusUnprocessableEntity:
		default:
			failPlainly(w, status)
			return
		}
		w.Header().Set("Content-Type", mediaType)
		w.Header().Set("Content-Length", strconv.Itoa(len(data)))
		w.Header().Set(PlaceholderHeader, strconv.Itoa(status))
		w.WriteHeader(status)
		if r.Method != http.MethodHead {
			_, _ = w.Write(data) // the client may have disconnected
		}
	}
}
