//go:build !unix

package lock_test

// pause does nothing, because there is no signal for it on this system. A worker without requests behaves
// like a paused one, because a File does not renew its locks.
func (w *worker) pause() (resume func()) {
	return func() {}
}
