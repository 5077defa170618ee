package command

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/rest-thumbnails/thumbnail"
	"github.com/rest-thumbnails/thumbnail/storage"
)

// temporaryName is the name of a temporary directory of thumbnails, in which * is replaced by a random
// string.
const temporaryName = "thumbs-*"

// thumbs is the place of the thumbnails: a directory or a bucket.
type thumbs struct {
	thumbnail.Storage
	name      string // displayed name; for a directory its absolute path
	temporary bool
	remote    bool // a bucket: each look-up is a request
	close     func() error
}

// openThumbs opens a bucket, a directory, or a temporary directory. If create is set, it creates a missing directory.
func openThumbs(opt *options, getenv func(string) string, create bool) (*thumbs, error) {
	switch {
	case opt.storage != "":
		store, err := openBucket(opt.storage, getenv)
		if err != nil {
			return nil, fmt.Errorf("-storage: %w", err)
		}
		return &thumbs{Storage: store, name: opt.storage, remote: true, close: store.Close}, nil
	case opt.thumbs == "":
		return openTemporary()
	}
	path, err := filepath.Abs(opt.thumbs)
	if err == nil && create {
		err = os.MkdirAll(path, 0o755)
	}
	if err != nil {
		return nil, directoryError("thumbs", opt.thumbs, fmt.Errorf("cannot create it: %w", err))
	}
	dir, err := storage.OpenDir(path)
	if err != nil {
		return nil, directoryError("thumbs", opt.thumbs, err)
	}
	return &thumbs{Storage: dir, name: path, close: dir.Close}, nil
}

// openTemporary creates a directory that close removes.
func openTemporary() (*thumbs, error) {
	path, err := os.MkdirTemp("", temporaryName)
	if err != nil {
		return nil, err
	}
	dir, err := storage.OpenDir(path)
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(path))
	}
	return &thumbs{Storage: dir, name: path, temporary: true, close: func() error {
		return errors.Join(dir.Close(), os.RemoveAll(path))
	}}, nil
}
