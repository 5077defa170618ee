package storage

import (
	"context"
	"io"
	"io/fs"
)

// A Storage keeps thumbnails. Any number of goroutines may use it at once, and any number of processes if
// it is shared. The package storage/storagetest tests implementations of this contract.
//
// Open returns the file stored under key. If there is none, the error matches [fs.ErrNotExist]; any other
// error means that the storage failed. The file's Stat reports size and modification time. Its FileInfo may
// have a method ETag() string that returns a strong entity tag with its quotes (RFC 9110, section 8.8.3);
// responders then use this tag. A file that is also an [io.Seeker] is served without being read into
// memory. Open does not wait for a Put.
//
// Put stores the content of r, up to [io.EOF], under key. It replaces the old content whole or not at all:
// a reader sees either the old or the new content, never a part. If r fails, Put returns r's error and key
// keeps its old content.
//
// If key is invalid (see [ValidKey]), the error of Open matches [fs.ErrNotExist], and the error of Put
// matches [fs.ErrInvalid]. A call whose context is done returns the context's error; Put then stores
// nothing.
type Storage interface {
	Open(ctx context.Context, key string) (fs.File, error)
	Put(ctx context.Context, key string, r io.Reader) error
}

// A Remover is a [Storage] that can remove everything below a prefix; a [Deleter] removes one file.
//
// RemoveAll deletes every key that begins with prefix + "/", and nothing else: "a" does not affect "ab/c".
// It is not an error if there is no such key. If prefix is not a valid key, for example empty, the error
// matches [fs.ErrInvalid] and nothing is deleted.
type Remover interface {
	RemoveAll(ctx context.Context, prefix string) error
}

// A Local is a storage whose Open makes no network call: [Dir], [Memory], and types that embed one of them.
// The handler opens a thumbnail there again after storing it, instead of answering from memory.
type Local interface{ local() }

func (*Dir) local()    {}
func (*Memory) local() {}
