package thumbnail_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"html/template"
	"image"
	"image/color"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"testing/fstest"

	"github.com/rest-thumbnails/thumbnail"
	"github.com/rest-thumbnails/thumbnail/processors"
	"github.com/rest-thumbnails/thumbnail/storage"
)

// exampleLinks returns links with two presets. A program that has the handler uses Handler.Links instead.
func exampleLinks() thumbnail.Links {
	signer, err := thumbnail.NewSigner([]byte("0123456789abcdef"))
	if err != nil {
		panic(err)
	}
	return thumbnail.Links{
		Base: "/t/", Signer: signer, Extensions: []string{".jpg", ".webp"},
		Presets: thumbnail.Presets{
			"avatar": {Size: thumbnail.Size{Width: 64, Height: 64}, Densities: []float64{1}},
			"card":   {Size: thumbnail.Size{Width: 320, Height: 240}, Formats: []string{".webp"}, Densities: []float64{1}},
		},
	}
}

// A program finds wrong calls in its templates when it starts.
func ExampleLinks_CheckTemplate() {
	links := exampleLinks()
	page := template.Must(template.New("page.html").Funcs(links.FuncMap()).Parse(`{{img .Photo "hero" "alt" .Title}}`))
	fmt.Println(links.CheckTemplate(page))
	// Output:
	// template: page.html:1:2: {{img … "hero"}}: preset "hero" is not one of avatar, card (Links.Presets)
}

// A picture is a row of a database. ImageInfo returns the result of Describe at the upload.
type picture struct {
	File          string
	Width, Height int
}

func (p picture) Name() string              { return p.File }
func (p picture) ImageInfo() thumbnail.Info { return thumbnail.Info{Width: p.Width, Height: p.Height} }

// The functions img and picture print whole elements.
func ExampleLinks_FuncMap() {
	page := template.Must(template.New("page").Funcs(exampleLinks().FuncMap()).Parse(
		`{{img .Photo "avatar" "alt" "A kitten"}}
{{picture .Photo "card" "alt" "A kitten" "class" "wide"}}
`))
	data := map[string]any{"Photo": picture{"kitten.jpg", 1200, 900}}
	if err := page.Execute(os.Stdout, data); err != nil {
		fmt.Println(err)
	}
	// Output:
	// <img src="/t/kitten.jpg/64x64/crop/33cbc49e1808de7e26d20fc76fb290547a717d4e.jpg" width="64" height="64" alt="A kitten" loading="lazy" decoding="async">
	// <picture><source type="image/webp" srcset="/t/kitten.jpg/320x240/crop/7713578d8973dd926dc68d175ee867a538651d1d.webp"><img src="/t/kitten.jpg/320x240/crop/aa9470b3b5ad392610f78b7bf4689c8c589e4d7f.jpg" width="320" height="240" alt="A kitten" loading="lazy" decoding="async" class="wide"></picture>
}

// The function preload goes into the head of the page.
func ExampleLinks_FuncMap_preload() {
	page := template.Must(template.New("page").Funcs(exampleLinks().FuncMap()).Parse(`{{preload .Photo "avatar"}}` + "\n"))
	if err := page.Execute(os.Stdout, map[string]any{"Photo": picture{"kitten.jpg", 1200, 900}}); err != nil {
		fmt.Println(err)
	}
	// Output: <link rel="preload" as="image" href="/t/kitten.jpg/64x64/crop/33cbc49e1808de7e26d20fc76fb290547a717d4e.jpg" type="image/jpeg" fetchpriority="high">
}

// An Image has the data of a picture, for an API.
func ExampleLinks_Image() {
	img, err := exampleLinks().Image(picture{"kitten.jpg", 1200, 900}, "card")
	if err != nil {
		fmt.Println(err)
		return
	}
	text, err := json.MarshalIndent(img, "", "  ")
	fmt.Println(string(text), err)
	// Output:
	// {
	//   "src": "/t/kitten.jpg/320x240/crop/aa9470b3b5ad392610f78b7bf4689c8c589e4d7f.jpg",
	//   "width": 320,
	//   "height": 240,
	//   "type": "image/jpeg",
	//   "sources": [
	//     {
	//       "type": "image/webp",
	//       "srcset": "/t/kitten.jpg/320x240/crop/7713578d8973dd926dc68d175ee867a538651d1d.webp"
	//     }
	//   ]
	// } <nil>
}

// Specs lists the files of a picture, for a job that makes them before they are requested.
func ExampleLinks_Specs() {
	for s := range exampleLinks().Specs(picture{"kitten.jpg", 1200, 900}, "avatar", "card") {
		fmt.Println(s.Source, s.Size, s.Method, s.Ext) // handler.Generate(ctx, s) makes it
	}
	// Output:
	// kitten.jpg 64x64 crop .jpg
	// kitten.jpg 320x240 crop .jpg
	// kitten.jpg 320x240 crop .webp
}

// Describe an upload once, and store the result with its name.
func ExampleDescribe() {
	info, err := thumbnail.Describe(context.Background(), storage.FS(originals()), "animals/kitten.png")
	fmt.Println(info.Width, info.Height, info.Version != "", err)
	// Output: 300 200 true <nil>
}

// A Describer can also find the dominant color, as a placeholder until the picture is loaded.
func ExampleDescriber_Describe() {
	d := thumbnail.Describer{Color: true}
	info, err := d.Describe(context.Background(), storage.FS(fstest.MapFS{"toy": {Data: []byte("TOY\x28\x14\xc8\x28\x0a")}}), "toy")
	fmt.Println(info.Color, err != nil) // the format is unknown

	d.Formats = []processors.Format{toyFormat}
	info, err = d.Describe(context.Background(), storage.FS(fstest.MapFS{"toy": {Data: []byte("TOY\x28\x14\xc8\x28\x0a")}}), "toy")
	fmt.Println(info.Width, info.Height, info.Color, err)
	// Output:
	// true
	// 40 20 #c8280a <nil>
}

// Sweep removes the thumbnails that no preset uses any more, and those whose original is gone.
func ExampleHandler_Sweep() {
	links := exampleLinks()
	h, err := thumbnail.NewHandler(thumbnail.Config{
		Source: storage.FS(originals()), Storage: storage.NewMemory(), Signer: links.Signer, Presets: thumbnail.Presets{"avatar": links.Presets["avatar"]},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx := context.Background()
	for _, method := range []string{"crop", "fit"} {
		s := thumbnail.Spec{Source: "animals/kitten.png", Size: thumbnail.Size{Width: 64, Height: 64}, Method: method, Ext: ".jpg"}
		if err := h.Generate(ctx, s); err != nil {
			fmt.Println(err)
		}
	}
	links = h.Links("/t/")
	swept, err := h.Sweep(ctx, thumbnail.Sweep{Keep: func(e thumbnail.Entry) bool { return e.Current && links.Uses(e.Spec) }})
	fmt.Println(swept.Removed, swept.Kept, err)
	// Output: 1 1 <nil>
}

// toyFormat decodes pictures of one color: "TOY", width, height, red, green, blue.
var toyFormat = processors.Format{
	Name:  "toy",
	Match: func(head []byte) bool { return bytes.HasPrefix(head, []byte("TOY")) },
	Header: func(_ context.Context, r io.Reader) (processors.FormatHeader, error) {
		var b [8]byte
		if _, err := io.ReadFull(r, b[:]); err != nil {
			return processors.FormatHeader{}, err
		}
		return processors.FormatHeader{Width: int(b[3]), Height: int(b[4]), Bytes: 4 * int64(b[3]) * int64(b[4])}, nil
	},
	Decode: func(ctx context.Context, data []byte) (image.Image, error) {
		width, height := int(data[3]), int(data[4])
		if err := processors.Reserve(ctx, 4*int64(width)*int64(height)); err != nil {
			return nil, err
		}
		img := image.NewNRGBA(image.Rect(0, 0, width, height))
		for i := range width * height {
			img.SetNRGBA(i%width, i/width, color.NRGBA{R: data[5], G: data[6], B: data[7], A: 255})
		}
		return img, nil
	},
}

// Config.Formats adds decoders of other formats to a handler.
func ExampleConfig_formats() {
	signer, err := thumbnail.NewSigner([]byte("at least 16 random bytes"))
	if err != nil {
		fmt.Println(err)
		return
	}
	h, err := thumbnail.NewHandler(thumbnail.Config{
		Source:  storage.FS(fstest.MapFS{"picture.toy": {Data: []byte("TOY\x28\x14\xc8\x28\x0a")}}),
		Storage: storage.NewMemory(), Signer: signer,
		Formats: []processors.Format{toyFormat},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	link, err := h.Links("/").URL(thumbnail.Spec{Source: "picture.toy", Size: thumbnail.Size{Width: 10}, Method: "crop", Ext: ".png"})
	if err != nil {
		fmt.Println(err)
		return
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, link, nil))
	img, format, err := image.Decode(w.Body)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(w.Code, format, img.Bounds().Size(), color.NRGBAModel.Convert(img.At(5, 2)))
	// Output: 200 png (10,5) {200 40 10 255}
}
