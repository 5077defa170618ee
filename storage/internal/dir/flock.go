//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package dir

import (
	"os"
	"syscall"
)

// closeBeforeRename says that an open file can't be renamed. Here it can, and so keeps its lock
// until it has its key.
const closeBeforeRename = false

// openRead opens a file to be read. O_NONBLOCK keeps a FIFO from waiting for its writer, and means
// nothing to a regular file.
func openRead(root *os.Root, name string) (*os.File, error) {
	return root.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0)
}

// tryLock takes the exclusive flock of f if it is free. The kernel gives it back when f is closed,
// also by kill -9.
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
