package dir

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"
)

// attempts is the number of times that an operation is tried if it fails because another process is faster.
const attempts = 100

// A place is the directory that a Dir's path led to when it was opened.
type place struct {
	root     *os.Root
	dir      *os.File        // the same directory, for system calls that package os does not have
	conn     syscall.RawConn // of dir
	info     fs.FileInfo     // to check whether the path still leads here
	escapes  error           // the error that os.Root wraps for a path that leads out of it
	ours     string          // prefix of the names of this host's temporary files
	local    bool            // hosts can't share the file system, so if files are not from this kernel, the kernel that wrote them has stopped
	unsynced *unsynced
	disk     disk
}

// now returns the place that the path currently leads to.
func (d *Dir) now() (*place, error) {
	d.mu.RLock()
	p := d.place
	d.mu.RUnlock()
	if p == nil {
		return nil, &fs.PathError{Op: "open", Path: d.path, Err: fs.ErrClosed}
	}
	if p.isAt(d.path) {
		return p, nil
	}
	return d.follow()
}

// follow opens the directory that the path leads to. Calls in progress continue in the old place, which is
// closed after the last of them.
func (d *Dir) follow() (*place, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.place == nil {
		return nil, &fs.PathError{Op: "open", Path: d.path, Err: fs.ErrClosed}
	}
	if d.place.isAt(d.path) { // another goroutine was faster
		return d.place, nil
	}
	p, err := d.openPlace()
	if err != nil {
		// The error is not wrapped, because a missing directory does not mean that the key is missing.
		return nil, fmt.Errorf("the directory of the storage can't be opened: %v", err)
	}
	d.place = p
	return p, nil
}

func (d *Dir) openPlace() (*place, error) {
	root, err := os.OpenRoot(d.path)
	if err != nil {
		return nil, err
	}
	dir, err := root.Open(".")
	if err != nil {
		return nil, errors.Join(err, root.Close())
	}
	info, err := dir.Stat()
	if err != nil {
		return nil, errors.Join(err, dir.Close(), root.Close())
	}
	conn, err := dir.SyscallConn()
	if err != nil {
		return nil, errors.Join(err, dir.Close(), root.Close())
	}
	// Package os does not export the error, but returns it for this path without I/O.
	_, escapes := root.Lstat("..")
	p := &place{root: root, dir: dir, conn: conn, info: info, escapes: errors.Unwrap(escapes), disk: d.disk}
	p.ours, p.local = tempPrefix+d.kernel.host+"-", p.disk.isLocal(dir)
	p.unsynced = &unsynced{place: p, kernel: d.kernel}
	p.sweep()
	return p, nil
}

// openExisting opens a file that exists.
func openExisting(root *os.Root, name string, flag int) (*os.File, error) {
	return root.OpenFile(name, flag, 0)
}

func (p *place) close() error {
	p.unsynced.end()
	return errors.Join(p.dir.Close(), p.root.Close())
}
