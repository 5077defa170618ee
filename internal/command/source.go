package command

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/rest-thumbnails/thumbnail"
	"github.com/rest-thumbnails/thumbnail/internal/gallery"
	"github.com/rest-thumbnails/thumbnail/storage"
)

// source is the place of the originals: a thumbnail.Source for the handler, and a tree that the gallery can
// list.
type source struct {
	thumbnail.Source
	tree  gallery.Tree
	name  string // displayed name
	close func() error
}

// openSource opens a directory, a bucket or, for "", the built-in photos.
func openSource(dir string, getenv func(string) string) (*source, error) {
	switch {
	case dir == "":
		files := gallery.Photos()
		return &source{storage.FS(files), filesOf(files), "built-in photos", func() error { return nil }}, nil
	case isBucket(dir):
		store, err := openBucket(dir, getenv)
		if err != nil {
			return nil, fmt.Errorf("-source: %w", err)
		}
		return &source{store, objectsOf(store), dir, store.Close}, nil
	}
	originals, err := storage.OpenDir(dir)
	if err != nil {
		return nil, directoryError("source", dir, err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, errors.Join(directoryError("source", dir, err), originals.Close())
	}
	return &source{originals, filesOf(root.FS()), dir, func() error { return errors.Join(root.Close(), originals.Close()) }}, nil
}

// directoryError rewords the error for a directory that a flag names.
func directoryError(flag, dir string, err error) error {
	info, statErr := os.Stat(dir)
	switch {
	case statErr == nil && !info.IsDir():
		return fmt.Errorf("-%s %s is a file, not a directory: %w", flag, dir, err)
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("-%s %s: the directory does not exist; check its spelling and whether it is mounted: %w", flag, dir, err)
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("-%s %s: the user that runs the program lacks permission: %w", flag, dir, err)
	}
	return fmt.Errorf("-%s %s: %w", flag, dir, err)
}
