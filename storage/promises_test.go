package storage_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/storage"
)

// listing is what both can do.
type listing interface {
	storage.Lister
	storage.Deleter
	Put(ctx context.Context, key string, r io.Reader) error
	RemoveAll(ctx context.Context, prefix string) error
}

func eachListing(t *testing.T, f func(t *testing.T, s listing)) {
	t.Run("Memory", func(t *testing.T) { f(t, storage.NewMemory()) })
	t.Run("Dir", func(t *testing.T) {
		d, err := storage.OpenDir(t.TempDir())
		require.NoError(t, err)
		defer d.Close()
		f(t, d)
	})
}

// listed returns the keys and the last error of a listing.
func listed(ctx context.Context, s storage.Lister, prefix string, each func(string)) (keys []string, err error) {
	for e, err := range s.List(ctx, prefix) {
		if err != nil {
			return keys, err
		}
		keys = append(keys, e.Key)
		if each != nil {
			each(e.Key)
		}
	}
	return keys, nil
}

func TestAListingYieldsTheErrorThatEndsIt(t *testing.T) {
	eachListing(t, func(t *testing.T, s listing) {
		for i := range 20 {
			require.NoError(t, s.Put(t.Context(), fmt.Sprintf("a/%d", i), strings.NewReader("x")))
		}
		ended, cancel := context.WithCancel(t.Context())
		cancel()
		for _, prefix := range []string{"", "a"} {
			_, err := listed(ended, s, prefix, nil)
			assert.ErrorIs(t, err, context.Canceled, prefix)
		}
		_, err := listed(t.Context(), s, "a/../b", nil)
		assert.ErrorIs(t, err, fs.ErrInvalid)
		for _, prefix := range []string{"", "a"} {
			ctx, cancel := context.WithCancel(t.Context())
			keys, err := listed(ctx, s, prefix, func(string) { cancel() })
			assert.ErrorIs(t, err, context.Canceled, prefix)
			assert.Len(t, keys, 1)
		}
		for range s.List(t.Context(), "") {
			break // the caller may end the loop
		}
	})
}

func TestAFileRemovedDuringAListingIsNoError(t *testing.T) {
	for _, pattern := range []string{"a/%d", "a/%d/c"} {
		eachListing(t, func(t *testing.T, s listing) {
			for i := range 20 {
				require.NoError(t, s.Put(t.Context(), fmt.Sprintf(pattern, i), strings.NewReader("x")))
			}
			keys, err := listed(t.Context(), s, "", func(string) {
				for i := range 20 {
					assert.NoError(t, s.Remove(t.Context(), fmt.Sprintf(pattern, i)))
				}
			})
			assert.NoError(t, err)
			assert.NotEmpty(t, keys)
		})
	}
}

func TestRemoveTakesAFileAndNoDirectory(t *testing.T) {
	eachListing(t, func(t *testing.T, s listing) {
		require.NoError(t, s.Put(t.Context(), "a/b/c", strings.NewReader("x")))
		for _, key := range []string{"a", "a/b", "a/b/c/d", "none", "a/none"} {
			assert.NoError(t, s.Remove(t.Context(), key), key)
		}
		keys, err := listed(t.Context(), s, "", nil)
		require.NoError(t, err)
		assert.Equal(t, []string{"a/b/c"}, keys)
		assert.NoError(t, s.Remove(t.Context(), "a/b/c"))
		keys, err = listed(t.Context(), s, "", nil)
		require.NoError(t, err)
		assert.Empty(t, keys)
		assert.ErrorIs(t, s.Remove(t.Context(), "a//b"), fs.ErrInvalid)
	})
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

func TestAPutEndsWithItsContextHoweverLongTheContentIs(t *testing.T) {
	eachListing(t, func(t *testing.T, s listing) {
		ctx, cancel := context.WithCancel(t.Context())
		reads := 0
		err := s.Put(ctx, "a", readerFunc(func(p []byte) (int, error) {
			if reads++; reads == 3 {
				cancel()
			}
			if reads > 1000 {
				return 0, errors.New("it goes on and on")
			}
			return min(len(p), 10), nil
		}))
		assert.ErrorIs(t, err, context.Canceled)
		assert.LessOrEqual(t, reads, 4)
	})
}

func TestAMemoryOfOneByteIsBounded(t *testing.T) {
	m := &storage.Memory{MaxBytes: 1}
	assert.Error(t, m.Put(t.Context(), "a", strings.NewReader("x")), "key and content are two bytes")
	for _, key := range []string{"a", "b", "c"} {
		require.NoError(t, m.Put(t.Context(), key, strings.NewReader("")))
	}
	keys, err := listed(t.Context(), m, "", nil)
	require.NoError(t, err)
	assert.Equal(t, []string{"c"}, keys)
	read := 0
	assert.Error(t, m.Put(t.Context(), "d", readerFunc(func(p []byte) (int, error) {
		if read += len(p); read > 1<<20 {
			return 0, io.ErrUnexpectedEOF
		}
		return len(p), nil
	})))
	assert.Less(t, read, 1<<12, "and does not read on")
}

func TestAMemoryRecordsWhenFilesWereUsed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := storage.NewMemory()
		stored := time.Now()
		require.NoError(t, m.Put(t.Context(), "a", strings.NewReader("x")))
		time.Sleep(time.Hour)
		f, err := m.Open(t.Context(), "a")
		require.NoError(t, err)
		require.NoError(t, f.Close())
		for e, err := range m.List(t.Context(), "") {
			require.NoError(t, err)
			assert.True(t, e.ModTime.Equal(stored))
			assert.True(t, e.Used.Equal(stored.Add(time.Hour)))
		}
	})
}

func TestAFileIsAReaderAtIfItsContentIs(t *testing.T) {
	f := storage.NewFile(strings.NewReader("content"), storage.Info{Name: "a/b"})
	at, ok := f.(io.ReaderAt)
	require.True(t, ok)
	b := make([]byte, 3)
	n, err := at.ReadAt(b, 2)
	require.NoError(t, err)
	assert.Equal(t, "nte", string(b[:n]))
	_, ok = storage.NewFile(struct{ io.ReadSeeker }{strings.NewReader("content")}, storage.Info{}).(io.ReaderAt)
	assert.False(t, ok)
	_, ok = storage.NewFile(struct{ io.ReadSeeker }{strings.NewReader("content")}, storage.Info{}).(io.Seeker)
	assert.True(t, ok)
	_, ok = storage.NewFile(io.LimitReader(strings.NewReader("content"), 3), storage.Info{}).(io.Seeker)
	assert.False(t, ok)
}
