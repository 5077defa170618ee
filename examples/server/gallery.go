package main

import (
	"bytes"
	"embed"
	"html/template"
	"log/slog"
	"net/http"
	"strconv"

	"github.com/rest-thumbnails/thumbnail"
)

//go:embed assets
var assets embed.FS

// photosPerPage keeps a page short enough to look through.
const photosPerPage = 10

// gallery shows every picture of the source in every method and in a few sizes.
type gallery struct {
	source   *source
	thumbs   *thumbs
	signer   thumbnail.Signer
	template *template.Template
}

func newGallery(src *source, thumbs *thumbs, signer thumbnail.Signer) *gallery {
	return &gallery{src, thumbs, signer, template.Must(template.New("gallery.html").
		Funcs(thumbnail.FuncMap(base, signer)).
		ParseFS(assets, "assets/gallery.html"))}
}

// mount adds the page and what belongs to it.
func (g *gallery) mount(mux *http.ServeMux) {
	mux.HandleFunc("GET /{$}", g.page)
	for _, name := range []string{"gallery.css", "gallery.js", "icon.svg"} {
		mux.HandleFunc("GET /"+name, func(w http.ResponseWriter, r *http.Request) {
			http.ServeFileFS(w, r, assets, "assets/"+name)
		})
	}
}

// page renders the page whose number is in the query: 1 if there is none.
func (g *gallery) page(w http.ResponseWriter, r *http.Request) {
	number := 1
	if q := r.URL.Query(); q.Has("page") {
		var err error
		if number, err = strconv.Atoi(q.Get("page")); err != nil || number < 1 || number > maxPage {
			http.NotFound(w, r)
			return
		}
	}
	found, err := listPictures(r.Context(), g.source.tree, g.linkable, (number-1)*photosPerPage, photosPerPage)
	if err != nil {
		slog.Error("list the pictures", "error", err)
		http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
		return
	}
	view := newView(g.source.name, number, found, lookUp{r.Context(), g.thumbs})
	render(w, g.template, view)
}

// render sends a page. Its policy lets nothing in but what this server sends.
func render(w http.ResponseWriter, t *template.Template, view any) {
	var page bytes.Buffer
	if err := t.Execute(&page, view); err != nil {
		slog.Error("render a page", "error", err)
		http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-cache")
	h.Set("Content-Security-Policy", "default-src 'none'; img-src 'self'; style-src 'self'; script-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	_, _ = page.WriteTo(w) // the visitor may have gone
}

// linkable reports whether every thumbnail of a picture has a URL: names with control bytes, for
// instance, have none.
func (g *gallery) linkable(picture string) bool {
	for _, row := range rowsOf(picture) {
		for _, f := range row.Figures {
			size, err := thumbnail.ParseSize(f.Size)
			if err != nil {
				return false
			}
			if _, err := thumbnail.URL(base, g.signer, thumbnail.Spec{Source: f.Photo, Size: size, Method: f.Method, Ext: f.Ext}); err != nil {
				return false
			}
		}
	}
	return true
}
