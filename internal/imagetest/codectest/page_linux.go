package codectest

import (
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// AtPageEnd returns n bytes that end at an inaccessible page. A read or write beyond them crashes the test.
func AtPageEnd(tb testing.TB, n int) []byte {
	tb.Helper()
	page := syscall.Getpagesize()
	size := (n + page - 1) / page * page
	m := guarded(tb, size)
	return m[page:][size-n : size : size]
}

// AtPageStart returns n bytes that begin after an inaccessible page.
func AtPageStart(tb testing.TB, n int) []byte {
	tb.Helper()
	page := syscall.Getpagesize()
	return guarded(tb, (n+page-1)/page*page)[page:][:n:n]
}

// guarded returns whole pages of a total size between two inaccessible ones.
func guarded(tb testing.TB, size int) []byte {
	tb.Helper()
	page := syscall.Getpagesize()
	m, err := syscall.Mmap(-1, 0, page+size+page, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	require.NoError(tb, err)
	tb.Cleanup(func() { require.NoError(tb, syscall.Munmap(m)) })
	require.NoError(tb, syscall.Mprotect(m[:page], syscall.PROT_NONE))
	require.NoError(tb, syscall.Mprotect(m[page+size:], syscall.PROT_NONE))
	return m
}
