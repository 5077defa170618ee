package gallery

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"time"

	"github.com/rest-thumbnails/thumbnail"
)

// shown are the media types that every browser displays. For other originals, a thumbnail is displayed
// instead.
var shown = map[string]bool{
	"image/jpeg": true, "image/png": true, "image/gif": true, "image/webp": true, "image/bmp": true, "image/avif": true,
}

// original serves an unchanged original if browsers display its type.
func (g *Gallery) original(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("name")
	if !IsPicture(name) || !g.linkable(name) {
		http.NotFound(w, r)
		return
	}
	file, err := g.cfg.Source.Open(r.Context(), name)
	if errors.Is(err, fs.ErrNotExist) {
		http.NotFound(w, r)
		return
	}
	if err != nil {
		g.fail(w, "open an original", err)
		return
	}
	defer file.Close()
	first, whole, err := head(file)
	if err != nil {
		g.fail(w, "read an original", err)
		return
	}
	kind := typeOf(first)
	if !shown[kind] {
		url, err := g.cfg.Links.URL(thumbnail.Spec{Source: name, Size: thumbnail.Size{Width: 1024, Height: 1024}, Method: "fit", Ext: ExtensionOf(name)})
		if err != nil {
			g.fail(w, "link to a rendition", err)
			return
		}
		http.Redirect(w, r, url, http.StatusFound)
		return
	}
	h := w.Header()
	h.Set("Content-Type", kind)
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "no-cache")
	if seeker, ok := file.(io.ReadSeeker); ok {
		var modified time.Time
		if info, err := file.Stat(); err == nil {
			modified = info.ModTime()
		}
		http.ServeContent(w, r, "", modified, seeker)
		return
	}
	_, _ = io.Copy(w, whole) // the visitor may have disconnected
}

// typeOf is like http.DetectContentType, but also knows AVIF.
func typeOf(head []byte) string {
	if len(head) >= 12 && bytes.Equal(head[4:8], []byte("ftyp")) && bytes.HasPrefix(head[8:], []byte("avi")) {
		return "image/avif"
	}
	return http.DetectContentType(head)
}
