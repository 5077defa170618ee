package rules

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"strings"
	"sync"
	"time"

	"github.com/rest-thumbnails/thumbnail/storage"
)

// putMutants violate the rules that Put is whole or not at all, and that calls may be concurrent.
var putMutants = []mutant{
	{"error of the reader", "says that all is well", func() storage.Storage {
		return &model{failed: func(_ *model, _, _, _ string, err error) error {
			if errors.Is(err, errBroken) {
				return nil
			}
			return err
		}}
	}},
	{"error of the reader", "hides the cause", func() storage.Storage {
		return &model{failed: func(_ *model, _, _, _ string, err error) error {
			if errors.Is(err, errBroken) {
				return errors.New("put failed: " + err.Error())
			}
			return err
		}}
	}},
	{"nothing of a failure", "keeps what it has", func() storage.Storage {
		return &model{failed: func(m *model, key, read, old string, err error) error {
			if errors.Is(err, errBroken) && old == "" && read != "" {
				m.set(key, read)
			}
			return err
		}}
	}},
	{"old content after a failure", "removes first", func() storage.Storage {
		return &model{failed: func(m *model, key, read, old string, err error) error {
			if errors.Is(err, errBroken) {
				m.drop(key)
			}
			return err
		}}
	}},
	{"success after a failure", "its temporary name is taken", func() storage.Storage {
		var taken sync.Map
		m := &model{failed: func(_ *model, key, read, old string, err error) error {
			if old == "" {
				taken.Store(key, true)
			}
			return err
		}}
		return broken{model: m, put: func(ctx context.Context, key string, r io.Reader) error {
			data, err := m.read(r)
			if _, ok := taken.Load(key); ok && err == nil {
				return fs.ErrExist
			}
			return m.Put(ctx, key, replay(data, err))
		}}
	}},
	{"panic", "stores in a defer", func() storage.Storage {
		m := new(model)
		return broken{model: m, put: func(ctx context.Context, key string, r io.Reader) error {
			var read bytes.Buffer
			panics := true
			defer func() {
				if panics {
					m.set(key, read.String())
				}
			}()
			err := m.Put(ctx, key, io.TeeReader(r, &read))
			panics = false
			return err
		}}
	}},
	{"panic", "keeps a mutex locked", func() storage.Storage {
		m, mu := new(model), new(sync.Mutex)
		return broken{model: m, put: func(ctx context.Context, key string, r io.Reader) error {
			mu.Lock()
			err := m.Put(ctx, key, r)
			mu.Unlock()
			return err
		}}
	}},
	{"invisible until done", "writes in place", func() storage.Storage {
		m := new(model)
		return broken{model: m, put: func(ctx context.Context, key string, r io.Reader) error {
			if !strings.HasPrefix(key, "new/") {
				return m.Put(ctx, key, r)
			}
			m.set(key, "")
			err := m.Put(ctx, key, r)
			if err != nil {
				m.drop(key)
			}
			return err
		}}
	}},
	{"invisible until done", "one lock for reading and writing", func() storage.Storage {
		m, mu := new(model), new(sync.Mutex)
		return broken{model: m,
			open: func(ctx context.Context, key string) (fs.File, error) {
				mu.Lock()
				defer mu.Unlock()
				return m.Open(ctx, key)
			},
			put: func(ctx context.Context, key string, r io.Reader) error {
				mu.Lock()
				defer mu.Unlock()
				return m.Put(ctx, key, r)
			}}
	}},
	{"canceled Open", "does not look", func() storage.Storage {
		m := new(model)
		return broken{model: m, open: func(ctx context.Context, key string) (fs.File, error) {
			return m.Open(context.WithoutCancel(ctx), key)
		}}
	}},
	{"canceled Put", "does not look", func() storage.Storage {
		m := new(model)
		return broken{model: m, put: func(ctx context.Context, key string, r io.Reader) error {
			return m.Put(context.WithoutCancel(ctx), key, r)
		}}
	}},
	{"canceled Put", "looks only at the beginning", func() storage.Storage {
		m := new(model)
		return broken{model: m, put: func(ctx context.Context, key string, r io.Reader) error {
			if err := ctx.Err(); err != nil {
				return err
			}
			return m.Put(context.WithoutCancel(ctx), key, r)
		}}
	}},
	{"one key at once", "one temporary name for a key", func() storage.Storage {
		return newOverlapping(func(key string) string { return key })
	}},
	{"many keys at once", "one temporary name for all", func() storage.Storage {
		return newOverlapping(func(key string) string {
			if strings.HasPrefix(key, "many/") {
				return "many/"
			}
			return ""
		})
	}},
	{"read while replaced", "removes, then stores", func() storage.Storage {
		m := new(model)
		return broken{model: m, put: func(ctx context.Context, key string, r io.Reader) error {
			data, err := m.read(r)
			if err == nil && m.check(ctx, key) == nil {
				m.drop(key)
				time.Sleep(time.Millisecond)
			}
			return m.Put(ctx, key, replay(data, err))
		}}
	}},
	{"goroutines", "one for each Open", func() storage.Storage {
		m := new(model)
		return broken{model: m, open: func(ctx context.Context, key string) (fs.File, error) {
			go func() { <-ctx.Done() }()
			return m.Open(ctx, key)
		}}
	}},
}

// newOverlapping returns a storage whose concurrent Puts write to the same file if temp gives them the same
// name.
func newOverlapping(temp func(key string) string) storage.Storage {
	type shared struct {
		data    []byte
		writers int
	}
	var mu sync.Mutex
	files := make(map[string]*shared)
	m := new(model)
	return broken{model: m, put: func(ctx context.Context, key string, r io.Reader) error {
		name := temp(key)
		if name == "" {
			return m.Put(ctx, key, r)
		}
		mu.Lock()
		f := files[name]
		if f == nil {
			f = new(shared)
			files[name] = f
		}
		f.writers++
		mu.Unlock()
		defer func() {
			mu.Lock()
			defer mu.Unlock()
			if f.writers--; f.writers == 0 {
				delete(files, name)
			}
		}()
		_, err := io.Copy(writeFunc(func(b []byte) (int, error) {
			mu.Lock()
			defer mu.Unlock()
			f.data = append(f.data, b...)
			return len(b), nil
		}), r)
		mu.Lock()
		data := string(f.data)
		mu.Unlock()
		return m.Put(ctx, key, replay(data, err))
	}}
}

type writeFunc func([]byte) (int, error)

func (f writeFunc) Write(b []byte) (int, error) { return f(b) }

// replay returns a reader of data that was read from another reader, followed by err or the end.
func replay(data string, err error) io.Reader {
	if err == nil {
		err = io.EOF
	}
	return io.MultiReader(strings.NewReader(data), readFunc(func([]byte) (int, error) { return 0, err }))
}
