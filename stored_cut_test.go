package thumbnail_test

import (
	"bytes"
	"context"
	"image"
	"io"
	"io/fs"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail"
	"github.com/rest-thumbnails/thumbnail/processors"
	"github.com/rest-thumbnails/thumbnail/storage"
)

// A file that is shorter than the storage reports is incomplete.
func TestAStoredFileShorterThanItsInfoIsMadeAgain(t *testing.T) {
	for kind, file := range map[string]func(r *bytes.Reader) io.Reader{
		"at an offset": nil,
		"that seeks":   func(r *bytes.Reader) io.Reader { return struct{ io.ReadSeeker }{r} },
		"that streams": func(r *bytes.Reader) io.Reader { return io.MultiReader(r) },
	} {
		s := newSite(t)
		over := int64(0)
		memory := storage.NewMemory()
		s.storage.Storage = openFunc{memory, func(ctx context.Context, key string) (fs.File, error) {
			f, err := memory.Open(ctx, key)
			if err != nil {
				return nil, err
			}
			data, err := io.ReadAll(f)
			info, _ := f.Stat()
			var content io.Reader = bytes.NewReader(data)
			if file != nil {
				content = file(bytes.NewReader(data))
			}
			return storage.NewFile(content, storage.Info{Name: key, Size: int64(len(data)) + over, ModTime: info.ModTime()}), err
		}}
		h := s.handler(t)
		url := s.url(t, "k.jpg", "50x50", "crop", ".png")
		require.Equal(t, 200, get(h, url).Code, kind)
		over = 10
		s.storage.failPut = func() error { over = 0; return nil }
		w := get(h, url)
		assert.Equal(t, 200, w.Code, kind)
		assert.EqualValues(t, 2, s.storage.put.Load(), kind)
	}
}

func TestAFileThatIsWhollyAtHandIsLookedAtToItsEnd(t *testing.T) {
	half := photo(t, 200, 100)
	half = half[:len(half)/2]
	for first, taken := range map[int64]bool{int64(len(half)) - 1: true, int64(len(half)): false} {
		s := newSite(t)
		st := remoteStorage{storage.NewMemory(), t, first}
		s.storage.Storage = st
		h := s.handler(t)
		url := s.url(t, "k.jpg", "50x50", "crop", ".jpg")
		require.NoError(t, st.Put(t.Context(), url[1:], bytes.NewReader(half)))
		assert.Equal(t, taken, bytes.Equal(half, get(h, url).Body.Bytes()), first)
	}
}

func TestALargeThumbnailThatCanOnlyBeReadOnceIsSentWhole(t *testing.T) {
	s := newSite(t)
	data := append(photo(t, 200, 100), make([]byte, 1<<20)...)
	st := shortened{storage.NewMemory(), func(r *bytes.Reader) io.Reader { return io.MultiReader(r) }}
	s.storage.Storage = st
	h := s.handler(t)
	url := s.url(t, "k.jpg", "5x5", "crop", ".jpg")
	require.NoError(t, st.Put(t.Context(), url[1:], bytes.NewReader(data)))
	for range 2 {
		assert.True(t, bytes.Equal(data, get(h, url).Body.Bytes()))
	}
	assert.Zero(t, s.storage.put.Load())
}

func TestATruncatedStoredThumbnailIsLoggedAsAWarning(t *testing.T) {
	s := newSite(t)
	h := s.handler(t)
	url := s.url(t, "k.jpg", "50x50", "crop", ".jpg")
	require.NoError(t, s.storage.Storage.Put(t.Context(), url[1:], bytes.NewReader(photo(t, 50, 50)[:300])))
	w := get(h, url)
	assert.Equal(t, image.Pt(50, 50), sizeOf(t, w.Body.Bytes()))
	assert.Positive(t, countLines(s.log.String(), "a stored thumbnail is not whole"))
	assert.Contains(t, s.log.String(), "level=WARN")
}

func TestATruncatingEncoderIsCalledTwiceForEachThumbnail(t *testing.T) {
	s := newSite(t)
	half := func(w io.Writer, img image.Image) error {
		var b bytes.Buffer
		if err := (processors.JPEG{}).Encode(&b, img); err != nil {
			return err
		}
		_, err := w.Write(b.Bytes()[:b.Len()/2])
		return err
	}
	s.Encoders = thumbnail.Encoders{".jpg": encoderFunc(half)}
	h := s.handler(t)
	urls := []string{s.url(t, "k.jpg", "50x50", "crop", ".jpg"), s.url(t, "k.jpg", "60x60", "crop", ".jpg"), s.url(t, "k.jpg", "70x70", "crop", ".jpg")}
	for range 5 {
		for _, url := range urls {
			assert.Equal(t, 200, get(h, url).Code)
		}
	}
	assert.EqualValues(t, 2*len(urls), s.storage.put.Load())
}

func TestAStoredHalfIsClosed(t *testing.T) {
	s := newSite(t)
	memory := storage.NewMemory()
	var open atomic.Int64
	s.Storage = openFunc{memory, func(ctx context.Context, key string) (fs.File, error) {
		f, err := memory.Open(ctx, key)
		if err != nil {
			return nil, err
		}
		open.Add(1)
		return &closes{f, &open}, nil
	}}
	h := s.handler(t)
	url := s.url(t, "k.jpg", "5x5", "crop", ".jpg")
	require.NoError(t, memory.Put(t.Context(), url[1:], strings.NewReader("half")))
	require.Equal(t, 200, get(h, url).Code)
	assert.Zero(t, open.Load())
}
