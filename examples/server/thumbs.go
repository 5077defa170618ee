package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/rest-thumbnails/thumbnail/storage"
)

// temporaryName is the name of a temporary directory of thumbnails, where * stands for something random.
const temporaryName = "thumbs-*"

// thumbs is the directory of the thumbnails.
type thumbs struct {
	*storage.Dir
	path      string // absolute
	temporary bool
}

// openThumbs opens a directory and makes it if it is absent; for "" it makes a temporary one.
func openThumbs(path string) (_ *thumbs, err error) {
	t := &thumbs{temporary: path == ""}
	if t.temporary {
		if t.path, err = os.MkdirTemp("", temporaryName); err != nil {
			return nil, err
		}
	} else {
		if t.path, err = filepath.Abs(path); err == nil {
			err = os.MkdirAll(t.path, 0o755)
		}
		if err != nil {
			return nil, fmt.Errorf("-thumbs: %w", err)
		}
	}
	if t.Dir, err = storage.OpenDir(t.path); err != nil {
		return nil, fmt.Errorf("-thumbs: %w", err)
	}
	return t, nil
}

// close closes the directory and removes a temporary one.
func (t *thumbs) close() error {
	err := t.Dir.Close()
	if t.temporary {
		err = errors.Join(err, os.RemoveAll(t.path))
	}
	return err
}
