// Command readme makes the pictures of README.md with the library itself, from the photos of
// internal/gallery, some of which it puts into other color spaces. Run it at the top of the
// repository:
//
//	go run ./internal/readme
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/rest-thumbnails/thumbnail"
	"github.com/rest-thumbnails/thumbnail/storage"
)

// pictures are the files in docs, and the Spec of each.
var pictures = []struct {
	file string
	spec thumbnail.Spec
}{
	{"original.jpg", thumbnail.Spec{Source: "dandelion.jpg", Size: thumbnail.Size{Width: 356}, Method: "scale", Ext: ".jpg"}},
	{"crop.jpg", thumbnail.Spec{Source: "dandelion.jpg", Size: thumbnail.Size{Width: 150, Height: 150}, Method: "crop", Ext: ".jpg"}},
	{"smart.jpg", thumbnail.Spec{Source: "dandelion.jpg", Size: thumbnail.Size{Width: 150, Height: 150}, Method: "smart", Ext: ".jpg"}},
	{"entropy.jpg", thumbnail.Spec{Source: "dandelion.jpg", Size: thumbnail.Size{Width: 150, Height: 150}, Method: "entropy", Ext: ".jpg"}},
	{"fit.jpg", thumbnail.Spec{Source: "dandelion.jpg", Size: thumbnail.Size{Width: 150, Height: 150}, Method: "fit", Ext: ".jpg"}},
	{"scale.jpg", thumbnail.Spec{Source: "dandelion.jpg", Size: thumbnail.Size{Width: 150, Height: 150}, Method: "scale", Ext: ".jpg"}},
	{"dogs.jpg", thumbnail.Spec{Source: "animals/dogs.jpg", Size: thumbnail.Size{Width: 150, Height: 150}, Method: "smart", Ext: ".jpg"}},
	{"drum.jpg", thumbnail.Spec{Source: "drum.jpg", Size: thumbnail.Size{Height: 150}, Method: "scale", Ext: ".jpg"}},
	{"mountain.jpg", thumbnail.Spec{Source: "mountain.jpg", Size: thumbnail.Size{Height: 150}, Method: "scale", Ext: ".jpg"}},
	{"bowl.png", thumbnail.Spec{Source: "bowl.png", Size: thumbnail.Size{Height: 150}, Method: "scale", Ext: ".png"}},
	{"p3-ignored.jpg", thumbnail.Spec{Source: "p3-ignored.jpg", Size: thumbnail.Size{Width: 200}, Method: "scale", Ext: ".jpg"}},
	{"p3.jpg", thumbnail.Spec{Source: "p3.jpg", Size: thumbnail.Size{Width: 200}, Method: "scale", Ext: ".jpg"}},
	{"adobe-ignored.jpg", thumbnail.Spec{Source: "adobe-ignored.jpg", Size: thumbnail.Size{Width: 200}, Method: "scale", Ext: ".jpg"}},
	{"adobe.jpg", thumbnail.Spec{Source: "adobe.jpg", Size: thumbnail.Size{Width: 200}, Method: "scale", Ext: ".jpg"}},
}

func main() {
	if err := write(filepath.Join("internal", "gallery", "photos"), "docs"); err != nil {
		fmt.Fprintln(os.Stderr, "readme:", err)
		os.Exit(1)
	}
}

// write makes the pictures from the photos in one directory and writes them into another.
func write(photos, docs string) error {
	// The signatures are not used; the pictures get short names.
	signer, err := thumbnail.NewSigner(make([]byte, 16))
	if err != nil {
		return err
	}
	originals, err := openPhotos(photos)
	if err != nil {
		return err
	}
	stored := storage.NewMemory()
	handler, err := thumbnail.NewHandler(thumbnail.Config{
		Source:  originals,
		Storage: stored,
		Signer:  signer,
	})
	if err != nil {
		return err
	}
	ctx := context.Background()
	for _, p := range pictures {
		if err := handler.Generate(ctx, p.spec); err != nil {
			return fmt.Errorf("%s: %w", p.file, err)
		}
		key, err := thumbnail.URL("", signer, p.spec) // these names need no escaping, so the relative URL is the storage key
		if err != nil {
			return err
		}
		f, err := stored.Open(ctx, key)
		if err != nil {
			return err
		}
		data, err := io.ReadAll(f)
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(docs, p.file), data, 0o644); err != nil {
			return err
		}
	}
	return nil
}
