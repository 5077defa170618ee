package thumbnail_test

import (
	"fmt"
	"html/template"
	"io/fs"
	"os"
	"testing/fstest"
	"time"

	"github.com/rest-thumbnails/thumbnail"
)

// The function srcset prints only the attribute, for an element of your own.
func ExampleLinks_FuncMap_srcset() {
	page := template.Must(template.New("page").Funcs(exampleLinks().FuncMap()).Parse(`<img srcset="{{srcset .Photo "avatar"}}">` + "\n"))
	if err := page.Execute(os.Stdout, map[string]any{"Photo": picture{"kitten.jpg", 1200, 900}}); err != nil {
		fmt.Println(err)
	}
	// Output: <img srcset="/t/kitten.jpg/64x64/crop/33cbc49e1808de7e26d20fc76fb290547a717d4e.jpg 1x">
}

// The function thumbnail prints a URL, by preset or by size, method and extension.
func ExampleLinks_FuncMap_thumbnail() {
	page := template.Must(template.New("page").Funcs(exampleLinks().FuncMap()).Parse(
		`{{thumbnail .Photo "avatar"}}
{{thumbnail .Photo "64x64" "crop" ".jpg"}}
`))
	if err := page.Execute(os.Stdout, map[string]any{"Photo": picture{"kitten.jpg", 1200, 900}}); err != nil {
		fmt.Println(err)
	}
	// Output:
	// /t/kitten.jpg/64x64/crop/33cbc49e1808de7e26d20fc76fb290547a717d4e.jpg
	// /t/kitten.jpg/64x64/crop/33cbc49e1808de7e26d20fc76fb290547a717d4e.jpg
}

// The function img prints one element.
func ExampleLinks_FuncMap_img() {
	page := template.Must(template.New("page").Funcs(exampleLinks().FuncMap()).Parse(`{{img .Photo "avatar" "alt" .Title "loading" "eager"}}` + "\n"))
	if err := page.Execute(os.Stdout, map[string]any{"Photo": picture{"kitten.jpg", 1200, 900}, "Title": `A "kitten"`}); err != nil {
		fmt.Println(err)
	}
	// Output: <img src="/t/kitten.jpg/64x64/crop/33cbc49e1808de7e26d20fc76fb290547a717d4e.jpg" width="64" height="64" alt="A &#34;kitten&#34;" loading="eager" decoding="async">
}

// A mistake in a preset is reported when the program starts.
func ExampleLinks_Check() {
	links := exampleLinks()
	fmt.Println(links.Check())
	links.Presets["card"] = thumbnail.Preset{}
	fmt.Println(links.Check() != nil)
	// Output:
	// <nil>
	// true
}

// Uses reports which thumbnails the presets still use, for example for a Sweep.
func ExampleLinks_Uses() {
	links := exampleLinks()
	for _, height := range []int{64, 300} {
		fmt.Println(links.Uses(thumbnail.Spec{Source: "kitten.jpg", Size: thumbnail.Size{Width: 64, Height: height}, Method: "crop", Ext: ".jpg"}))
	}
	// Output:
	// true
	// false
}

// Links.URL checks the Spec before it signs.
func ExampleLinks_URL() {
	link, err := exampleLinks().URL(thumbnail.Spec{Source: "kitten.jpg", Size: thumbnail.Size{Width: 64}, Method: "crop", Ext: ".webp", Version: "3"})
	fmt.Println(link, err)
	// Output: /t/kitten.jpg/64x/crop/3-ce19076e59ac3c33bd6bef3951d8c74d1ae93866.webp <nil>
}

// A size has a width, a height, or both.
func ExampleParseSize() {
	for _, text := range []string{"100x100", "100x", "x100"} {
		size, err := thumbnail.ParseSize(text)
		fmt.Println(size.Width, size.Height, err)
	}
	// Output:
	// 100 100 <nil>
	// 100 0 <nil>
	// 0 100 <nil>
}

// The new key signs; links signed with the previous one stay valid.
func ExampleNewSigner() {
	before, err := thumbnail.NewSigner([]byte("0123456789abcdef"))
	if err != nil {
		panic(err)
	}
	after, err := thumbnail.NewSigner([]byte("fedcba9876543210"), []byte("0123456789abcdef"))
	if err != nil {
		panic(err)
	}
	fmt.Println(after.Verify(kitten, before.Sign(kitten)), before.Verify(kitten, after.Sign(kitten)))
	// Output: true false
}

// Links of django-rest-thumbnails stay valid with the SECRET_KEY of its settings.
func ExampleDjangoSigner() {
	old := thumbnail.DjangoSigner("the SECRET_KEY of settings.py")
	fmt.Println(old.Verify(kitten, old.Sign(kitten)))
	// Output: true
}

// Sign with the new signer, and accept secrets of both.
func ExampleAnyOf() {
	old := thumbnail.DjangoSigner("the SECRET_KEY of settings.py")
	now, err := thumbnail.NewSigner([]byte("0123456789abcdef"))
	if err != nil {
		panic(err)
	}
	both := thumbnail.AnyOf(now, old)
	fmt.Println(both.Sign(kitten) == now.Sign(kitten), both.Verify(kitten, old.Sign(kitten)))
	// Output: true true
}

// A version in the URL changes with the file.
func ExampleVersionOf() {
	photos := fstest.MapFS{"kitten.jpg": {Data: []byte("…"), ModTime: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)}}
	info, err := fs.Stat(photos, "kitten.jpg")
	if err != nil {
		panic(err)
	}
	before := thumbnail.VersionOf(info)
	photos["kitten.jpg"].ModTime = photos["kitten.jpg"].ModTime.Add(time.Second)
	if info, err = fs.Stat(photos, "kitten.jpg"); err != nil {
		panic(err)
	}
	fmt.Println(before != "", before == thumbnail.VersionOf(info))
	// Output: true false
}
