package command

import (
	"context"
	"io/fs"
	"strings"

	"github.com/rest-thumbnails/thumbnail/internal/gallery"
	"github.com/rest-thumbnails/thumbnail/storage/s3"
)

// filesOf visits files directory by directory, except in directories whose names begin with a dot.
func filesOf(files fs.FS) gallery.Tree {
	return func(ctx context.Context, visit func(string) error) (unread int, err error) {
		err = fs.WalkDir(files, ".", func(name string, entry fs.DirEntry, err error) error {
			switch {
			case ctx.Err() != nil:
				return ctx.Err()
			case err != nil && name == ".":
				return err
			case err != nil:
				unread++
				return fs.SkipDir
			case !entry.IsDir():
				return visit(name)
			case name != "." && strings.HasPrefix(entry.Name(), "."):
				return fs.SkipDir
			}
			return nil
		})
		return unread, err
	}
}

// objectsOf visits the objects of a bucket in the order of their keys.
func objectsOf(store *s3.Storage) gallery.Tree {
	return func(ctx context.Context, visit func(string) error) (unread int, err error) {
		for entry, err := range store.List(ctx, "") {
			if err == nil {
				err = visit(entry.Key)
			}
			if err == fs.SkipAll {
				return 0, nil
			}
			if err != nil {
				return 0, err
			}
		}
		return 0, nil
	}
}
