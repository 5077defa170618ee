package storage_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/rest-thumbnails/thumbnail/storage"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func has(ctx context.Context, m *storage.Memory, key string) bool {
	f, err := m.Open(ctx, key)
	if err != nil {
		return false
	}
	return f.Close() == nil
}

func TestABoundedMemoryDropsTheLeastRecentlyUsedFile(t *testing.T) {
	m := &storage.Memory{MaxBytes: 3 * 101}
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

func TestABoundedMemoryRefusesALargerFileAndKeepsTheOldOne(t *testing.T) {
	m := &storage.Memory{MaxBytes: 100}
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

func TestABoundedMemoryCountsKeysAndContent(t *testing.T) {
	const size = 2 + 98 // key and content
	for name, forget := range map[string]func(m *storage.Memory) error{
		"RemoveAll": func(m *storage.Memory) error { return m.RemoveAll(t.Context(), "k") },
		"Remove": func(m *storage.Memory) (err error) {
			for i := range 8 {
				err = errors.Join(err, m.Remove(t.Context(), fmt.Sprintf("k/%d", i)))
			}
			return err
		},
		"replaced": func(m *storage.Memory) (err error) {
			for i := range 8 {
				err = errors.Join(err, m.Put(t.Context(), fmt.Sprintf("k/%d", i), strings.NewReader("short")))
			}
			return err
		},
	} {
		m := &storage.Memory{MaxBytes: 8 * (size + 1)}
		for range 3 {
			for i := range 8 {
				require.NoError(t, m.Put(t.Context(), fmt.Sprintf("k/%d", i), strings.NewReader(strings.Repeat("x", size-2))))
			}
			keys, err := listed(t.Context(), m, "", nil)
			require.NoError(t, err)
			assert.Len(t, keys, 8, "%s: it holds as much as it may, to the byte", name)
			require.NoError(t, m.Put(t.Context(), "k/8", strings.NewReader("")))
			keys, err = listed(t.Context(), m, "", nil)
			require.NoError(t, err)
			assert.Len(t, keys, 8, "%s: and no more", name)
			require.NoError(t, m.Remove(t.Context(), "k/8"))
			require.NoError(t, forget(m))
		}
	}
}
