package gallery

import (
	"bytes"
	"context"
	"html/template"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/rest-thumbnails/thumbnail"
	"github.com/rest-thumbnails/thumbnail/storage"
)

const (
	fidelityBase  = "/fidelity/thumbs/"
	fidelityWidth = 320 // pixels
)

// fidelity shows pictures that are difficult to process correctly, next to the results of image.Decode and
// the best scaler of golang.org/x/image. It makes all of them in memory, on the first visit.
type fidelity struct {
	originals *storage.Memory
	thumbs    http.Handler
	template  *template.Template
	formats   []string // extensions that the page shows
	timings   Timings
	ready     func() ([]exhibit, error)
	logger    *slog.Logger
}

func newFidelity(cfg Config) (*fidelity, error) {
	f := &fidelity{originals: storage.NewMemory(), logger: cfg.Logger, formats: []string{".jpg", ".png", ".gif"}}
	handler, err := thumbnail.NewHandler(thumbnail.Config{
		Source: f.originals, Storage: storage.NewMemory(), Signer: cfg.Links.Signer, Encoders: cfg.Encoders, Formats: cfg.Formats,
		Wait: cfg.Wait, Timeout: cfg.Timeout, Logger: cfg.Logger, Observer: &f.timings, ServerTiming: true,
	})
	if err != nil {
		return nil, err
	}
	f.thumbs = http.StripPrefix(strings.TrimSuffix(fidelityBase, "/"), handler)
	links := handler.Links(fidelityBase)
	for _, ext := range []string{".webp", ".avif"} {
		if slices.Contains(links.Extensions, ext) {
			f.formats = append(f.formats, ext)
		}
	}
	f.template, err = template.New("").Funcs(links.FuncMap()).ParseFS(assets, "assets/fidelity.html", "assets/parts.html")
	if err != nil {
		return nil, err
	}
	f.ready = sync.OnceValues(func() ([]exhibit, error) {
		all, err := exhibits(Photos())
		for i := range all {
			all[i].makePlain()
			if err := f.originals.Put(context.Background(), all[i].Name, bytes.NewReader(all[i].file)); err != nil {
				return nil, err
			}
		}
		return all, err
	})
	return f, nil
}

// mount adds the page and its pictures.
func (f *fidelity) mount(mux *http.ServeMux) {
	mux.HandleFunc("GET /fidelity", f.page)
	mux.HandleFunc("GET /fidelity/plain/{name}", f.plain)
	mux.HandleFunc("GET /fidelity/originals/{name}", f.original)
	mux.HandleFunc(fidelityBase, func(w http.ResponseWriter, r *http.Request) {
		if _, ok := f.made(w); ok {
			f.thumbs.ServeHTTP(w, r)
		}
	})
}

// made returns the exhibits, or answers with an error.
func (f *fidelity) made(w http.ResponseWriter) ([]exhibit, bool) {
	all, err := f.ready()
	if err != nil {
		f.logger.Error("make the exhibits", "error", err)
		http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
	}
	return all, err == nil
}

// find returns the exhibit that the request names, or answers 404.
func (f *fidelity) find(w http.ResponseWriter, r *http.Request) (exhibit, bool) {
	all, ok := f.made(w)
	if !ok {
		return exhibit{}, false
	}
	for _, e := range all {
		if e.Name == r.PathValue("name") {
			return e, true
		}
	}
	http.NotFound(w, r)
	return exhibit{}, false
}

func (f *fidelity) page(w http.ResponseWriter, r *http.Request) {
	if all, ok := f.made(w); ok {
		render(w, f.template, "fidelity.html", fidelityView{f, all, f.formats}, f.logger)
	}
}

// fidelityView is the data of the page.
type fidelityView struct {
	*fidelity
	Exhibits []exhibit
	Formats  []string
}

// Milliseconds returns how long the thumbnail took to make, or 0 if not known.
func (f *fidelity) Milliseconds(l *thumbnail.Link) float64 {
	return f.timings.milliseconds(strings.TrimPrefix(l.URL, fidelityBase))
}

// plain serves the result of image.Decode and CatmullRom for an exhibit.
func (f *fidelity) plain(w http.ResponseWriter, r *http.Request) {
	if e, ok := f.find(w, r); ok && e.PlainError == "" {
		servePicture(w, r, e.plain)
	} else if ok {
		http.NotFound(w, r)
	}
}

// original serves the unchanged file of an exhibit.
func (f *fidelity) original(w http.ResponseWriter, r *http.Request) {
	if e, ok := f.find(w, r); ok {
		servePicture(w, r, e.file)
	}
}

func servePicture(w http.ResponseWriter, r *http.Request, file []byte) {
	w.Header().Set("Cache-Control", "no-cache")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Content-Type", http.DetectContentType(file))
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(file))
}

// Size returns the size of the thumbnail, as in its URL.
func (e exhibit) Size() string { return thumbnail.Size{Width: fidelityWidth}.String() }
