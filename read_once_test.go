package thumbnail_test

import (
	"bytes"
	"context"
	"image"
	"image/color/palette"
	"image/gif"
	"image/png"
	"io"
	"io/fs"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/image/bmp"
	"golang.org/x/image/tiff"

	"github.com/rest-thumbnails/thumbnail/internal/imagetest"
	"github.com/rest-thumbnails/thumbnail/internal/imagetest/specimen"
	"github.com/rest-thumbnails/thumbnail/processors"
	"github.com/rest-thumbnails/thumbnail/storage"
)

// A readCounter counts the bytes that are read from a seekable file.
type readCounter struct {
	*bytes.Reader
	n int
}

func (r *readCounter) Read(p []byte) (int, error) {
	n, err := r.Reader.Read(p)
	r.n += n
	return n, err
}

// A header is located by seeking, so an original is not read or downloaded twice, not even a TIFF, whose
// directory is at the end.
func TestAnOriginalThatSeeksIsReadOnce(t *testing.T) {
	noise := imagetest.Noise(300, 300, 1)
	still := image.NewPaletted(noise.Rect, palette.Plan9)
	imagetest.Fill(still.Pix, 1)
	write := func(encode func(w io.Writer) error) []byte {
		var b bytes.Buffer
		require.NoError(t, encode(&b))
		return b.Bytes()
	}
	for name, file := range map[string][]byte{
		"tiff": write(func(w io.Writer) error { return tiff.Encode(w, noise, nil) }),
		"bmp":  write(func(w io.Writer) error { return bmp.Encode(w, noise) }),
		"jpeg": specimen.JPEG(noise, 95),
		"png":  write(func(w io.Writer) error { return png.Encode(w, noise) }),
		"gif":  write(func(w io.Writer) error { return gif.Encode(w, still, nil) }),
		"webp": write(func(w io.Writer) error { return processors.WebP{Lossless: processors.LosslessAlways}.Encode(w, noise) }),
	} {
		s := newSite(t)
		r := &readCounter{Reader: bytes.NewReader(file)}
		s.source.open = func(context.Context, string) (fs.File, error) {
			return storage.NewFile(r, storage.Info{Name: "k.jpg", Size: int64(len(file))}), nil
		}
		require.Equal(t, 200, get(s.handler(t), s.url(t, "k.jpg", "50x50", "crop", ".jpg")).Code, name)
		const chunks = 4 << 10 // chunks of a PNG, and the distance between them; each read reads ahead a kilobyte
		assert.LessOrEqual(t, r.n, len(file)+len(file)/8+2*chunks, "%s: bytes read of %d", name, len(file))
	}
}

func TestANewThumbnailTakesTheMinimumOfStorageCalls(t *testing.T) {
	s := newSite(t)
	h := s.handler(t)
	require.Equal(t, 200, get(h, s.url(t, "k.jpg", "5x5", "crop", ".jpg")).Code)
	assert.EqualValues(t, 1, s.storage.opened.Load(), "the lock says that nobody has made it meanwhile")
	assert.EqualValues(t, 1, s.source.opened.Load())
	assert.EqualValues(t, 1, s.storage.put.Load())
	assert.Zero(t, h.Stats().Memory)
}
