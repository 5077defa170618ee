package storage

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func has(ctx context.Context, m *Memory, key string) bool {
	f, err := m.Open(ctx, key)
	if err != nil {
		return false
	}
	return f.Close() == nil
}

func TestABoundedMemoryDropsWhatWasNotUsedForLongest(t *testing.T) {
	m := &Memory{MaxBytes: 3 * 101}
	for _, key := range []string{"a", "b", "c"} {
		require.NoError(t, m.Put(t.Context(), key, strings.NewReader(strings.Repeat("x", 100))))
	}
	require.True(t, has(t.Context(), m, "a"))
	require.NoError(t, m.Put(t.Context(), "d", strings.NewReader(strings.Repeat("x", 100))))
	assert.False(t, has(t.Context(), m, "b"))
	for _, key := range []string{"a", "c", "d"} {
		assert.True(t, has(t.Context(), m, key), key)
	}
}

func TestABoundedMemoryRefusesWhatIsLargerAndKeepsTheOld(t *testing.T) {
	m := &Memory{MaxBytes: 100}
	require.NoError(t, m.Put(t.Context(), "a", strings.NewReader("old")))
	read := 0
	endless := readerFunc(func(b []byte) (int, error) { read += len(b); return len(b), nil })
	assert.Error(t, m.Put(t.Context(), "a", endless))
	assert.Less(t, read, 10_000, "it reads on beyond the bound")
	f, err := m.Open(t.Context(), "a")
	require.NoError(t, err)
	got, err := io.ReadAll(f)
	require.NoError(t, err)
	assert.Equal(t, "old", string(got))
}

func TestMemoryCountsWhatItHolds(t *testing.T) {
	m := NewMemory()
	for i := range 100 {
		require.NoError(t, m.Put(t.Context(), fmt.Sprintf("k%d/x", i%7), strings.NewReader(strings.Repeat("x", i))))
	}
	var sum int64
	for e := m.used.Front(); e != nil; e = e.Next() {
		sum += e.Value.(*memoryFile).size()
	}
	assert.Equal(t, sum, m.size)
	assert.Equal(t, 7, m.used.Len())
	for i := range 7 {
		require.NoError(t, m.RemoveAll(t.Context(), fmt.Sprintf("k%d", i)))
	}
	assert.Zero(t, m.size)
	assert.Zero(t, m.used.Len())
	_, err := m.Open(t.Context(), "k1/x")
	assert.ErrorIs(t, err, fs.ErrNotExist)
}
