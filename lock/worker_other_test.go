//go:build !unix

package lock_test

// pause does nothing, because there is no signal for it on this system. A worker without requests behaves
// alike, because its locks have no renewals that could be late.
func (w *worker) pause() (resume func()) {
	return func() {}
}
