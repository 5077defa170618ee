package main

import (
	"bytes"
	"context"
	"errors"
	"image/png"
	"io/fs"
	"os"

	"github.com/rest-thumbnails/thumbnail/internal/imagetest/specimen"
	"github.com/rest-thumbnails/thumbnail/storage"
)

// photos are the photos in a directory, and generated ones.
type photos struct{ made, files fileSource }

type fileSource interface {
	Open(ctx context.Context, key string) (fs.File, error)
}

// openPhotos adds copies of a photo in other color spaces to the photos in a directory: "p3.jpg" has its
// profile, and "p3-ignored.jpg" does not.
func openPhotos(dir string) (photos, error) {
	made := storage.NewMemory()
	all := photos{made, storage.FS(os.DirFS(dir))}
	f, err := all.Open(context.Background(), "bowl.png")
	if err != nil {
		return all, err
	}
	defer f.Close()
	img, err := png.Decode(f)
	if err != nil {
		return all, err
	}
	for name, space := range map[string]specimen.Space{"p3": specimen.DisplayP3, "adobe": specimen.AdobeRGB} {
		file := specimen.JPEG(space.Of(specimen.OnWhite(img)), 95)
		for name, file := range map[string][]byte{name + "-ignored.jpg": file, name + ".jpg": specimen.WithProfile(file, space.Profile())} {
			if err := made.Put(context.Background(), name, bytes.NewReader(file)); err != nil {
				return all, err
			}
		}
	}
	return all, nil
}

// Open opens a generated photo of the given name, or else a file in the directory.
func (p photos) Open(ctx context.Context, key string) (fs.File, error) {
	f, err := p.made.Open(ctx, key)
	if errors.Is(err, fs.ErrNotExist) {
		return p.files.Open(ctx, key)
	}
	return f, err
}
