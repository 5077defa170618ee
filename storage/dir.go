package storage

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
)

// Dir keeps thumbnails in a directory, as root/key, where a web server finds them. It is also a
// source of originals. Any number of processes may use one directory. Originals and thumbnails need
// a directory each: "kitten.jpg" can't be a file and a directory, so Put fails if a file is in the
// place of one of the key's directories, or a directory in the place of its file.
//
// Only regular files within the root exist. For a directory, a FIFO, a socket, a device, a symbolic
// link that leads out of the root, or a name too long for the file system, the error of Open
// matches [fs.ErrNotExist]; none of them blocks it.
//
// # Put
//
// Put writes to a temporary file, syncs it, renames it to its key, and syncs that directory. All
// readers, web servers included, see the old content or the new, and after a power failure a
// thumbnail is whole or absent. Files have mode 0644 and directories 0755, less the umask, so that
// a web server of another user can read them.
//
// Temporary files lie directly under the root, on the file system that the rename needs, and their
// names begin with the byte 0x7F (DEL), which no key contains. (A dot or an extension would not do:
// ".tmp" is a valid key, as is every other name of printable characters. Of the control bytes, DEL
// is the one that Windows allows in names.)
//
// # Sweeping
//
// A process that is killed leaves its temporary file in place. OpenDir removes the files of dead
// processes and keeps those of live ones, which hold a lock on them (flock): a file of this host
// whose lock is free is removed, whatever its age. Where the lock says nothing (a file of another
// host on a network file system, or a system without flock, such as Windows), a file is removed if
// it has not been written to for an hour; there no Put may pause for so long.
type Dir struct {
	root    *os.Root
	escapes error  // what os.Root's errors wrap for a path that leads out of it
	ours    string // what names of this host's temporary files begin with
}

// OpenDir opens the directory root, which must exist, and removes temporary files of dead processes
// from it. The caller closes it.
func OpenDir(root string) (*Dir, error) {
	r, err := os.OpenRoot(root)
	if err != nil {
		return nil, err
	}
	// Package os does not export the error, but gives it for this path, and without I/O.
	_, err = r.Lstat("..")
	d := &Dir{root: r, escapes: errors.Unwrap(err), ours: tempPrefix + hostTag() + "-"}
	d.sweep()
	return d, nil
}

// Close releases the directory. Open files stay open; other methods then return an error that matches
// [fs.ErrClosed].
func (d *Dir) Close() error { return d.root.Close() }

// Open opens the file root/key. The file is also an [io.Seeker], an [io.ReaderAt] and a
// [syscall.Conn], so that net/http can send it without copying it through this process (sendfile).
func (d *Dir) Open(ctx context.Context, key string) (fs.File, error) {
	if err := checkOpen(ctx, key); err != nil {
		return nil, err
	}
	f, err := openRead(d.root, key)
	if err != nil {
		return nil, d.openError(key, err)
	}
	info, err := f.Stat()
	if err == nil && info.Mode().IsRegular() {
		return &dirFile{f, info}, nil
	}
	_ = f.Close()
	if err != nil {
		return nil, err
	}
	return nil, notExist(key)
}

// openError tells absence from failure. Opening what is no regular file has many errors (ENXIO for
// a socket, EACCES for a device), so unless err is clear it looks at what there is.
func (d *Dir) openError(key string, err error) error {
	if isNotExist(err) || errors.Is(err, d.escapes) {
		return notExist(key)
	}
	if info, statErr := d.root.Stat(key); statErr == nil && !info.Mode().IsRegular() {
		return notExist(key)
	}
	return err
}

// dirFile is an open file that needs no system call for Stat any more.
type dirFile struct {
	*os.File
	info fs.FileInfo
}

func (f *dirFile) Stat() (fs.FileInfo, error) { return f.info, nil }

// Put stores what r returns as root/key, and makes directories as needed.
func (d *Dir) Put(ctx context.Context, key string, r io.Reader) error {
	if err := checkChange(ctx, "put", key); err != nil {
		return err
	}
	t, err := d.createTemp()
	if err != nil {
		return fmt.Errorf("put %q: %w", key, err)
	}
	defer t.discard() // also when r panics
	_, err = io.Copy(t.file, contextReader{ctx, r})
	if err == nil {
		err = t.file.Sync()
	}
	if err == nil {
		err = ctx.Err()
	}
	if err == nil {
		err = d.commit(t, key)
	}
	if err != nil {
		return fmt.Errorf("put %q: %w", key, err)
	}
	return nil
}

// commit renames t to key.
func (d *Dir) commit(t *temp, key string) error {
	if closeBeforeRename {
		if err := t.file.Close(); err != nil {
			return err
		}
	}
	parent := path.Dir(key)
	err := d.root.Rename(t.name, key)
	// RemoveAll may take the directory away again before the file is in it, so one attempt is not
	// enough.
	for range 100 {
		if !errors.Is(err, fs.ErrNotExist) {
			break
		}
		if err = d.root.MkdirAll(parent, 0o755); err == nil {
			err = d.root.Rename(t.name, key)
		}
	}
	if err != nil {
		d.prune(parent)
		return err
	}
	t.renamed = true
	d.syncDir(parent)
	return nil
}

// syncDir makes a change of dir last. A failure is no failure of the change, which everybody sees
// already: not every file system can do it, and what a power failure could take is one thumbnail,
// which will be made again.
func (d *Dir) syncDir(dir string) {
	if f, err := d.root.Open(dir); err == nil {
		_ = f.Sync()
		_ = f.Close()
	}
}
