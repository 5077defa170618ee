package storage_test

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"github.com/rest-thumbnails/thumbnail/storage"
)

// A directory stores thumbnails, or originals that the program writes.
func ExampleOpenDir() {
	root, err := os.MkdirTemp("", "photos")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(root)
	photos, err := storage.OpenDir(root)
	if err != nil {
		panic(err)
	}
	ctx := context.Background()
	fmt.Println(photos.Put(ctx, "animals/kitten.jpg", strings.NewReader("a JPEG")))
	f, err := photos.Open(ctx, "animals/kitten.jpg")
	if err != nil {
		panic(err)
	}
	defer f.Close()
	text, err := io.ReadAll(f)
	fmt.Println(string(text), err)
	_, err = photos.Open(ctx, "../etc/passwd")
	fmt.Println(err != nil)
	// Output:
	// <nil>
	// a JPEG <nil>
	// true
}

// Thumbnails in memory are for tests and demonstrations.
func ExampleNewMemory() {
	ctx, thumbs := context.Background(), storage.NewMemory()
	fmt.Println(thumbs.Put(ctx, "kitten.jpg/100x/crop/5a1e.jpg", strings.NewReader("a JPEG")))
	fmt.Println(thumbs.RemoveAll(ctx, "kitten.jpg"))
	_, err := thumbs.Open(ctx, "kitten.jpg/100x/crop/5a1e.jpg")
	fmt.Println(errors.Is(err, fs.ErrNotExist))
	// Output:
	// <nil>
	// <nil>
	// true
}

//go:embed example_test.go
var examples embed.FS

// Any fs.FS is a source of originals: embedded files, an archive, or a file system of the program.
func ExampleFS() {
	source := storage.FS(examples)
	f, err := source.Open(context.Background(), "example_test.go")
	if err != nil {
		panic(err)
	}
	defer f.Close()
	info, err := f.Stat()
	fmt.Println(info.Name(), err)
	// Output: example_test.go <nil>
}
