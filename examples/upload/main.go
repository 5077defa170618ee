// Command upload is a site of photos: people upload, replace and delete them, and see thumbnails.
//
//	go run . -data /tmp/photos
//
// What pages need to know of a photo is in two columns of its row, file and info. So they look nothing
// up while they render, and a photo that is replaced has new URLs.
package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"database/sql"
	_ "embed"
	"errors"
	"flag"
	"html/template"
	"io"
	"log"
	"net/http"
	"os"
	"sync"

	"github.com/go-chi/chi/v5"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/rest-thumbnails/thumbnail"
	"github.com/rest-thumbnails/thumbnail/storage"
	_ "modernc.org/sqlite"
)

//go:embed page.html
var pageHTML string

// A photo is a row. It has the methods that the template functions use, so {{img . "tile"}} works.
type photo struct {
	ID    int64
	Title string
	File  string // name of the original
	Info  thumbnail.Info
}

func (p photo) Name() string              { return p.File }
func (p photo) ImageInfo() thumbnail.Info { return p.Info }

type site struct {
	db        *sql.DB
	originals *storage.Dir
	thumbs    *thumbnail.Handler
	links     thumbnail.Links
	page      *template.Template
	running   sync.WaitGroup // jobs
}

func main() {
	data := flag.String("data", "data", "directory of the database, the originals and the thumbnails")
	addr := flag.String("addr", "127.0.0.1:8080", "address to listen on")
	key := flag.String("key", "change this key, please", "secret key of the thumbnails' URLs, at least 16 bytes")
	flag.Parse()
	s := newSite(*data, []byte(*key))
	s.running.Go(func() { s.warm(context.Background()) }) // thumbnails that were not made before the program last stopped
	log.Printf("http://%s/", *addr)
	log.Fatal(http.ListenAndServe(*addr, s.routes()))
}

func newSite(dir string, key []byte) *site {
	must(0, errors.Join(os.MkdirAll(dir+"/originals", 0o755), os.MkdirAll(dir+"/thumbs", 0o755)))
	s := &site{originals: must(storage.OpenDir(dir + "/originals")), db: must(sql.Open("sqlite", dir+"/photos.db?_pragma=busy_timeout(5000)"))}
	must(s.db.Exec(`CREATE TABLE IF NOT EXISTS photos (id INTEGER PRIMARY KEY, title TEXT, file TEXT, info TEXT)`))
	s.thumbs = must(thumbnail.NewHandler(thumbnail.Config{
		Source: s.originals, Storage: must(storage.OpenDir(dir + "/thumbs")), Signer: must(thumbnail.NewSigner(key)),
		Presets: thumbnail.Presets{ // sizes and formats, for pages and for jobs
			"tile": {Size: thumbnail.Size{Width: 200, Height: 200}, Method: "smart", Densities: []float64{1, 2}},
			"hero": {Size: thumbnail.Size{Width: 960, Height: 480}, Formats: []string{".webp"}},
		},
	}))
	s.links = s.thumbs.Links("/thumbs/")
	s.page = must(template.New("page").Funcs(s.links.FuncMap()).Parse(pageHTML))
	return s
}

func (s *site) routes() http.Handler {
	r := chi.NewRouter()
	r.Use(http.NewCrossOriginProtection().Handler)
	r.Get("/", s.index)
	r.Post("/photos", s.change(s.upload))
	r.Post("/photos/{id}", s.change(s.upload))
	r.Post("/photos/{id}/delete", s.change(s.remove))
	r.Handle("/thumbs/*", http.StripPrefix("/thumbs", s.thumbs))
	metrics := prometheus.NewRegistry()
	generated := func() float64 { return float64(s.thumbs.Stats().Generated) }
	metrics.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{Name: "thumbnails_generated_total"}, generated))
	r.Handle("/metrics", promhttp.HandlerFor(metrics, promhttp.HandlerOpts{}))
	return r
}

func (s *site) index(w http.ResponseWriter, r *http.Request) {
	var b bytes.Buffer
	all, err := s.find(r.Context(), "true")
	if err = errors.Join(err, s.page.Execute(&b, all)); err != nil {
		log.Print(err)
		http.Error(w, "the page is out of order", http.StatusInternalServerError)
		return
	}
	_, _ = b.WriteTo(w)
}

// change adds or changes the photo that the path names, and responds.
func (s *site) change(do func(w http.ResponseWriter, r *http.Request, p photo) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		p := photo{File: rand.Text()} // the name of the visitor's file is ignored
		if id := chi.URLParam(r, "id"); id != "" {
			found, err := s.find(r.Context(), "id = ?", id)
			if err != nil || len(found) == 0 {
				http.NotFound(w, r)
				return
			}
			p = found[0]
		}
		err := do(w, r, p)
		if refused, ok := errors.AsType[*thumbnail.UploadError](err); ok {
			http.Error(w, refused.Error(), thumbnail.StatusCode(err))
		} else if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
			http.Error(w, "too large: the limit is 64 MB", http.StatusRequestEntityTooLarge)
		} else if err != nil {
			log.Print(err)
			http.Error(w, "that did not work; please try again", http.StatusInternalServerError)
		} else {
			http.Redirect(w, r, "/", http.StatusSeeOther)
		}
	}
}

// upload checks a file before it replaces the existing one. Then it removes the thumbnails of the old file.
func (s *site) upload(w http.ResponseWriter, r *http.Request, p photo) error {
	r.Body = http.MaxBytesReader(w, r.Body, 65<<20)
	file, header, err := r.FormFile("photo")
	if err != nil {
		return err
	}
	defer file.Close()
	if p.Info, err = s.thumbs.Check(r.Context(), file); err != nil {
		return err
	}
	if err = s.originals.Put(r.Context(), p.File, io.NewSectionReader(file, 0, header.Size)); err != nil {
		return err
	}
	if err = s.thumbs.Remove(r.Context(), p.File); err != nil {
		return err
	}
	_, err = s.db.ExecContext(r.Context(), `INSERT INTO photos (id, title, file, info) VALUES (nullif(?, 0), ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET info = excluded.info`, p.ID, r.FormValue("title"), p.File, p.Info)
	s.running.Go(func() { s.warm(context.WithoutCancel(r.Context())) })
	return err
}

// remove first deletes the row, so that no page shows the photo, then the original, then its thumbnails.
func (s *site) remove(_ http.ResponseWriter, r *http.Request, p photo) error {
	if _, err := s.db.ExecContext(r.Context(), `DELETE FROM photos WHERE id = ?`, p.ID); err != nil {
		return err
	}
	if err := s.originals.Remove(r.Context(), p.File); err != nil {
		return err
	}
	return s.thumbs.Remove(r.Context(), p.File)
}

// warm makes the thumbnails that no visitor has requested yet, and skips stored ones.
func (s *site) warm(ctx context.Context) {
	all, err := s.find(ctx, "true")
	for _, p := range all {
		err = errors.Join(err, s.thumbs.GenerateAll(ctx, s.links.Specs(p), nil))
	}
	if err != nil {
		log.Print(err)
	}
}

// find returns the photos that match a condition, the newest first.
func (s *site) find(ctx context.Context, where string, args ...any) (found []photo, err error) {
	rows, err := s.db.QueryContext(ctx, `SELECT id, title, file, info FROM photos WHERE `+where+` ORDER BY id DESC`, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var p photo
		err = errors.Join(err, rows.Scan(&p.ID, &p.Title, &p.File, &p.Info))
		found = append(found, p)
	}
	return found, errors.Join(err, rows.Err())
}

func must[T any](v T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return v
}
