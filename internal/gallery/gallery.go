// Package gallery is the pages of cmd/thumbnail: pictures beside their thumbnails.
package gallery

import (
	"bytes"
	"embed"
	"html/template"
	"io/fs"
	"log/slog"
	"net/http"
	"strconv"
	"time"

	"github.com/rest-thumbnails/thumbnail"
	"github.com/rest-thumbnails/thumbnail/processors"
)

//go:embed assets
var assets embed.FS

//go:embed photos
var photos embed.FS

// Photos are the photos that come with the program.
func Photos() fs.FS {
	files, err := fs.Sub(photos, "photos")
	if err != nil {
		panic(err) // the name is a constant
	}
	return files
}

// photosPerPage keeps a page short enough to look through.
const photosPerPage = 10

// A Config says what a [Gallery] shows.
type Config struct {
	Tree     Tree              // of the originals
	Name     string            // of the source, for people
	Base     string            // where the handler is mounted, "/thumbs/" by default
	Storage  thumbnail.Storage // of the thumbnails
	Remote   bool              // to look into Storage costs a request
	Signer   thumbnail.Signer
	Encoders thumbnail.Encoders
	Formats  []processors.Format

	Wait, Timeout time.Duration
	Logger        *slog.Logger
}

// A Gallery shows every picture of the source in every method and in a few sizes, and on a page of its
// own files that are easily got wrong.
type Gallery struct {
	cfg      Config
	template *template.Template
	fidelity *fidelity
}

// New returns a gallery. Nothing is made before somebody looks at it.
func New(cfg Config) (*Gallery, error) {
	if cfg.Base == "" {
		cfg.Base = "/thumbs/"
	}
	tricky, err := newFidelity(cfg)
	if err != nil {
		return nil, err
	}
	return &Gallery{cfg, template.Must(template.New("gallery.html").
		Funcs(thumbnail.FuncMap(cfg.Base, cfg.Signer)).
		ParseFS(assets, "assets/gallery.html")), tricky}, nil
}

// Mount adds the pages and what belongs to them: /, /fidelity, and files beside them.
func (g *Gallery) Mount(mux *http.ServeMux) {
	mux.HandleFunc("GET /{$}", g.page)
	for _, name := range []string{"gallery.css", "gallery.js", "icon.svg"} {
		mux.HandleFunc("GET /"+name, func(w http.ResponseWriter, r *http.Request) {
			http.ServeFileFS(w, r, assets, "assets/"+name)
		})
	}
	g.fidelity.mount(mux)
}

// page renders the page whose number is in the query: 1 if there is none.
func (g *Gallery) page(w http.ResponseWriter, r *http.Request) {
	number := 1
	if q := r.URL.Query(); q.Has("page") {
		var err error
		if number, err = strconv.Atoi(q.Get("page")); err != nil || number < 1 || number > maxPage {
			http.NotFound(w, r)
			return
		}
	}
	found, err := listPictures(r.Context(), g.cfg.Tree, g.linkable, (number-1)*photosPerPage, photosPerPage)
	if err != nil {
		slog.Error("list the pictures", "error", err)
		http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
		return
	}
	view := newView(g.cfg.Name, number, found, lookUp{r.Context(), g})
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
func (g *Gallery) linkable(picture string) bool {
	for _, row := range rowsOf(picture) {
		for _, f := range row.Figures {
			size, err := thumbnail.ParseSize(f.Size)
			if err != nil {
				return false
			}
			if _, err := thumbnail.URL(g.cfg.Base, g.cfg.Signer, thumbnail.Spec{Source: f.Photo, Size: size, Method: f.Method, Ext: f.Ext}); err != nil {
				return false
			}
		}
	}
	return true
}
