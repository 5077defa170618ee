package rules

import (
	"bytes"
	"context"
	"io"
	"io/fs"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rest-thumbnails/thumbnail/storage"
)

// model is a storage in which a mutant can change one behavior. Unchanged, it breaks no rule, as a test
// checks.
type model struct {
	mu    sync.Mutex
	files map[string]content

	// The functions that a mutant may replace; nil means the correct behavior.
	key     func(key string) string                                // maps a valid key to the key under which it is stored
	decode  func(data string) string                               // changes the content that was read
	absent  func(m *model, key string) error                       // returns the error of Open for a missing key
	invalid func(key string) bool                                  // reports which keys are invalid
	failed  func(m *model, key, read, old string, err error) error // called after r has failed
	file    func(m *model, key string, c content) fs.File
	under   func(key, prefix string) bool
}

type content struct {
	data    string
	modTime time.Time
}

func (m *model) Open(ctx context.Context, key string) (fs.File, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	m.mu.Lock()
	c, ok := m.files[m.keyOf(key)]
	m.mu.Unlock()
	if !ok || !storage.ValidKey(key) {
		if m.absent != nil {
			if err := m.absent(m, key); err != nil {
				return nil, err
			}
		}
		return nil, fs.ErrNotExist
	}
	if m.file != nil {
		return m.file(m, key, c), nil
	}
	return plainFile(key, c), nil
}

func plainFile(key string, c content) fs.File {
	return storage.NewFile(strings.NewReader(c.data), storage.Info{Name: key, ModTime: c.modTime})
}

func (m *model) Put(ctx context.Context, key string, r io.Reader) error {
	if err := m.check(ctx, key); err != nil {
		return err
	}
	data, err := m.read(r)
	if err == nil {
		err = ctx.Err()
	}
	if err != nil {
		if m.failed != nil {
			return m.failed(m, key, data, m.get(key), err)
		}
		return err
	}
	m.set(key, data)
	return nil
}

func (m *model) check(ctx context.Context, key string) error {
	invalid := !storage.ValidKey(key)
	if m.invalid != nil {
		invalid = m.invalid(key)
	}
	if invalid {
		return fs.ErrInvalid
	}
	return ctx.Err()
}

func (m *model) read(r io.Reader) (string, error) {
	var b bytes.Buffer
	_, err := b.ReadFrom(r)
	if m.decode != nil {
		return m.decode(b.String()), err
	}
	return b.String(), err
}

func (m *model) keyOf(key string) string {
	if m.key != nil {
		return m.key(key)
	}
	return key
}

func (m *model) get(key string) string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.files[m.keyOf(key)].data
}

func (m *model) has(match func(key string) bool) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	for key := range m.files {
		if match(key) {
			return true
		}
	}
	return false
}

func (m *model) set(key, data string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.files == nil {
		m.files = make(map[string]content)
	}
	m.files[m.keyOf(key)] = content{data, time.Now()}
}

func (m *model) drop(key string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.files, m.keyOf(key))
}

func (m *model) RemoveAll(ctx context.Context, prefix string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if !storage.ValidKey(prefix) {
		return fs.ErrInvalid
	}
	m.removeUnder(prefix)
	return nil
}

func (m *model) removeUnder(prefix string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for key := range m.files {
		if m.under != nil && m.under(key, prefix) || m.under == nil && strings.HasPrefix(key, prefix+"/") {
			delete(m.files, key)
		}
	}
}

// broken is a model with one or two methods replaced.
type broken struct {
	*model
	open      func(ctx context.Context, key string) (fs.File, error)
	put       func(ctx context.Context, key string, r io.Reader) error
	removeAll func(ctx context.Context, prefix string) error
}

func (b broken) Open(ctx context.Context, key string) (fs.File, error) {
	if b.open != nil {
		return b.open(ctx, key)
	}
	return b.model.Open(ctx, key)
}

func (b broken) Put(ctx context.Context, key string, r io.Reader) error {
	if b.put != nil {
		return b.put(ctx, key, r)
	}
	return b.model.Put(ctx, key, r)
}

func (b broken) RemoveAll(ctx context.Context, prefix string) error {
	if b.removeAll != nil {
		return b.removeAll(ctx, prefix)
	}
	return b.model.RemoveAll(ctx, prefix)
}

func TestTheModelBreaksNoRule(t *testing.T) {
	for _, r := range slices.Concat(All(), Remove) {
		t.Run(r.Name, func(t *testing.T) { r.Run(t, new(model)) })
	}
}
