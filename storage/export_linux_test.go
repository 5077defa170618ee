package storage

import "testing"

// RefuseOpenat2 makes the kernel look like one without openat2, until the test ends.
func RefuseOpenat2(t testing.TB) {
	before := noOpenat2.Swap(true)
	t.Cleanup(func() { noOpenat2.Store(before) })
}

// HasOpenat2 reports whether files are opened by openat2.
func HasOpenat2() bool { return !noOpenat2.Load() }
