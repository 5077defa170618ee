package thumbnail_test

import (
	"context"
	"image"
	"io"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail"
	"github.com/rest-thumbnails/thumbnail/processors"
	"github.com/rest-thumbnails/thumbnail/storage"
)

// lateStorage goes on reading after its Put has returned an error, as an HTTP client may.
type lateStorage struct {
	*storage.Memory
	readers chan io.Reader
}

func (l lateStorage) Put(_ context.Context, _ string, r io.Reader) error {
	l.readers <- r
	return errBoom
}

func TestAStorageThatReadsOnAfterItsErrorReadsTheSameThumbnail(t *testing.T) {
	s := newSite(t)
	st := lateStorage{storage.NewMemory(), make(chan io.Reader, 100)}
	s.Storage = st
	h := s.handler(t)
	first := get(h, s.url(t, "k.jpg", "90x90", "crop", ".jpg")).Body.Bytes()
	r := <-st.readers
	for range 20 {
		get(h, s.url(t, "k.jpg", "91x91", "crop", ".png"))
	}
	got, err := io.ReadAll(r)
	require.NoError(t, err)
	assert.Equal(t, first, got)
}

func TestAnEncoderThatWritesOnAfterItsErrorWritesIntoNoOtherThumbnail(t *testing.T) {
	s := newSite(t)
	var kept io.Writer
	s.Encoders = thumbnail.Encoders{".png": encoderFunc(func(w io.Writer, _ image.Image) error { kept = w; return errBoom }), ".jpg": processors.JPEG{}}
	s.storage.failPut = func() error {
		if kept != nil {
			_, _ = kept.Write(make([]byte, 100))
		}
		return errBoom
	}
	h := s.handler(t)
	for i := range 20 {
		get(h, s.url(t, "k.jpg", "90x90", "crop", ".png"))
		w := get(h, s.url(t, "k.jpg", "91x9"+string(rune('0'+i%10)), "crop", ".jpg"))
		require.Equal(t, "\xff\xd9", w.Body.String()[w.Body.Len()-2:])
	}
}
