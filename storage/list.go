package storage

import (
	"context"
	"iter"
	"time"
)

// An Entry is a file that a storage lists.
type Entry struct {
	Key     string
	Size    int64     // bytes
	ModTime time.Time // when it was stored
	Used    time.Time // when it was last read, if the storage records that; otherwise ModTime
}

// A Lister is a storage that can list its keys.
//
// List iterates over every key that begins with prefix + "/", or over all keys if prefix is empty, in no
// particular order. Files that are stored or removed during the iteration may or may not be listed. An
// error ends the sequence; it matches [fs.ErrInvalid] if prefix is neither empty nor a valid key. Memory
// use does not grow with the number of keys in one directory or page.
type Lister interface {
	List(ctx context.Context, prefix string) iter.Seq2[Entry, error]
}

// A Deleter is a storage that can remove one file; a [Remover] removes all files below a prefix.
//
// Remove removes the file stored under key, and nothing below key. It is not an error if there is no such
// file. If key is invalid, the error matches [fs.ErrInvalid].
type Deleter interface {
	Remove(ctx context.Context, key string) error
}
