//go:build unix

package lock_test

import "syscall"

// pause stops the worker as kill -STOP does.
func (w *worker) pause() (resume func()) {
	w.cmd.Process.Signal(syscall.SIGSTOP)
	return func() { w.cmd.Process.Signal(syscall.SIGCONT) }
}
