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
	"testing"
	"time"
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

// ruleTimeout bounds one rule, so that a storage that hangs fails instead of stopping the test run.
// A real server over a slow line needs a few seconds for the largest.
const ruleTimeout = time.Minute

// rule is one sentence of the contract. check is given a storage that is empty.
type rule struct {
	name, sentence string
	check          func(ctx context.Context, s Storage) error
}

// Run tests the storage that open returns. open is called once for each rule and returns an empty
// storage of its own, which it may end by t.Cleanup. The rules run one after the other. A test that
// calls Run should not run in parallel with others, because one rule counts goroutines.
func Run(t *testing.T, open func(t testing.TB) Storage) {
	for _, r := range rules() {
		t.Run(r.name, func(t *testing.T) { r.run(t, open(t)) })
	}
	t.Run("RemoveAll", func(t *testing.T) {
		if _, ok := open(t).(Remover); !ok {
			t.Skip("the storage has no RemoveAll, which is optional")
		}
		for _, r := range removeRules {
			t.Run(r.name, func(t *testing.T) { r.run(t, open(t)) })
		}
	})
	t.Run("List", func(t *testing.T) {
		s := open(t)
		_, lists := s.(Lister)
		_, deletes := s.(Deleter)
		if !lists && !deletes {
			t.Skip("the storage has neither List nor Remove, which are optional")
		}
		for _, r := range listRules {
			t.Run(r.name, func(t *testing.T) { r.run(t, open(t)) })
		}
	})
}

// rules returns the rules that every storage is held to.
func rules() []rule {
	var all []rule
	for _, group := range [][]rule{keyRules, contentRules, putRules, fileRules, concurrencyRules} {
		all = append(all, group...)
	}
	return all
}

func (r rule) run(t *testing.T, s Storage) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), ruleTimeout)
	defer cancel()
	if err := r.check(ctx, s); err != nil {
		t.Errorf("%v\nThe rule: %s", err, r.sentence)
	}
}
