package thumbnail_test

import (
	"bytes"
	"context"
	"fmt"
	"html/template"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"

	"github.com/rest-thumbnails/thumbnail"
	"github.com/rest-thumbnails/thumbnail/processors"
	"github.com/rest-thumbnails/thumbnail/storage"
)

// recipeHandler returns a handler of a gray photo, kitten.jpg, in a red frame.
func recipeHandler(methods thumbnail.Processors) *thumbnail.Handler {
	photo := image.NewRGBA(image.Rect(0, 0, 400, 300))
	draw.Draw(photo, photo.Rect, image.NewUniform(color.RGBA{R: 200, A: 255}), image.Point{}, draw.Src)
	draw.Draw(photo, photo.Rect.Inset(100), image.NewUniform(color.Gray{128}), image.Point{}, draw.Src)
	var file bytes.Buffer
	photos := storage.NewMemory()
	signer, err := thumbnail.NewSigner([]byte("0123456789abcdef"))
	if err != nil {
		panic(err)
	}
	if err := jpeg.Encode(&file, photo, nil); err != nil {
		panic(err)
	}
	if err := photos.Put(context.Background(), "kitten.jpg", &file); err != nil {
		panic(err)
	}
	h, err := thumbnail.NewHandler(thumbnail.Config{Source: photos, Storage: storage.NewMemory(), Signer: signer, Processors: methods})
	if err != nil {
		panic(err)
	}
	return h
}

// ask sends a request to a mux, optionally with a login.
func ask(mux http.Handler, path, session string) {
	r := httptest.NewRequest(http.MethodGet, path, nil)
	if session != "" {
		r.AddCookie(&http.Cookie{Name: "session", Value: session})
	}
	w := httptest.NewRecorder()
	mux.ServeHTTP(w, r)
	fmt.Printf("%d, Cache-Control: %q\n", w.Code, w.Header().Get("Cache-Control"))
}

// Pictures behind a login: the handler is not mounted, so signed URLs do not work, and the program decides
// about each request. The storage must not be in a directory that a web server serves; response.Nginx with
// an internal location may send the files.
func ExampleHandler_ServeSpec() {
	handler := recipeHandler(nil)
	mayLook := func(r *http.Request, name string) bool {
		session, err := r.Cookie("session")
		return err == nil && session.Value == "ann's"
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /album/{name}", func(w http.ResponseWriter, r *http.Request) {
		name := r.PathValue("name")
		if !mayLook(r, name) {
			http.Error(w, "log in first", http.StatusForbidden)
			return
		}
		w.Header().Set("Cache-Control", "private, no-store") // the library's default allows public caching
		handler.ServeSpec(w, r, thumbnail.Spec{Source: name, Size: thumbnail.Size{Width: 200, Height: 200}, Method: "crop", Ext: ".jpg"})
	})
	ask(mux, "/album/kitten.jpg", "ann's")
	ask(mux, "/album/kitten.jpg", "bob's")
	ask(mux, "/album/none.jpg", "ann's")
	// Output:
	// 200, Cache-Control: "private, no-store"
	// 403, Cache-Control: ""
	// 404, Cache-Control: "no-store"
}

// Private pictures on a page with responsive pictures: the URLs are signed as usual, so nobody can ask for
// other sizes, and the program checks the secret and the visitor.
func ExampleHandler_ServeSpec_responsive() {
	handler := recipeHandler(nil)
	links := handler.Links("/album/")
	mux := http.NewServeMux()
	mux.HandleFunc("GET /album/", func(w http.ResponseWriter, r *http.Request) {
		spec, secret, err := thumbnail.ParsePath(strings.TrimPrefix(r.URL.Path, "/album/"))
		session, errSession := r.Cookie("session")
		if err != nil || errSession != nil || !links.Signer.Verify(spec, secret) || session.Value != "ann's" { // may she see spec.Source?
			http.Error(w, "log in first", http.StatusForbidden)
			return
		}
		w.Header().Set("Cache-Control", "private, no-store")
		handler.ServeSpec(w, r, spec)
	})
	links.Presets = thumbnail.Presets{"card": {Size: thumbnail.Size{Width: 200}, Method: "fit"}} // Config.Presets
	picture, err := links.Image("kitten.jpg", "card")
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, url := range strings.Split(picture.Srcset, ", ") {
		url, width, _ := strings.Cut(url, " ")
		fmt.Print(width, " ")
		ask(mux, url, "ann's")
	}
	ask(mux, picture.Src, "bob's")
	ask(mux, strings.Replace(picture.Src, "200x", "201x", 1), "ann's")
	// Output:
	// 1x 200, Cache-Control: "private, no-store"
	// 2x 200, Cache-Control: "private, no-store"
	// 403, Cache-Control: ""
	// 403, Cache-Control: ""
}

// Old URLs continue to work: the program maps each of them to a thumbnail. A short list of sizes replaces
// the secret.
func ExampleHandler_ServeSpec_oldURLs() {
	handler := recipeHandler(nil)
	old := map[string]thumbnail.Size{"small": {Width: 100}, "large": {Width: 300}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /cache/{size}/{name...}", func(w http.ResponseWriter, r *http.Request) {
		size, ok := old[r.PathValue("size")]
		if !ok {
			http.NotFound(w, r)
			return
		}
		handler.ServeSpec(w, r, thumbnail.Spec{Source: r.PathValue("name"), Size: size, Method: "fit", Ext: ".jpg"})
	})
	ask(mux, "/cache/small/kitten.jpg", "")
	ask(mux, "/cache/huge/kitten.jpg", "")
	// Output:
	// 200, Cache-Control: "public, max-age=2592000"
	// 404, Cache-Control: ""
}

// A watermark on every large thumbnail.
func ExampleSpecFromContext() {
	mark := processors.After(processors.Crop{}, func(img draw.Image) {
		draw.Draw(img, image.Rect(8, 8, 40, 20), image.White, image.Point{}, draw.Over) // or a logo
	})
	crop := processorFunc(func(ctx context.Context, src image.Image, width, height int) (image.Image, error) {
		if s, ok := thumbnail.SpecFromContext(ctx); ok && s.Size.Width >= 200 {
			return mark.Process(ctx, src, width, height)
		}
		return processors.Crop{}.Process(ctx, src, width, height)
	})
	handler := recipeHandler(thumbnail.Processors{"crop": crop})
	mux := http.NewServeMux()
	mux.Handle("/t/", http.StripPrefix("/t", handler))
	for _, width := range []int{100, 200} {
		url, err := handler.Links("/t/").URL(thumbnail.Spec{Source: "kitten.jpg", Size: thumbnail.Size{Width: width, Height: width}, Method: "crop", Ext: ".jpg"})
		if err != nil {
			fmt.Println(err)
			return
		}
		w := httptest.NewRecorder()
		mux.ServeHTTP(w, httptest.NewRequest(http.MethodGet, url, nil))
		img, err := jpeg.Decode(w.Body)
		if err != nil {
			fmt.Println(err)
			return
		}
		gray := color.GrayModel.Convert(img.At(20, 14)).(color.Gray)
		fmt.Println(width, gray.Y > 250)
	}
	// Output:
	// 100 false
	// 200 true
}

// A portrait is a row of a database, with the focal point that a user has chosen.
type portrait struct {
	File string
	X, Y int // percent
}

func (p portrait) Name() string { return p.File }
func (p portrait) ImageInfo() thumbnail.Info {
	return thumbnail.Info{Width: 1200, Height: 900, Focus: image.Pt(p.X, p.Y)}
}

// A focal point needs a column, and a preset with the method focus. If the point moves, the URL changes.
func ExampleInfo_focus() {
	links := exampleLinks()
	links.Presets = thumbnail.Presets{"face": {Size: thumbnail.Size{Width: 64, Height: 64}, Method: "focus", Densities: []float64{1}}}
	page := template.Must(template.New("page").Funcs(links.FuncMap()).Parse("{{thumbnail . \"face\"}}\n"))
	for _, p := range []portrait{{"ann.jpg", 42, 67}, {"ann.jpg", 50, 20}, {"bob.jpg", 0, 0}} {
		if err := page.Execute(os.Stdout, p); err != nil {
			fmt.Println(err)
		}
	}
	// Output:
	// /t/ann.jpg/64x64/focus_42_67/4aba978638d57dd0c496a235acbe25579843651c.jpg
	// /t/ann.jpg/64x64/focus_50_20/e17c8541b989b145d5120b910e1de66e6811391c.jpg
	// /t/bob.jpg/64x64/focus/078158c8f0415834dbdb618a459f7426d4b3d5fc.jpg
}
