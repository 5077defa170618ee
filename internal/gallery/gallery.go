// Package gallery implements the pages of cmd/thumbnail, which show pictures next to their thumbnails.
package gallery

import (
	"bytes"
	"embed"
	"html/template"
	"io/fs"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/rest-thumbnails/thumbnail"
	"github.com/rest-thumbnails/thumbnail/processors"
)

//go:embed assets
var assets embed.FS

//go:embed photos
var photos embed.FS

// Photos returns the built-in photos.
func Photos() fs.FS {
	files, err := fs.Sub(photos, "photos")
	if err != nil {
		panic(err) // the name is a constant
	}
	return files
}

// photosPerPage keeps a page short enough to look through.
const photosPerPage = 10

// A Config configures a [Gallery].
type Config struct {
	Source  thumbnail.Source
	Tree    Tree              // the files of Source
	Name    string            // displayed name of the source
	Storage thumbnail.Storage // the storage of the thumbnails
	Remote  bool              // each access to Source or Storage is a network request
	Links   thumbnail.Links   // links to the handler
	Timings *Timings          // an Observer of the handler; may be nil

	Encoders      thumbnail.Encoders // for files that the gallery makes
	Formats       []processors.Format
	Wait, Timeout time.Duration
	Logger        *slog.Logger
}

// A Gallery shows every picture of the source in every method and in several sizes. Further pages show one
// picture with the parameters of a form, pictures as the template functions print them, and files that are
// difficult to process correctly.
type Gallery struct {
	cfg      Config
	pages    *template.Template
	fidelity *fidelity
}

// New returns a gallery. Pages make their files on the first visit.
func New(cfg Config) (*Gallery, error) {
	if len(cfg.Links.Presets) == 0 {
		cfg.Links.Presets = demoPresets(cfg.Links)
	}
	g := &Gallery{cfg: cfg}
	var err error
	if g.pages, err = template.New("").Funcs(cfg.Links.FuncMap()).Funcs(template.FuncMap{"path": escapePath}).
		ParseFS(assets, "assets/gallery.html", "assets/photo.html", "assets/picture.html", "assets/parts.html"); err != nil {
		return nil, err
	}
	g.fidelity, err = newFidelity(cfg)
	return g, err
}

// escapePath escapes the name of a picture for the path of a URL.
func escapePath(name string) string { return (&url.URL{Path: name}).EscapedPath() }

// Mount adds the pages and their files: /, /photo/, /originals/, /picture, /fidelity, styles and scripts.
func (g *Gallery) Mount(mux *http.ServeMux) {
	mux.HandleFunc("GET /{$}", g.index)
	mux.HandleFunc("GET /photo/{name...}", g.photo)
	mux.HandleFunc("GET /originals/{name...}", g.original)
	mux.HandleFunc("GET /picture", g.picture)
	for _, name := range []string{"gallery.css", "gallery.js", "icon.svg"} {
		mux.HandleFunc("GET /"+name, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Cache-Control", "no-cache")
			http.ServeFileFS(w, r, assets, "assets/"+name)
		})
	}
	g.fidelity.mount(mux)
}

// index renders the page whose number is in the query; the default is 1.
func (g *Gallery) index(w http.ResponseWriter, r *http.Request) {
	number := 1
	if q := r.URL.Query(); q.Has("page") {
		var err error
		if number, err = strconv.Atoi(q.Get("page")); err != nil || number < 1 || number > maxPage {
			http.NotFound(w, r)
			return
		}
	}
	found, ok := g.list(w, r, (number-1)*photosPerPage, photosPerPage)
	if ok {
		g.render(w, "gallery.html", g.newView(r.Context(), number, found))
	}
}

// list lists pictures, or answers with an error.
func (g *Gallery) list(w http.ResponseWriter, r *http.Request, skip, n int) (list, bool) {
	found, err := listPictures(r.Context(), g.cfg.Tree, g.linkable, skip, n)
	if err != nil {
		g.fail(w, "list the pictures", err)
	}
	return found, err == nil
}

func (g *Gallery) fail(w http.ResponseWriter, what string, err error) {
	fail(w, what, err, g.cfg.Logger)
}

func (g *Gallery) render(w http.ResponseWriter, name string, view any) {
	render(w, g.pages, name, view, g.cfg.Logger)
}

func fail(w http.ResponseWriter, what string, err error, logger *slog.Logger) {
	logger.Error("the gallery can't "+what, "error", err)
	http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
}

// policy allows a page to load only resources of this server.
const policy = "default-src 'none'; img-src 'self'; style-src 'self'; script-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

// render sends a page.
func render(w http.ResponseWriter, pages *template.Template, name string, view any, logger *slog.Logger) {
	var page bytes.Buffer
	if err := pages.ExecuteTemplate(&page, name, view); err != nil {
		fail(w, "render "+name, err, logger)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-cache")
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	_, _ = page.WriteTo(w) // the visitor may have disconnected
}

// linkable reports whether every thumbnail of a picture has a URL; a name with control bytes, for example,
// has none.
func (g *Gallery) linkable(picture string) bool {
	for _, row := range rowsOf(picture) {
		for _, f := range row.Figures {
			size, err := thumbnail.ParseSize(f.Size)
			if err != nil {
				return false
			}
			if _, err := g.cfg.Links.URL(thumbnail.Spec{Source: f.Photo, Size: size, Method: f.Method, Ext: f.Ext}); err != nil {
				return false
			}
		}
	}
	return true
}
