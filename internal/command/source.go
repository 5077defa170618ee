package command

import (
	"errors"
	"fmt"
	"os"

	"github.com/rest-thumbnails/thumbnail"
	"github.com/rest-thumbnails/thumbnail/internal/gallery"
	"github.com/rest-thumbnails/thumbnail/storage"
)

// source is where the originals are: for the handler a thumbnail.Source, for the gallery a tree
// that it can list.
type source struct {
	thumbnail.Source
	tree  gallery.Tree
	name  string // for people
	close func() error
}

// openSource opens a directory, a bucket or, for "", the photos that come with the program.
func openSource(dir string, getenv func(string) string) (*source, error) {
	switch {
	case dir == "":
		files := gallery.Photos()
		return &source{storage.FS(files), filesOf(files), "the photos that the program carries", func() error { return nil }}, nil
	case isBucket(dir):
		store, err := openBucket(dir, getenv)
		if err != nil {
			return nil, fmt.Errorf("-source: %w", err)
		}
		return &source{store, objectsOf(store), dir, store.Close}, nil
	}
	originals, err := storage.OpenDir(dir)
	if err != nil {
		return nil, fmt.Errorf("-source: %w", err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("-source: %w", err), originals.Close())
	}
	return &source{originals, filesOf(root.FS()), dir, func() error { return errors.Join(root.Close(), originals.Close()) }}, nil
}
