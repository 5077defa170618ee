// Package contract implements the parts of the contract that do not depend on the content of a storage:
// valid keys, and the errors for invalid ones.
package contract

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

// ValidKey reports whether key follows the rules of package storage.
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

// Open returns an error of Open that does not depend on the content: the context's error, or that key is
// invalid.
func Open(ctx context.Context, key string) error {
	if err := ctx.Err(); err != nil {
		return &fs.PathError{Op: "open", Path: key, Err: err}
	}
	if !ValidKey(key) {
		return NotExist(key)
	}
	return nil
}

// Change is like Open, for an op such as put that needs a valid key.
func Change(ctx context.Context, op, key string) error {
	if err := ctx.Err(); err != nil {
		return &fs.PathError{Op: op, Path: key, Err: err}
	}
	if !ValidKey(key) {
		return &fs.PathError{Op: op, Path: key, Err: fs.ErrInvalid}
	}
	return nil
}

// NotExist returns the error of Open for a missing key.
func NotExist(key string) error {
	return &fs.PathError{Op: "open", Path: key, Err: fs.ErrNotExist}
}

// IsNotExist reports whether err, from opening a valid key, means that there is no such file. That includes
// a name too long for the file system, a file in the place of a directory, and circular symbolic links.
func IsNotExist(err error) bool {
	for _, absent := range []error{fs.ErrNotExist, fs.ErrInvalid, syscall.ENOTDIR, syscall.ENAMETOOLONG, syscall.ELOOP} {
		if errors.Is(err, absent) {
			return true
		}
	}
	return false
}

// List returns an error of List that does not depend on the content.
func List(ctx context.Context, prefix string) error {
	if prefix != "" {
		return Change(ctx, "list", prefix)
	}
	if err := ctx.Err(); err != nil {
		return &fs.PathError{Op: "list", Path: prefix, Err: err}
	}
	return nil
}

// Under reports whether key is below prefix.
func Under(key, prefix string) bool {
	return len(key) > len(prefix) && key[len(prefix)] == '/' && strings.HasPrefix(key, prefix)
}

// A Reader reads R until Ctx is done.
type Reader struct {
	Ctx context.Context
	R   io.Reader
}

func (r Reader) Read(b []byte) (int, error) {
	if err := r.Ctx.Err(); err != nil {
		return 0, err
	}
	return r.R.Read(b)
}
