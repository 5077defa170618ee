package dir_test

import (
	"io/fs"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/storage"
)

func TestTheDescriptorOfAFileIsForSystemCallsOfOthers(t *testing.T) {
	d, err := storage.OpenDir(t.TempDir())
	require.NoError(t, err)
	defer d.Close()
	require.NoError(t, d.Put(t.Context(), "a/b.jpg", strings.NewReader("content")))
	f, err := d.Open(t.Context(), "a/b.jpg")
	require.NoError(t, err)
	info, err := f.Stat()
	require.NoError(t, err)
	assert.Equal(t, "b.jpg", info.Name())
	assert.EqualValues(t, 7, info.Size())
	conn, ok := f.(syscall.Conn)
	require.True(t, ok)
	raw, err := conn.SyscallConn()
	require.NoError(t, err)
	called := 0
	require.NoError(t, raw.Control(func(fd uintptr) {
		called++
		var st syscall.Stat_t
		assert.NoError(t, syscall.Fstat(int(fd), &st))
		assert.EqualValues(t, 7, st.Size)
	}))
	require.NoError(t, raw.Read(func(uintptr) bool { called++; return true }))
	assert.Equal(t, 2, called)
	assert.Error(t, raw.Read(func(uintptr) bool { return false }), "nothing comes later")
	assert.Error(t, raw.Write(func(uintptr) bool { return true }))
	require.NoError(t, f.Close())
	assert.Error(t, raw.Control(func(uintptr) { called++ }))
	assert.Equal(t, 2, called, "nobody has the descriptor of a closed file")
}

func TestTwoInfosAreOfTheSameFileOrNot(t *testing.T) {
	d, err := storage.OpenDir(t.TempDir())
	require.NoError(t, err)
	defer d.Close()
	info := func(key string) fs.FileInfo {
		f, err := d.Open(t.Context(), key)
		require.NoError(t, err)
		defer f.Close()
		info, err := f.Stat()
		require.NoError(t, err)
		return info
	}
	require.NoError(t, d.Put(t.Context(), "a", strings.NewReader("x")))
	require.NoError(t, d.Put(t.Context(), "b", strings.NewReader("x")))
	a, again, b := info("a"), info("a"), info("b")
	require.NoError(t, d.Put(t.Context(), "a", strings.NewReader("x")))
	replaced := info("a")
	comparable, ok := a.(interface {
		SameFile(fs.FileInfo) (same, known bool)
	})
	if !ok {
		return // package os has already compared them
	}
	for other, want := range map[fs.FileInfo]bool{a: true, again: true, b: false, replaced: false} {
		same, known := comparable.SameFile(other)
		assert.True(t, known)
		assert.Equal(t, want, same)
	}
}
