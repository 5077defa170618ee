package thumbnail_test

import (
	"context"
	"io"
	"io/fs"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail"
	"github.com/rest-thumbnails/thumbnail/storage"
)

// other is a storage whose files have another content.
type other struct {
	thumbnail.Storage
}

func (other) Open(context.Context, string) (fs.File, error) {
	return storage.NewFile(strings.NewReader("of another process"), storage.Info{}), nil
}

func TestPingComparesTheContentOnlyIfItsKeyIsItsOwn(t *testing.T) {
	s := newSite(t)
	memory := storage.NewMemory()
	s.Storage = other{s.storage} // without a Deleter, Ping uses the same file in all processes
	assert.NoError(t, s.handler(t).Ping(t.Context()))
	s.Storage = struct {
		other
		storage.Deleter
	}{other{s.storage}, memory}
	assert.ErrorContains(t, s.handler(t).Ping(t.Context()), "not what was stored")
}

// pinged records the keys that are stored.
type pinged struct {
	thumbnail.Storage
	keys *[]string
}

func (p pinged) Put(ctx context.Context, key string, r io.Reader) error {
	*p.keys = append(*p.keys, key)
	return p.Storage.Put(ctx, key, r)
}

func TestPingsUseDifferentKeysIfTheStorageRemoves(t *testing.T) {
	memory := storage.NewMemory()
	for name, c := range map[string]struct {
		storage func(p pinged) thumbnail.Storage
		keys    int
	}{
		"no removal": {func(p pinged) thumbnail.Storage { return p }, 1},
		"of a key": {func(p pinged) thumbnail.Storage {
			return struct {
				pinged
				storage.Deleter
			}{p, memory}
		}, 2},
		"of a source": {func(p pinged) thumbnail.Storage {
			return struct {
				pinged
				thumbnail.Remover
			}{p, memory}
		}, 2},
	} {
		var keys []string
		s := newSite(t)
		s.Storage = c.storage(pinged{struct{ thumbnail.Storage }{memory}, &keys})
		h := s.handler(t)
		for range 2 {
			require.NoError(t, h.Ping(t.Context()), name)
		}
		distinct := map[string]bool{}
		for _, key := range keys {
			distinct[key] = true
		}
		assert.Len(t, distinct, c.keys, name)
		if c.keys > 1 {
			for _, key := range keys {
				_, err := memory.Open(t.Context(), key)
				assert.ErrorIs(t, err, fs.ErrNotExist, name)
			}
		}
	}
}

func TestPingPutsOpensAndRemoves(t *testing.T) {
	s := newSite(t)
	memory := storage.NewMemory()
	s.Storage = memory
	require.NoError(t, s.handler(t).Ping(t.Context()))
	for e, err := range memory.List(t.Context(), "") {
		require.NoError(t, err)
		t.Errorf("%q is left", e.Key)
	}
	s.Storage = forgetful{memory}
	err := s.handler(t).Ping(t.Context())
	require.Error(t, err)
	assert.Equal(t, http.StatusInternalServerError, thumbnail.StatusCode(err))
}

// forgetful stores nothing.
type forgetful struct{ *storage.Memory }

func (forgetful) Put(context.Context, string, io.Reader) error { return nil }
