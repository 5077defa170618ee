// Package storagetest tests implementations of a thumbnail storage: an implementation that passes [Run] can
// be the Storage of a thumbnail.Config. The package declares the interfaces that it tests, so an
// implementation need not import the library.
//
//	func TestStorage(t *testing.T) {
//		storagetest.Run(t, func(t testing.TB) storagetest.Storage { return newStorage(t.TempDir()) })
//	}
//
// Each rule is one sentence of the contract and a subtest of its own; a failure prints the
// sentence. A storage that keeps its content in a directory of the file system can also run
// [RunDir]. [Bench] measures any storage.
package storagetest

import (
	"context"
	"io"
	"io/fs"
	"iter"
	"testing"

	"github.com/rest-thumbnails/thumbnail/storage"
	"github.com/rest-thumbnails/thumbnail/storage/storagetest/internal/rules"
)

// Storage is the tested interface. Any number of goroutines may use it at once. A call whose context is
// done returns the context's error.
//
// A key is one or more segments separated by "/", at most 1000 bytes in all; a segment is 1 to 255
// bytes of valid UTF-8 without control bytes (below 0x20, and 0x7F) and backslashes, and neither
// "." nor "..".
type Storage interface {
	// Open returns the content of key as a regular file, which the caller closes. If key holds
	// nothing or is not valid, and only then, the error matches fs.ErrNotExist.
	Open(ctx context.Context, key string) (fs.File, error)

	// Put stores the content of r, up to io.EOF, under key: whole or not at all. If r fails, Put
	// returns r's error, possibly wrapped, and key keeps its old content. If key is not valid, the
	// error matches fs.ErrInvalid.
	Put(ctx context.Context, key string, r io.Reader) error
}

// Remover is an optional ability of a [Storage]. [Run] tests it if the storage has it.
type Remover interface {
	// RemoveAll removes every key that begins with prefix + "/". It is not an error if there is none.
	// If prefix is not a valid key, such as the empty one, the error matches fs.ErrInvalid and
	// nothing is removed.
	RemoveAll(ctx context.Context, prefix string) error
}

// Lister is an optional ability of a [Storage]. [Run] tests it if the storage has it.
type Lister interface {
	// List iterates over every key that begins with prefix + "/", or over all keys if prefix is empty,
	// in no particular order. An error ends it; it matches fs.ErrInvalid if prefix is neither empty
	// nor a valid key.
	List(ctx context.Context, prefix string) iter.Seq2[storage.Entry, error]
}

// Deleter is an optional ability of a [Storage]. [Run] tests it if the storage has it.
type Deleter interface {
	// Remove removes the content of key, and nothing below it. It is not an error if there is none.
	// If key is not valid, the error matches fs.ErrInvalid and nothing is removed.
	Remove(ctx context.Context, key string) error
}

// Run tests the storage that open returns. open is called once for each rule and returns an empty
// storage of its own, which it may end by t.Cleanup. The rules run one after the other. A test that
// calls Run should not run in parallel with others, because one rule counts goroutines.
func Run(t *testing.T, open func(t testing.TB) Storage) {
	for _, r := range rules.All() {
		t.Run(r.Name, func(t *testing.T) { r.Run(t, open(t)) })
	}
	t.Run("RemoveAll", func(t *testing.T) {
		if _, ok := open(t).(Remover); !ok {
			t.Skip("the storage has no RemoveAll, which is optional")
		}
		for _, r := range rules.Remove {
			t.Run(r.Name, func(t *testing.T) { r.Run(t, open(t)) })
		}
	})
	t.Run("List", func(t *testing.T) {
		s := open(t)
		_, lists := s.(Lister)
		_, deletes := s.(Deleter)
		if !lists && !deletes {
			t.Skip("the storage has neither List nor Remove, which are optional")
		}
		for _, r := range rules.List {
			t.Run(r.Name, func(t *testing.T) { r.Run(t, open(t)) })
		}
	})
}
