package storage

import (
	"context"
	"errors"
	"io/fs"
)

// ReadOnly is a source of originals; it has no Put. Make one with [FS].
type ReadOnly struct{ fsys fs.FS }

// FS makes a source of any file system: embed.FS, a zip archive, os.DirFS, fs.Sub of one of them. Whatever is no regular file
// (a directory, a FIFO, a device) does not exist here, and is not even opened.
//
// For a directory of the operating system [OpenDir] is the better choice: os.DirFS follows symbolic links out of it.
func FS(fsys fs.FS) ReadOnly { return ReadOnly{fsys} }

// Open opens the file whose path in the file system is key. The file seeks if the file system's does.
func (r ReadOnly) Open(ctx context.Context, key string) (fs.File, error) {
	if err := checkOpen(ctx, key); err != nil {
		return nil, err
	}
	// Stat goes first because opening a FIFO would block, and again on what was opened, which may be another file by now.
	if err := regular(fs.Stat(r.fsys, key)); err != nil {
		return nil, absentOr(err, key)
	}
	f, err := r.fsys.Open(key)
	if err != nil {
		return nil, absentOr(err, key)
	}
	if err := regular(f.Stat()); err != nil {
		return nil, errors.Join(absentOr(err, key), f.Close())
	}
	return f, nil
}

// regular returns err, or fs.ErrNotExist if info is not that of a regular file.
func regular(info fs.FileInfo, err error) error {
	if err == nil && !info.Mode().IsRegular() {
		return fs.ErrNotExist
	}
	return err
}

// absentOr returns err so that it matches fs.ErrNotExist if that is what it means.
func absentOr(err error, key string) error {
	if isNotExist(err) {
		return notExist(key)
	}
	return err
}
