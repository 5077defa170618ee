package thumbnail_test

import (
	"bytes"
	"compress/zlib"
	"context"
	"encoding/binary"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"
	"io"
	"io/fs"
	"net/http"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/internal/imagetest"
	"github.com/rest-thumbnails/thumbnail/internal/imagetest/pieces"
	"github.com/rest-thumbnails/thumbnail/storage"
)

// grayPhoto returns a mid-gray JPEG whose sides are multiples of 16: every block has the six bits of a DC
// difference of 0 and the end of block.
func grayPhoto(t *testing.T, size image.Point) []byte {
	var b bytes.Buffer
	require.NoError(t, jpeg.Encode(&b, image.NewGray(image.Rect(0, 0, 8, 8)), nil))
	file := b.Bytes()
	frame := bytes.Index(file, []byte{0xff, 0xc0})
	binary.BigEndian.PutUint16(file[frame+5:], uint16(size.Y))
	binary.BigEndian.PutUint16(file[frame+7:], uint16(size.X))
	scan := bytes.Index(file, []byte{0xff, 0xda})
	scan += 2 + int(binary.BigEndian.Uint16(file[scan+2:]))
	fourBlocks := []byte{0b00101000, 0b10100010, 0b10001010}
	return append(append(file[:scan:scan], bytes.Repeat(fourBlocks, size.X*size.Y/64/4)...), 0xff, 0xd9)
}

// flatPNG returns a PNG of zeros.
func flatPNG(t *testing.T, size image.Point, depth, colorType byte, pixelBytes int) []byte {
	var pixels bytes.Buffer
	w, err := zlib.NewWriterLevel(&pixels, zlib.BestSpeed)
	require.NoError(t, err)
	row := make([]byte, 1+size.X*pixelBytes)
	for range size.Y {
		_, err := w.Write(row)
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	head := pieces.IHDR(size.X, size.Y, depth, colorType, 0)
	return pieces.PNGFile(head, pieces.PNG("IDAT", pixels.Bytes()), pieces.PNG("IEND"))
}

func TestLargePicturesAreThumbnailsByDefault(t *testing.T) {
	imagetest.Long(t)
	for _, c := range []struct {
		name, size string
		file       func() []byte
		want       image.Point
	}{
		{"108 megapixels, as of a telephone", "200x150", func() []byte { return grayPhoto(t, image.Pt(12000, 9008)) }, image.Pt(200, 150)},
		{"200 megapixels", "200x200", func() []byte { return grayPhoto(t, image.Pt(16384, 12288)) }, image.Pt(200, 200)},
		{"a screenshot of 800×20000", "200x", func() []byte { return flatPNG(t, image.Pt(800, 20000), 8, 2, 3) }, image.Pt(200, 5000)},
		{"50 megapixels of 16-bit gray", "200x", func() []byte { return flatPNG(t, image.Pt(8000, 6250), 16, 0, 2) }, image.Pt(200, 156)},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newSite(t)
			file := c.file()
			s.source.open = func(context.Context, string) (fs.File, error) {
				return storage.NewFile(bytes.NewReader(file), storage.Info{Name: "k", Size: int64(len(file))}), nil
			}
			w := get(s.handler(t), s.url(t, "k.jpg", c.size, "crop", ".png"))
			require.Equal(t, 200, w.Code)
			assert.Equal(t, c.want, sizeOf(t, w.Body.Bytes()))
		})
	}
}

// With Tolerant, an original that was read while it was being written is not treated as damaged.
func TestAnOriginalThatChangesWhileItIsReadIsNeverStoredTolerantOrNot(t *testing.T) {
	for _, tolerant := range []bool{false, true} {
		t.Run(fmt.Sprint("tolerant ", tolerant), func(t *testing.T) {
			s := newSite(t)
			s.Tolerant = tolerant
			half := photo(t, 200, 100)
			half = half[:len(half)*2/3]
			s.source.open = func(context.Context, string) (fs.File, error) {
				f := &appended{storage.NewFile(bytes.NewReader(half), storage.Info{Name: "k.jpg"}), 0}
				return &changingFile{File: f, seeker: f.File.(io.Seeker), c: &changing{}}, nil
			}
			w := get(s.handler(t), s.url(t, "k.jpg", "5x5", "crop", ".jpg"))
			assert.Equal(t, 503, w.Code)
			assert.Zero(t, s.storage.put.Load())
		})
	}
}

func TestAThumbnailOfAThinPictureHasAtLeastOnePixelPerSide(t *testing.T) {
	s := newSite(t)
	files := fstest.MapFS{}
	for _, d := range []image.Point{{X: 60000, Y: 1}, {X: 1, Y: 60000}} {
		var b bytes.Buffer
		require.NoError(t, png.Encode(&b, image.NewGray(image.Rectangle{Max: d})))
		files[fmt.Sprintf("%dx%d.png", d.X, d.Y)] = &fstest.MapFile{Data: b.Bytes()}
	}
	s.Source = storage.FS(files)
	h := s.handler(t)
	for _, c := range []struct {
		source, size, method string
		want                 image.Point
	}{
		{"60000x1.png", "200x200", "fit", image.Pt(200, 1)},
		{"1x60000.png", "200x200", "fit", image.Pt(1, 200)},
		{"60000x1.png", "200x", "scale", image.Pt(200, 1)},
		{"1x60000.png", "x200", "scale", image.Pt(1, 200)},
		{"60000x1.png", "200x200", "pad", image.Pt(200, 200)},
		{"60000x1.png", "200x200", "crop", image.Pt(200, 200)},
	} {
		for _, ext := range []string{".jpg", ".png", ".gif", ".webp"} {
			w := get(h, s.url(t, c.source, c.size, c.method, ext))
			require.Equal(t, http.StatusOK, w.Code, "%+v", c)
			config, _, err := image.DecodeConfig(w.Body)
			require.NoError(t, err)
			assert.Equal(t, c.want, image.Pt(config.Width, config.Height), "%+v%s", c, ext)
		}
	}
}
