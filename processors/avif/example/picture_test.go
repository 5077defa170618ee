package main

import (
	"encoding/json"
	"html/template"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rest-thumbnails/thumbnail"
	"github.com/rest-thumbnails/thumbnail/internal/browsertest"
	"github.com/rest-thumbnails/thumbnail/internal/imagetest"
	"github.com/rest-thumbnails/thumbnail/processors"
	"github.com/rest-thumbnails/thumbnail/processors/avif"
	"github.com/rest-thumbnails/thumbnail/storage"
)

// Chromium loads AVIF if the page offers it, and the next best format if the file would exceed the pixel
// limit of AVIF.
func TestChromiumLoadsAVIFIfThePageOffersIt(t *testing.T) {
	source, err := storage.OpenDir(filepath.Dir(imagetest.Gallery(t, "mountain.jpg")[0]))
	if err != nil {
		t.Fatal(err)
	}
	signer, err := thumbnail.NewSigner([]byte("a secret of at least 16 bytes"))
	if err != nil {
		t.Fatal(err)
	}
	h, err := thumbnail.NewHandler(thumbnail.Config{
		Source: source, Storage: storage.NewMemory(), Signer: signer, Formats: []processors.Format{avif.Format},
		Encoders: thumbnail.Encoders{".avif": avif.Encoder{MaxPixels: 100_000}},
		Presets: thumbnail.Presets{
			"small": {Size: thumbnail.Size{Width: 200, Height: 150}, Formats: []string{".avif", ".webp"}, Densities: []float64{1, 2}},
			"large": {Size: thumbnail.Size{Width: 400, Height: 300}, Formats: []string{".avif", ".webp"}, Densities: []float64{1, 2}},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	page := template.Must(template.New("page").Funcs(h.Links("/thumbs/").FuncMap()).Parse(
		`<!doctype html><title>pictures</title><p>{{picture "mountain.jpg" "small" "alt" "small"}}</p><p>{{picture "mountain.jpg" "large" "alt" "large"}}</p>{{.}}`))
	mux := http.NewServeMux()
	mux.Handle("/thumbs/", http.StripPrefix("/thumbs", h))
	mux.HandleFunc("/page", func(w http.ResponseWriter, _ *http.Request) {
		_ = page.Execute(w, template.HTML(browsertest.Pictures))
	})
	for _, value := range browsertest.Show(t, mux, 1, browsertest.View{URL: "/page", Width: 800}) {
		var shown browsertest.Shown
		if err := json.Unmarshal(value, &shown); err != nil {
			t.Fatal(err)
		}
		if len(shown.Images) != 2 || shown.Shift != 0 {
			t.Fatalf("%s", value)
		}
		for i, ext := range []string{".avif", ".webp"} {
			if img := shown.Images[i]; !strings.HasSuffix(img.Src, ext) || img.NaturalWidth != 200*(i+1) {
				t.Errorf("%s is shown as %s, %d pixels wide", img.Alt, img.Src, img.NaturalWidth)
			}
		}
	}
}
