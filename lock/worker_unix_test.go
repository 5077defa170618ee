//go:build unix

package lock_test

import "syscall"

// pause sends SIGSTOP.
func (w *worker) pause() (resume func()) {
	w.cmd.Process.Signal(syscall.SIGSTOP)
	return func() { w.cmd.Process.Signal(syscall.SIGCONT) }
}
