//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package rules

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/rest-thumbnails/thumbnail/storage"
)

var dirMutants = append(commonDirMutants, []dirMutant{
	{"link out", "follows it", func(d *storage.Dir, root string) storage.Storage {
		return brokenDir{Dir: d, open: func(ctx context.Context, key string) (fs.File, error) {
			f, err := d.Open(ctx, key)
			if info, statErr := os.Stat(filepath.Join(root, key)); err != nil && statErr == nil && info.Mode().IsRegular() {
				return os.Open(filepath.Join(root, key))
			}
			return f, err
		}}
	}},
	{"link to nothing", "ELOOP", func(d *storage.Dir, root string) storage.Storage {
		return brokenDir{Dir: d, open: func(ctx context.Context, key string) (fs.File, error) {
			f, err := d.Open(ctx, key)
			if _, statErr := os.Stat(filepath.Join(root, key)); err != nil && statErr != nil && !os.IsNotExist(statErr) && storage.ValidKey(key) {
				return nil, statErr
			}
			return f, err
		}}
	}},
	{"FIFO", "opens it without waiting", opens(os.Lstat, fs.ModeNamedPipe)},
	{"socket", "ENXIO", fails(fs.ModeSocket)},
	{"device", "opens it", opens(os.Lstat, fs.ModeDevice|fs.ModeCharDevice)},
}...)

// fails returns a storage whose Open returns an error other than fs.ErrNotExist for a file of the given type.
func fails(mode fs.FileMode) func(*storage.Dir, string) storage.Storage {
	return func(d *storage.Dir, root string) storage.Storage {
		return brokenDir{Dir: d, open: func(ctx context.Context, key string) (fs.File, error) {
			f, err := d.Open(ctx, key)
			if err != nil {
				if info, statErr := os.Lstat(filepath.Join(root, key)); statErr == nil && info.Mode().Type() == mode {
					return nil, fs.ErrPermission
				}
			}
			return f, err
		}}
	}
}
