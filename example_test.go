package thumbnail_test

import (
	"bytes"
	"context"
	"fmt"
	"html/template"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"net/http"
	"net/http/httptest"
	"os"
	"testing/fstest"

	"github.com/rest-thumbnails/thumbnail"
	"github.com/rest-thumbnails/thumbnail/processors"
	"github.com/rest-thumbnails/thumbnail/storage"
)

// originals returns a source with one picture, 300 pixels wide and 200 high.
func originals() fstest.MapFS {
	var b bytes.Buffer
	_ = png.Encode(&b, image.NewNRGBA(image.Rect(0, 0, 300, 200)))
	return fstest.MapFS{"animals/kitten.png": {Data: b.Bytes()}}
}

// Mount the handler, and request a thumbnail.
func ExampleNewHandler() {
	signer, err := thumbnail.NewSigner([]byte("at least 16 random bytes"))
	if err != nil {
		panic(err)
	}
	h, err := thumbnail.NewHandler(thumbnail.Config{
		Source:  storage.FS(originals()),
		Storage: storage.NewMemory(),
		Signer:  signer,
	})
	if err != nil {
		panic(err)
	}
	mux := http.NewServeMux()
	mux.Handle("/thumbs/", http.StripPrefix("/thumbs", h))

	link, err := thumbnail.URL("/thumbs/", signer, thumbnail.Spec{
		Source: "animals/kitten.png", Size: thumbnail.Size{Width: 150}, Method: "crop", Ext: ".png",
	})
	if err != nil {
		panic(err)
	}
	w := httptest.NewRecorder()
	mux.ServeHTTP(w, httptest.NewRequest(http.MethodGet, link, nil))
	config, format, err := image.DecodeConfig(w.Body)
	fmt.Println(w.Code, format, config.Width, config.Height, err)
	// Output: 200 png 150 100 <nil>
}

// Sign a URL.
func ExampleURL() {
	signer, err := thumbnail.NewSigner([]byte("0123456789abcdef"))
	if err != nil {
		panic(err)
	}
	link, err := thumbnail.URL("https://img.example.com", signer, thumbnail.Spec{
		Source: "animals/kitten.jpg", Size: thumbnail.Size{Width: 100, Height: 100}, Method: "crop", Ext: ".jpg",
	})
	fmt.Println(link, err)
	// Output: https://img.example.com/animals/kitten.jpg/100x100/crop/96d7643e93d96133c68e4405a16ce591863c0c46.jpg <nil>
}

// Link from a template.
func ExampleFuncMap() {
	signer, err := thumbnail.NewSigner([]byte("0123456789abcdef"))
	if err != nil {
		panic(err)
	}
	page := template.Must(template.New("page").Funcs(thumbnail.FuncMap("/thumbs/", signer)).Parse(
		`<img src="{{thumbnail .Photo "100x100" "crop" ".jpg"}}">
{{with thumbnail .Photo .Size "crop" ".jpg"}}<img src="{{.URL}}" width="{{.Size.Width}}">{{end}}
`))
	err = page.Execute(os.Stdout, map[string]string{"Photo": "animals/kitten.jpg", "Size": "100x100"})
	if err != nil {
		panic(err)
	}
	// Output:
	// <img src="/thumbs/animals/kitten.jpg/100x100/crop/96d7643e93d96133c68e4405a16ce591863c0c46.jpg">
	// <img src="/thumbs/animals/kitten.jpg/100x100/crop/96d7643e93d96133c68e4405a16ce591863c0c46.jpg" width="100">
}

// Watermark crops like its embedded Crop and draws a red corner over the result. Because Crop is a
// [processors.Planner], so is Watermark, and large originals are decoded at a reduced size.
type Watermark struct{ processors.Crop }

func (p Watermark) Process(ctx context.Context, src image.Image, width, height int) (image.Image, error) {
	img, err := p.Crop.Process(ctx, src, width, height)
	if err != nil {
		return nil, err
	}
	out := image.NewRGBA(image.Rectangle{Max: img.Bounds().Size()}) // src must not be modified
	draw.Draw(out, out.Bounds(), img, img.Bounds().Min, draw.Src)
	draw.Draw(out, image.Rect(0, 0, 10, 10), image.NewUniform(color.RGBA{R: 255, A: 255}), image.Point{}, draw.Over)
	return out, nil
}

// Add a method of your own.
func ExampleProcessor() {
	signer, err := thumbnail.NewSigner([]byte("0123456789abcdef"))
	if err != nil {
		panic(err)
	}
	h, err := thumbnail.NewHandler(thumbnail.Config{
		Source:     storage.FS(originals()),
		Storage:    storage.NewMemory(),
		Signer:     signer,
		Processors: thumbnail.Processors{"watermark": Watermark{}},
	})
	if err != nil {
		panic(err)
	}
	links := thumbnail.Links{Base: "/", Signer: signer, Methods: []string{"watermark"}}
	link, err := links.URL(thumbnail.Spec{Source: "animals/kitten.png", Size: thumbnail.Size{Width: 40, Height: 40}, Method: "watermark", Ext: ".png"})
	if err != nil {
		panic(err)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, link, nil))
	img, err := png.Decode(w.Body)
	if err != nil {
		panic(err)
	}
	r, g, b, _ := img.At(2, 2).RGBA()
	fmt.Println(img.Bounds().Size(), r>>8, g>>8, b>>8)
	// Output: (40,40) 255 0 0
}

// Parse a path, for example in a function at a CDN's edge.
func ExampleParsePath() {
	s, secret, err := thumbnail.ParsePath("animals/kitten.jpg/100x/crop/v2-04c8f5c392a8d2b6ac86ad4e4c1dc5884a3ac317.jpg")
	fmt.Println(s.Source, s.Size, s.Method, s.Version, s.Ext, secret, err)
	// Output: animals/kitten.jpg 100x crop v2 .jpg 04c8f5c392a8d2b6ac86ad4e4c1dc5884a3ac317 <nil>
}
