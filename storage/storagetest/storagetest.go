// Package storagetest tests implementations of a thumbnail storage: whatever passes [Run] can be given to
// thumbnail.NewHandler. It needs nothing but the implementation, and its own interface types say what that is.
//
//	func TestStorage(t *testing.T) {
//		storagetest.Run(t, func(t testing.TB) storagetest.Storage { return newStorage(t.TempDir()) })
//	}
//
// Each rule is one sentence of the contract and a subtest of that name; a failure prints the sentence. A storage that
// keeps its content in a directory of the file system can add [RunDir], and every storage [Bench].
package storagetest

import (
	"context"
	"io"
	"io/fs"
	"testing"
	"time"
)

// Storage is what is tested. Any number of goroutines may use it at once.
//
// A key is one or more segments separated by "/", at most 1000 bytes in all; a segment is 1 to 255 bytes of valid UTF-8
// without control bytes (below 0x20, and 0x7F) and backslashes, and neither "." nor "..".
type Storage interface {
	// Open returns the content of key as a regular file that the caller closes. For a key that holds nothing, or that
	// is not valid, the error matches fs.ErrNotExist, and for nothing else.
	Open(ctx context.Context, key string) (fs.File, error)

	// Put makes what r returns, up to io.EOF, the content of key: whole or not at all. If r fails, Put returns
	// r's error, possibly wrapped, and key keeps its old content. For a key that is not valid the error matches
	// fs.ErrInvalid.
	Put(ctx context.Context, key string, r io.Reader) error
}

// Remover is an ability that a storage may have besides. [Run] tests it where it is there.
type Remover interface {
	// RemoveAll removes every key that begins with prefix + "/". That there is none is not an error. For a prefix
	// that is not a valid key, such as the empty one, the error matches fs.ErrInvalid and nothing is removed.
	RemoveAll(ctx context.Context, prefix string) error
}

// ruleTimeout bounds one rule, so that a storage that hangs fails instead of stopping the test run. A real server over a
// slow line needs a few seconds for the largest.
const ruleTimeout = time.Minute

// rule is one sentence of the contract. check is given a storage that is empty.
type rule struct {
	name, sentence string
	check          func(ctx context.Context, s Storage) error
}

// Run tests the storage that open returns. open is called once for each rule and returns a storage with nothing in it, of its
// own; it may use t.Cleanup to end it. The rules run one after the other; a test that calls Run should not run in parallel
// with others, because one rule counts goroutines.
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
