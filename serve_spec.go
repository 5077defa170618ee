package thumbnail

import (
	"io/fs"
	"net/http"
	"path"
	"strconv"

	"github.com/rest-thumbnails/thumbnail/internal/mediatype"
)

// ServeSpec answers a request with a thumbnail that the program names: for URLs of old, and for
// pictures behind a login. Of the steps of [Handler.ServeHTTP] only the look at the request's method
// comes before the storage: the path is not read, and there is no secret. The program decides who may
// ask for what.
//
// A Cache-Control that the program has set stays, and an error is not cached then. Set "private,
// no-store" where pictures are not for everybody; a [response.Redirect] would tell their public URLs.
func (h *Handler) ServeSpec(w http.ResponseWriter, r *http.Request, s Spec) {
	own := w.Header().Get("Cache-Control")
	if own != "" {
		w = &privateErrors{ResponseWriter: w}
	}
	h.serveWith(w, r, func(c *call, e *Event) (err error) {
		e.Spec = s
		if c.key, err = storageKey(h.cfg.Signer, s); err != nil {
			return err
		}
		e.Path, c.cacheControl = c.key, own
		if err = h.knows(s); err != nil {
			return err
		}
		c.order, err = h.order(s)
		return err
	})
}

// privateErrors keeps caches from errors.
type privateErrors struct{ http.ResponseWriter }

func (w *privateErrors) WriteHeader(status int) {
	if status >= http.StatusBadRequest {
		w.Header().Set("Cache-Control", "no-store")
	}
	w.ResponseWriter.WriteHeader(status)
}

// Unwrap is for [http.ResponseController].
func (w *privateErrors) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// PlaceholderHeader marks an answer of [Placeholder]. Its value is the status.
const PlaceholderHeader = "Thumbnail-Placeholder"

// Placeholder returns a Config.ErrorHandler that shows a picture where there is no thumbnail because
// the original is missing, unknown or damaged: 404, 415 and 422. The status stays; browsers show the
// picture all the same. It is cached for a minute at most, and marked by [PlaceholderHeader]. Other
// errors are answered by their status text.
//
// The file is read at once. Placeholder panics if that fails, as it is called while a program starts.
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
			_, _ = w.Write(data) // the client may have gone
		}
	}
}
