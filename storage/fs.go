package storage

import (
	"context"
	"errors"
	"io/fs"

	"github.com/rest-thumbnails/thumbnail/storage/internal/contract"
)

// ReadOnly is a source of originals that has no Put. Make one with [FS].
type ReadOnly struct{ fsys fs.FS }

// FS returns a source that reads a file system, such as an [embed.FS] or a zip archive. Anything but a
// regular file (a directory, a FIFO, a device) counts as missing, and is not opened.
//
// For a directory of the operating system use [OpenDir]: [os.DirFS] follows symbolic links out of it.
func FS(fsys fs.FS) ReadOnly { return ReadOnly{fsys} }

// Open opens the file whose path in the file system is key. The result is an [io.Seeker] if the file
// system's file is.
func (r ReadOnly) Open(ctx context.Context, key string) (fs.File, error) {
	if err := contract.Open(ctx, key); err != nil {
		return nil, err
	}
	// Stat goes first because opening a FIFO would block, and again on what was opened, which may
	// be another file by now.
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

// regular returns err, or fs.ErrNotExist if info does not describe a regular file.
func regular(info fs.FileInfo, err error) error {
	if err == nil && !info.Mode().IsRegular() {
		return fs.ErrNotExist
	}
	return err
}

// absentOr returns an error that matches fs.ErrNotExist if err means that the file does not exist, and
// otherwise err.
func absentOr(err error, key string) error {
	if contract.IsNotExist(err) {
		return contract.NotExist(key)
	}
	return err
}
