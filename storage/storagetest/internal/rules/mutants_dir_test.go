package rules

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/rest-thumbnails/thumbnail/storage"
)

// dirMutant turns a Dir, which breaks no rule, into a storage with a mistake.
type dirMutant struct {
	rule, mistake string
	make          func(d *storage.Dir, root string) storage.Storage
}

// brokenDir is a Dir with one or two methods replaced.
type brokenDir struct {
	*storage.Dir
	open      func(ctx context.Context, key string) (fs.File, error)
	put       func(ctx context.Context, key string, r io.Reader) error
	removeAll func(ctx context.Context, prefix string) error
}

func (b brokenDir) Open(ctx context.Context, key string) (fs.File, error) {
	if b.open != nil {
		return b.open(ctx, key)
	}
	return b.Dir.Open(ctx, key)
}

func (b brokenDir) Put(ctx context.Context, key string, r io.Reader) error {
	if b.put != nil {
		return b.put(ctx, key, r)
	}
	return b.Dir.Put(ctx, key, r)
}

func (b brokenDir) RemoveAll(ctx context.Context, prefix string) error {
	if b.removeAll != nil {
		return b.removeAll(ctx, prefix)
	}
	return b.Dir.RemoveAll(ctx, prefix)
}

// opens returns a storage that also opens a key that Dir reports as missing, if the file at its path, with or without
// following links, has the given mode.
func opens(stat func(string) (fs.FileInfo, error), mode fs.FileMode) func(*storage.Dir, string) storage.Storage {
	return func(d *storage.Dir, root string) storage.Storage {
		return brokenDir{Dir: d, open: func(ctx context.Context, key string) (fs.File, error) {
			f, err := d.Open(ctx, key)
			if err != nil {
				if info, statErr := stat(filepath.Join(root, key)); statErr == nil && info.Mode().Type() == mode {
					return storage.NewFile(strings.NewReader(""), storage.Info{Name: key}), nil
				}
			}
			return f, err
		}}
	}
}

// afterPut returns a storage that does something after each Put.
func afterPut(do func(root, key string, err error)) func(*storage.Dir, string) storage.Storage {
	return func(d *storage.Dir, root string) storage.Storage {
		return brokenDir{Dir: d, put: func(ctx context.Context, key string, r io.Reader) error {
			err := d.Put(ctx, key, r)
			do(root, key, err)
			return err
		}}
	}
}

var commonDirMutants = []dirMutant{
	{"path", "a name of its own", func(d *storage.Dir, root string) storage.Storage {
		name := func(key string) string {
			if !storage.ValidKey(key) || !strings.HasPrefix(key, "animals/") {
				return key
			}
			sum := sha256.Sum256([]byte(key))
			return hex.EncodeToString(sum[:])
		}
		return brokenDir{Dir: d,
			open: func(ctx context.Context, key string) (fs.File, error) { return d.Open(ctx, name(key)) },
			put:  func(ctx context.Context, key string, r io.Reader) error { return d.Put(ctx, name(key), r) }}
	}},
	{"mode", "os.CreateTemp's", afterPut(func(root, key string, err error) { _ = os.Chmod(filepath.Join(root, key), 0o600) })},
	{"mode", "closed directories", afterPut(func(root, key string, err error) {
		if err == nil && path.Dir(key) != "." {
			_ = os.Chmod(filepath.Join(root, path.Dir(key)), 0o700)
		}
	})},
	{"directory", "os.Open", opens(os.Lstat, fs.ModeDir)},
	{"temporary name", "a dot and a random text", func(d *storage.Dir, root string) storage.Storage {
		return brokenDir{Dir: d, put: func(ctx context.Context, key string, r io.Reader) error {
			f, err := os.CreateTemp(root, ".tmp")
			if err != nil {
				return err
			}
			defer os.Remove(f.Name())
			defer f.Close()
			return d.Put(ctx, key, io.TeeReader(r, f))
		}}
	}},
	{"nothing is left", "the temporary file", afterPut(func(root, key string, err error) {
		if err != nil {
			_ = os.WriteFile(filepath.Join(root, "\x7ftemp"), nil, 0o644)
		}
	})},
	{"nothing is left", "the directories", afterPut(func(root, key string, err error) {
		if err != nil {
			_ = os.MkdirAll(filepath.Join(root, path.Dir(key)), 0o755)
		}
	})},
	{"opened again", "sweeps what lives", func(d *storage.Dir, root string) storage.Storage {
		found, _ := filepath.Glob(filepath.Join(root, "\x7f*"))
		for _, name := range found {
			_ = os.Remove(name)
		}
		return d
	}},
	{"empty parents", "stay", func(d *storage.Dir, root string) storage.Storage {
		return brokenDir{Dir: d, removeAll: func(ctx context.Context, prefix string) error {
			return os.RemoveAll(filepath.Join(root, prefix))
		}}
	}},
	{"empty parents", "the root goes too", func(d *storage.Dir, root string) storage.Storage {
		return brokenDir{Dir: d, removeAll: func(ctx context.Context, prefix string) error {
			err := d.RemoveAll(ctx, prefix)
			_ = os.Remove(root)
			return err
		}}
	}},
}
