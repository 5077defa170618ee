package png

import (
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// atPageEnd returns n bytes, behind which a page follows that can be neither read nor written: who
// does ends the test.
func atPageEnd(tb testing.TB, n int) []byte {
	tb.Helper()
	page := syscall.Getpagesize()
	size := (n + page - 1) / page * page
	m, err := syscall.Mmap(-1, 0, size+page, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	require.NoError(tb, err)
	tb.Cleanup(func() { require.NoError(tb, syscall.Munmap(m)) })
	require.NoError(tb, syscall.Mprotect(m[size:], syscall.PROT_NONE))
	return m[size-n : size : size]
}
