//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package dir

import (
	"os"
	"syscall"
)

// closeBeforeRename says whether a file has to be closed before it is renamed. On these systems it stays open,
// and locked, until it has been renamed to its key.
const closeBeforeRename = false

// openRead opens a file for reading. O_NONBLOCK keeps the opening of a FIFO from blocking, and has no
// effect on regular files.
func openRead(root *os.Root, name string) (*os.File, error) {
	return root.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0)
}

// tryLock takes the exclusive flock of f if it is free. The kernel releases it when f is closed, also after
// SIGKILL.
func tryLock(f *os.File) lockState {
	conn, err := f.SyscallConn()
	if err != nil {
		return lockUnknown
	}
	var lockErr error
	err = conn.Control(func(fd uintptr) {
		for {
			if lockErr = syscall.Flock(int(fd), syscall.LOCK_EX|syscall.LOCK_NB); lockErr != syscall.EINTR {
				return
			}
		}
	})
	switch {
	case err == nil && lockErr == nil:
		return lockTaken
	case lockErr == syscall.EWOULDBLOCK:
		return lockHeld
	}
	return lockUnknown
}
