package storage

import (
	"bytes"
	"container/list"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"sync"
	"time"

	"github.com/rest-thumbnails/thumbnail/storage/internal/contract"
)

// Memory keeps thumbnails in memory, for tests, and for a small site whose CDN or proxy caches them for
// longer. The zero value is empty and ready to use. A Memory must not be copied after first use.
type Memory struct {
	// MaxBytes limits the total size of content and keys, in bytes. When Put exceeds it, the least recently
	// used files are dropped; they are made again when they are requested. Put refuses content that alone
	// exceeds the limit. 0 means no limit. Set MaxBytes before first use.
	MaxBytes int64

	mu    sync.Mutex
	files map[string]*list.Element // of *memoryFile
	used  list.List                // the most recently used first
	size  int64                    // total size in bytes
}

// The content of a memoryFile is never modified, so an open file stays complete.
type memoryFile struct {
	key     string
	content []byte
	modTime time.Time
	used    time.Time // guarded by Memory.mu
}

func (f *memoryFile) size() int64 { return int64(len(f.key) + len(f.content)) }

// NewMemory returns an empty storage without a limit.
func NewMemory() *Memory { return new(Memory) }

// Open returns the content of key. The file is an [io.Seeker].
func (m *Memory) Open(ctx context.Context, key string) (fs.File, error) {
	if err := contract.Open(ctx, key); err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	e, ok := m.files[key]
	if !ok {
		return nil, contract.NotExist(key)
	}
	m.used.MoveToFront(e)
	f := e.Value.(*memoryFile)
	f.used = time.Now()
	return NewFile(bytes.NewReader(f.content), Info{Name: key, ModTime: f.modTime}), nil
}

// Put reads r to its end, and then stores the content under key.
func (m *Memory) Put(ctx context.Context, key string, r io.Reader) error {
	if err := contract.Change(ctx, "put", key); err != nil {
		return err
	}
	r = contract.Reader{Ctx: ctx, R: r}
	if m.MaxBytes > 0 {
		r = io.LimitReader(r, m.MaxBytes+1)
	}
	content, err := io.ReadAll(r)
	if err == nil {
		err = ctx.Err()
	}
	now := time.Now()
	f := &memoryFile{key: key, content: bytes.Clone(content), modTime: now, used: now}
	if err == nil && m.MaxBytes > 0 && f.size() > m.MaxBytes {
		err = errTooLarge
	}
	if err != nil {
		return fmt.Errorf("put %q: %w", key, err)
	}

	m.mu.Lock()
	defer m.mu.Unlock()
	if e, ok := m.files[key]; ok {
		m.drop(e)
	}
	if m.files == nil {
		m.files = make(map[string]*list.Element)
	}
	m.files[key] = m.used.PushFront(f)
	m.size += f.size()
	for m.MaxBytes > 0 && m.size > m.MaxBytes {
		m.drop(m.used.Back())
	}
	return nil
}

// RemoveAll removes every key under prefix + "/". Its duration grows with the number of all keys.
func (m *Memory) RemoveAll(ctx context.Context, prefix string) error {
	if err := contract.Change(ctx, "removeall", prefix); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	for key, e := range m.files {
		if contract.Under(key, prefix) {
			m.drop(e)
		}
	}
	return nil
}

// List iterates over the files that exist when the iteration begins.
func (m *Memory) List(ctx context.Context, prefix string) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		if err := contract.List(ctx, prefix); err != nil {
			yield(Entry{}, err)
			return
		}
		for _, entry := range m.entries(prefix) {
			if err := ctx.Err(); err != nil {
				yield(Entry{}, &fs.PathError{Op: "list", Path: prefix, Err: err})
				return
			}
			if !yield(entry, nil) {
				return
			}
		}
	}
}

func (m *Memory) entries(prefix string) (all []Entry) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for key, e := range m.files {
		if prefix == "" || contract.Under(key, prefix) {
			f := e.Value.(*memoryFile)
			all = append(all, Entry{Key: key, Size: int64(len(f.content)), ModTime: f.modTime, Used: f.used})
		}
	}
	return all
}

// Remove removes the file stored under key.
func (m *Memory) Remove(ctx context.Context, key string) error {
	if err := contract.Change(ctx, "remove", key); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if e, ok := m.files[key]; ok {
		m.drop(e)
	}
	return nil
}

// drop removes one file. The caller holds mu.
func (m *Memory) drop(e *list.Element) {
	f := m.used.Remove(e).(*memoryFile)
	delete(m.files, f.key)
	m.size -= f.size()
}

var errTooLarge = errors.New("larger than the whole storage may be")
