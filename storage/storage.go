// Package storage keeps thumbnails and opens originals: [Dir] in a directory, [Memory] in memory,
// and [FS], read-only, in any [io/fs.FS]. [NewFile] and [ValidKey] help to implement other
// storages; package storagetest tests them.
//
// All storages follow these rules:
//
//   - A key is one or more segments separated by "/", at most 1000 bytes in all; a segment is 1 to
//     255 bytes of valid UTF-8 without control bytes (below 0x20, and 0x7F) and backslashes, and
//     neither "." nor "..". It is used as it is: nothing is cleaned, decoded or folded.
//   - If a key holds nothing or is not valid, the error of Open matches [fs.ErrNotExist]. Any other
//     error means that the storage does not work.
//   - If a key is not valid, the error of Put and RemoveAll matches [fs.ErrInvalid], and nothing
//     changes.
//   - Any number of goroutines may use a storage at once. A call whose context is done returns the
//     context's error.
package storage

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"strings"
	"syscall"
	"unicode/utf8"
)

// The lengths of keys, in bytes.
const (
	maxKey     = 1000
	maxSegment = 255
)

// ValidKey reports whether key follows the rules in the package documentation.
func ValidKey(key string) bool {
	if len(key) > maxKey || !utf8.ValidString(key) {
		return false
	}
	start := 0
	for i := 0; i <= len(key); i++ {
		if i < len(key) && key[i] != '/' {
			if key[i] < 0x20 || key[i] == 0x7f || key[i] == '\\' {
				return false
			}
			continue
		}
		segment := key[start:i]
		if segment == "" || segment == "." || segment == ".." || len(segment) > maxSegment {
			return false
		}
		start = i + 1
	}
	return true
}

// checkOpen returns the error of Open that needs no look at the content: the context's, or that key
// is not valid.
func checkOpen(ctx context.Context, key string) error {
	if err := ctx.Err(); err != nil {
		return &fs.PathError{Op: "open", Path: key, Err: err}
	}
	if !ValidKey(key) {
		return notExist(key)
	}
	return nil
}

// checkChange is like checkOpen, for an op that is put or removeall.
func checkChange(ctx context.Context, op, key string) error {
	if err := ctx.Err(); err != nil {
		return &fs.PathError{Op: op, Path: key, Err: err}
	}
	if !ValidKey(key) {
		return &fs.PathError{Op: op, Path: key, Err: fs.ErrInvalid}
	}
	return nil
}

func notExist(key string) error {
	return &fs.PathError{Op: "open", Path: key, Err: fs.ErrNotExist}
}

// isNotExist reports whether err, which opening a valid key gave, means that there is no such file.
// Besides an absent name these are a name too long for the file system, a file where a folder
// should be, and symbolic links that go in a circle.
func isNotExist(err error) bool {
	for _, absent := range []error{fs.ErrNotExist, fs.ErrInvalid, syscall.ENOTDIR, syscall.ENAMETOOLONG, syscall.ELOOP} {
		if errors.Is(err, absent) {
			return true
		}
	}
	return false
}

// under reports whether key lies under prefix.
func under(key, prefix string) bool {
	return len(key) > len(prefix) && key[len(prefix)] == '/' && strings.HasPrefix(key, prefix)
}

// contextReader reads until its context is done.
type contextReader struct {
	ctx context.Context
	r   io.Reader
}

func (r contextReader) Read(b []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.r.Read(b)
}
