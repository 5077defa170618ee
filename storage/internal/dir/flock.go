//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package dir

import (
	"cmp"
	"errors"
	"os"
	"syscall"
)

// prepareRename does nothing: on these systems a file stays open, and locked, until it has been renamed to its
// key.
func prepareRename(*temp) error { return nil }

// removeOpen removes and closes a file. It removes the file while it is still locked, so that no sweep takes it
// for that of a dead process.
func removeOpen(t *temp) {
	_ = t.disk.remove(t.root, t.name)
	_ = t.disk.close(t.file)
}

// openRead opens a file for reading. O_NONBLOCK keeps the opening of a FIFO from blocking, and has no
// effect on regular files.
func openRead(root *os.Root, name string) (*os.File, error) {
	return openExisting(root, name, os.O_RDONLY|syscall.O_NONBLOCK)
}

// tryLock takes the exclusive flock of f if it is free. The kernel releases it when f is closed, also after
// SIGKILL.
func tryLock(f *os.File) lockState {
	err := control(f, func(fd int) error { return syscall.Flock(fd, syscall.LOCK_EX|syscall.LOCK_NB) })
	switch {
	case err == nil:
		return lockTaken
	case errors.Is(err, syscall.EWOULDBLOCK):
		return lockHeld
	}
	return lockUnknown
}

// control makes a system call on f, and repeats it if a signal interrupts it.
func control(f *os.File, call func(fd int) error) error {
	conn, err := f.SyscallConn()
	if err != nil {
		return err
	}
	var callErr error
	err = conn.Control(func(fd uintptr) { callErr = ignoreInterrupt(func() error { return call(int(fd)) }) })
	return cmp.Or(err, callErr)
}

func ignoreInterrupt(f func() error) error {
	for {
		if err := f(); !errors.Is(err, syscall.EINTR) {
			return err
		}
	}
}
