package rules

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"net/url"
	"path"
	"slices"
	"strings"
	"syscall"

	"github.com/rest-thumbnails/thumbnail/storage"
)

var mutants = slices.Concat(keyMutants, putMutants, fileMutants, removeMutants, listMutants)

// keyMutants violate the rules about keys and content.
var keyMutants = []mutant{
	{"absent", "an error of its own", func() storage.Storage {
		return &model{absent: func(m *model, key string) error {
			if m.has(func(string) bool { return true }) {
				return nil
			}
			return errors.New("no such key")
		}}
	}},
	{"prefix of a key", "a directory's own error", func() storage.Storage {
		return &model{absent: func(m *model, key string) error {
			if m.has(func(k string) bool { return strings.HasPrefix(k, key+"/") }) {
				return syscall.EISDIR
			}
			return nil
		}}
	}},
	{"below a key", "ENOTDIR", func() storage.Storage {
		return &model{absent: func(m *model, key string) error {
			if storage.ValidKey(key) && m.has(func(k string) bool { return strings.HasPrefix(key, k+"/") }) {
				return syscall.ENOTDIR
			}
			return nil
		}}
	}},
	{"another spelling", "path.Clean", func() storage.Storage {
		m := new(model)
		return broken{model: m, open: func(ctx context.Context, key string) (fs.File, error) {
			return m.Open(ctx, strings.TrimPrefix(path.Clean(key), "/"))
		}}
	}},
	{"another spelling", "io/fs's error", func() storage.Storage {
		return &model{absent: func(m *model, key string) error {
			if !storage.ValidKey(key) {
				return fs.ErrInvalid
			}
			return nil
		}}
	}},
	{"invalid", "only io/fs's rules", func() storage.Storage {
		return &model{invalid: func(key string) bool { return !fs.ValidPath(key) }}
	}},
	{"odd", "unescapes", func() storage.Storage {
		return &model{key: func(key string) string {
			if s, err := url.PathUnescape(key); err == nil {
				return s
			}
			return key
		}}
	}},
	{"odd", "trims", func() storage.Storage { return &model{key: strings.TrimSpace} }},
	{"long", "cuts names", func() storage.Storage {
		return &model{key: func(key string) string { return key[:min(len(key), 254)] }}
	}},
	{"both", "a file gives way to a folder", func() storage.Storage {
		m := new(model)
		return broken{model: m, put: func(ctx context.Context, key string, r io.Reader) error {
			err := m.Put(ctx, key, r)
			for dir := path.Dir(key); dir != "." && err == nil; dir = path.Dir(dir) {
				m.drop(dir)
			}
			return err
		}}
	}},
	{"both", "a folder gives way to a file", func() storage.Storage {
		m := new(model)
		return broken{model: m, put: func(ctx context.Context, key string, r io.Reader) error {
			err := m.Put(ctx, key, r)
			if err == nil {
				m.removeUnder(key)
			}
			return err
		}}
	}},
	{"bytes", "text mode", func() storage.Storage {
		return &model{decode: func(s string) string { return strings.ReplaceAll(s, "\r\n", "\n") }}
	}},
	{"empty", "no bytes is no file", func() storage.Storage {
		m := new(model)
		return broken{model: m, open: func(ctx context.Context, key string) (fs.File, error) {
			f, err := m.Open(ctx, key)
			if err == nil && key == "empty.jpg" && m.get(key) == "" {
				return nil, fs.ErrNotExist
			}
			return f, err
		}}
	}},
	{"large", "a column of 4 MiB", func() storage.Storage {
		return &model{decode: func(s string) string { return s[:min(len(s), 4<<20)] }}
	}},
	{"any reader", "drops what comes with io.EOF", func() storage.Storage {
		m := new(model)
		return broken{model: m, put: func(ctx context.Context, key string, r io.Reader) error {
			return m.Put(ctx, key, readFunc(func(b []byte) (int, error) {
				n, err := r.Read(b)
				if err == io.EOF {
					n = 0
				}
				return n, err
			}))
		}}
	}},
	{"any reader", "takes no byte for the end", func() storage.Storage {
		m := new(model)
		return broken{model: m, put: func(ctx context.Context, key string, r io.Reader) error {
			return m.Put(ctx, key, readFunc(func(b []byte) (int, error) {
				n, err := r.Read(b)
				if n == 0 && err == nil {
					err = io.EOF
				}
				return n, err
			}))
		}}
	}},
	{"replace", "does not truncate", func() storage.Storage {
		m := new(model)
		return broken{model: m, put: func(ctx context.Context, key string, r io.Reader) error {
			old := m.get(key)
			err := m.Put(ctx, key, r)
			if data := m.get(key); err == nil && key == "a/x.jpg" && len(old) > len(data) {
				m.set(key, data+old[len(data):])
			}
			return err
		}}
	}},
}
