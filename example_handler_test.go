package thumbnail_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing/fstest"
	"time"

	"github.com/rest-thumbnails/thumbnail"
	"github.com/rest-thumbnails/thumbnail/lock"
	"github.com/rest-thumbnails/thumbnail/processors"
	"github.com/rest-thumbnails/thumbnail/response"
	"github.com/rest-thumbnails/thumbnail/storage"
)

// exampleHandler returns a handler for one picture, 300 pixels wide and 200 high.
func exampleHandler(change func(*thumbnail.Config)) *thumbnail.Handler {
	signer, err := thumbnail.NewSigner([]byte("0123456789abcdef"))
	if err != nil {
		panic(err)
	}
	cfg := thumbnail.Config{
		Source: storage.FS(originals()), Storage: storage.NewMemory(), Signer: signer,
		Presets: thumbnail.Presets{"card": {Size: thumbnail.Size{Width: 120, Height: 90}, Ext: ".png", Densities: []float64{1, 2}}},
	}
	if change != nil {
		change(&cfg)
	}
	h, err := thumbnail.NewHandler(cfg)
	if err != nil {
		panic(err)
	}
	return h
}

var kitten = thumbnail.Spec{Source: "animals/kitten.png", Size: thumbnail.Size{Width: 90, Height: 90}, Method: "crop", Ext: ".png"}

// This handler is for several processes on one host: they share a directory and lock files.
func ExampleConfig() {
	dir, err := os.MkdirTemp("", "thumbnails")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	thumbs, err := storage.OpenDir(dir)
	if err != nil {
		panic(err)
	}
	locks, err := lock.NewFile(dir + "-locks")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir + "-locks")
	signer, err := thumbnail.NewSigner([]byte("at least 16 random bytes"))
	if err != nil {
		panic(err)
	}
	h, err := thumbnail.NewHandler(thumbnail.Config{
		Source:    storage.FS(originals()),
		Storage:   thumbs,
		Signer:    signer,
		Locker:    locks,
		Responder: response.Stream{},
		Encoders:  thumbnail.Encoders{".jpg": processors.JPEG{Quality: 85}, ".webp": processors.WebP{Quality: 80}},
		MaxMemory: 256 << 20,
		Timeout:   20 * time.Second,
		Presets:   thumbnail.Presets{"avatar": {Size: thumbnail.Size{Width: 64, Height: 64}, Formats: []string{".webp"}}},
	})
	if err != nil {
		panic(err)
	}
	fmt.Println(h.Ping(context.Background()))
	// Output: <nil>
}

// Make a thumbnail before the first visitor requests it.
func ExampleHandler_Generate() {
	h := exampleHandler(nil)
	fmt.Println(h.Generate(context.Background(), kitten))

	missing := kitten
	missing.Source = "animals/puppy.png"
	fmt.Println(errors.Is(h.Generate(context.Background(), missing), fs.ErrNotExist))
	// Output:
	// <nil>
	// true
}

// Make all thumbnails that pages use for some pictures. A second run makes only missing ones.
func ExampleHandler_GenerateAll() {
	h := exampleHandler(nil)
	specs := h.Links("/").Specs("animals/kitten.png", "card")
	for range 2 {
		count := map[thumbnail.Made]int{}
		err := h.GenerateAll(context.Background(), specs, func(_ thumbnail.Spec, made thumbnail.Made, err error) {
			count[made]++
		})
		fmt.Println(count[thumbnail.MadeNow], "made,", count[thumbnail.MadeBefore], "there before,", err)
	}
	// Output:
	// 2 made, 0 there before, <nil>
	// 0 made, 2 there before, <nil>
}

// Remove all thumbnails of a picture that was replaced or deleted.
func ExampleHandler_Remove() {
	thumbs := storage.NewMemory()
	h := exampleHandler(func(c *thumbnail.Config) { c.Storage = thumbs })
	if err := h.Generate(context.Background(), kitten); err != nil {
		panic(err)
	}
	left := func() (n int) {
		for range thumbs.List(context.Background(), "") {
			n++
		}
		return n
	}
	fmt.Println(left())
	fmt.Println(h.Remove(context.Background(), "animals/kitten.png"))
	fmt.Println(left())
	// Output:
	// 1
	// <nil>
	// 0
}

// Check an upload before it replaces a good picture.
func ExampleHandler_Check() {
	h := exampleHandler(nil)
	upload := originals()["animals/kitten.png"].Data
	info, err := h.Check(context.Background(), strings.NewReader(string(upload)))
	fmt.Println(info.Width, info.Height, err)

	_, err = h.Check(context.Background(), strings.NewReader("<!doctype html>"))
	var message *thumbnail.UploadError
	fmt.Println(errors.As(err, &message), thumbnail.StatusCode(err))
	// Output:
	// 300 200 <nil>
	// true 415
}

// The links of a handler have its presets, methods and extensions.
func ExampleHandler_Links() {
	links := exampleHandler(nil).Links("/thumbs/")
	link, err := links.URL(kitten)
	fmt.Println(link, err)
	_, err = links.URL(thumbnail.Spec{Source: "a.jpg", Size: thumbnail.Size{Width: 10}, Method: "crop", Ext: ".tiff"})
	fmt.Println(errors.Is(err, thumbnail.ErrInvalid))
	// Output:
	// /thumbs/animals/kitten.png/90x90/crop/0b30eb1ae222a206b28e9f5df40301e582df892b.png <nil>
	// true
}

// Check that the storage works, at program start and in a health check.
func ExampleHandler_Ping() {
	h := exampleHandler(func(c *thumbnail.Config) { c.Storage = storage.NewMemory() })
	http.HandleFunc("/healthz", func(w http.ResponseWriter, r *http.Request) {
		if err := h.Ping(r.Context()); err != nil {
			http.Error(w, err.Error(), http.StatusServiceUnavailable)
		}
	})
	fmt.Println(h.Ping(context.Background()))
	// Output: <nil>
}

// outcomes counts calls by outcome.
type outcomes map[thumbnail.Outcome]int

func (o outcomes) Observe(_ context.Context, e thumbnail.Event) { o[e.Outcome]++ }

// Count the calls of the handler. A real observer has to be safe for concurrent use.
func ExampleObserver() {
	count := outcomes{}
	h := exampleHandler(func(c *thumbnail.Config) { c.Observer = count })
	link, err := h.Links("/").URL(kitten)
	if err != nil {
		panic(err)
	}
	for range 3 {
		h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, link, nil))
	}
	fmt.Println(count)
	// Output: map[generated:1 stored:2]
}

// Answer with your own picture if there is no thumbnail.
func ExamplePlaceholder() {
	site := fstest.MapFS{"none.svg": {Data: []byte("<svg/>")}}
	h := exampleHandler(func(c *thumbnail.Config) { c.ErrorHandler = thumbnail.Placeholder(site, "none.svg") })
	missing := kitten
	missing.Source = "animals/puppy.png"
	link, err := h.Links("/").URL(missing)
	if err != nil {
		panic(err)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, link, nil))
	fmt.Println(w.Code, w.Header().Get("Content-Type"), w.Body, w.Header().Get(thumbnail.PlaceholderHeader) != "")
	// Output: 404 image/svg+xml <svg/> true
}

// Convert an error of Generate to an HTTP status.
func ExampleStatusCode() {
	missing := kitten
	missing.Source = "animals/puppy.png"
	err := exampleHandler(nil).Generate(context.Background(), missing)
	fmt.Println(thumbnail.StatusCode(err), thumbnail.StatusCode(nil))
	// Output: 404 200
}
