//go:build !unix

package lock_test

// pause has no signal to use here: a worker that gets no requests for a while is near enough, as
// its locks have no renewal that could be late.
func (w *worker) pause() (resume func()) {
	return func() {}
}
