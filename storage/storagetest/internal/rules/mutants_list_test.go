package rules

import (
	"context"
	"iter"
	"strings"
	"time"

	"github.com/rest-thumbnails/thumbnail/storage"
)

// A lister is a correct storage with a mistake in List or Remove.
type lister struct {
	*storage.Memory
	list   func(ctx context.Context, m *storage.Memory, prefix string) iter.Seq2[storage.Entry, error]
	remove func(ctx context.Context, m *storage.Memory, key string) error
}

func (l lister) List(ctx context.Context, prefix string) iter.Seq2[storage.Entry, error] {
	if l.list == nil {
		return l.Memory.List(ctx, prefix)
	}
	return l.list(ctx, l.Memory, prefix)
}

func (l lister) Remove(ctx context.Context, key string) error {
	if l.remove == nil {
		return l.Memory.Remove(ctx, key)
	}
	return l.remove(ctx, l.Memory, key)
}

// changed returns a storage whose List is wrong: the function change alters the entries, and drops those for which it
// returns false.
func changed(change func(prefix string, n int, e *storage.Entry) bool) func() storage.Storage {
	return func() storage.Storage {
		return lister{Memory: storage.NewMemory(), list: func(ctx context.Context, m *storage.Memory, prefix string) iter.Seq2[storage.Entry, error] {
			return func(yield func(storage.Entry, error) bool) {
				n := 0
				for e, err := range m.List(ctx, prefix) {
					if n++; err == nil && !change(prefix, n, &e) {
						continue
					}
					if !yield(e, err) {
						return
					}
				}
			}
		}}
	}
}

// listMutants violate the rules about List and Remove.
var listMutants = []mutant{
	{"list all", "leaves out what lies in no folder", changed(func(prefix string, _ int, e *storage.Entry) bool {
		return strings.Contains(e.Key, "/")
	})},
	{"list under a prefix", "cuts no segment", func() storage.Storage {
		return lister{Memory: storage.NewMemory(), list: func(ctx context.Context, m *storage.Memory, prefix string) iter.Seq2[storage.Entry, error] {
			return func(yield func(storage.Entry, error) bool) {
				if prefix != "" && !storage.ValidKey(prefix) {
					for e, err := range m.List(ctx, prefix) {
						yield(e, err)
					}
					return
				}
				for e, err := range m.List(ctx, "") {
					if strings.HasPrefix(e.Key, prefix) && !yield(e, err) {
						return
					}
				}
			}
		}}
	}},
	{"list many", "has one page", changed(func(_ string, n int, _ *storage.Entry) bool { return n <= 1000 })},
	{"list entries", "has no sizes", changed(func(_ string, _ int, e *storage.Entry) bool { e.Size = 0; return true })},
	{"list entries", "has no times", changed(func(_ string, _ int, e *storage.Entry) bool { e.ModTime = time.Time{}; return true })},
	{"list invalid prefix", "takes it for all", func() storage.Storage {
		return lister{Memory: storage.NewMemory(), list: func(ctx context.Context, m *storage.Memory, prefix string) iter.Seq2[storage.Entry, error] {
			if prefix != "" && !storage.ValidKey(prefix) {
				return func(yield func(storage.Entry, error) bool) { yield(storage.Entry{Key: "x.jpg"}, nil) }
			}
			return m.List(ctx, prefix)
		}}
	}},
	{"list and stop", "removes another", func() storage.Storage {
		return lister{Memory: storage.NewMemory(), remove: func(ctx context.Context, m *storage.Memory, key string) error {
			if key == "a/2.jpg" {
				return nil
			}
			return m.Remove(ctx, key)
		}}
	}},
	{"remove one", "removes what is below", func() storage.Storage {
		return lister{Memory: storage.NewMemory(), remove: func(ctx context.Context, m *storage.Memory, key string) error {
			if err := m.Remove(ctx, key); err != nil {
				return err
			}
			return m.RemoveAll(ctx, key)
		}}
	}},
	{"remove invalid key", "says nothing", func() storage.Storage {
		return lister{Memory: storage.NewMemory(), remove: func(ctx context.Context, m *storage.Memory, key string) error {
			if !storage.ValidKey(key) {
				return nil
			}
			return m.Remove(ctx, key)
		}}
	}},
}
