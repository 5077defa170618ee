package engine

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
	"math"
	"runtime"
	"slices"
	"testing"

	"github.com/rest-thumbnails/thumbnail/internal/imagetest/pieces"
	"github.com/stretchr/testify/require"
	"golang.org/x/image/bmp"
	"golang.org/x/image/tiff"
)

func encodeJPEG(t testing.TB, img image.Image) []byte {
	var b bytes.Buffer
	require.NoError(t, jpeg.Encode(&b, img, &jpeg.Options{Quality: 95}))
	return b.Bytes()
}

func encodePNG(t testing.TB, img image.Image) []byte {
	var b bytes.Buffer
	require.NoError(t, png.Encode(&b, img))
	return b.Bytes()
}

func encodeGIF(t testing.TB, g *gif.GIF) []byte {
	var b bytes.Buffer
	require.NoError(t, gif.EncodeAll(&b, g))
	return b.Bytes()
}

func encodeBMP(t testing.TB, img image.Image) []byte {
	var b bytes.Buffer
	require.NoError(t, bmp.Encode(&b, img))
	return b.Bytes()
}

func encodeTIFF(t testing.TB, img image.Image) []byte {
	var b bytes.Buffer
	require.NoError(t, tiff.Encode(&b, img, nil))
	return b.Bytes()
}

// pngWithEXIF inserts an orientation into a PNG, before or after its pixels.
func pngWithEXIF(file []byte, orientation int, behind bool) []byte {
	chunk := pieces.PNG("eXIf", pieces.EXIF(orientation))
	if !behind {
		return pieces.IntoPNG(file, chunk)
	}
	end := len(file) - 12 // IEND
	return slices.Concat(file[:end], chunk, file[end:])
}

// tiffWithOrientation removes the resolution from a TIFF's directory, and adds an orientation, in the order of
// the tags.
func tiffWithOrientation(t testing.TB, file []byte, orientation int) []byte {
	out := bytes.Clone(file)
	order := binary.LittleEndian
	directory := out[order.Uint32(out[4:]):]
	entry := func(i int) []byte { return directory[2+12*i:][:12] }
	last := int(order.Uint16(directory)) - 1
	for order.Uint16(entry(last)) != 0x011a { // XResolution
		last--
		require.Positive(t, last)
	}
	for ; order.Uint16(entry(last-1)) > 0x0112; last-- {
		copy(entry(last), entry(last-1))
	}
	copy(entry(last), []byte{0x12, 0x01, 3, 0, 1, 0, 0, 0, byte(orientation), 0, 0, 0})
	return out
}

// distance returns the root mean square difference of the samples of two pictures, in 8-bit levels.
func distance(t testing.TB, a, b image.Image) float64 {
	require.Equal(t, a.Bounds().Size(), b.Bounds().Size())
	p, q := nrgbaOf(a), nrgbaOf(b)
	sum, n := 0.0, 0
	eachPixel(p, func(x, y int, c []byte) {
		for i, v := range c {
			d := float64(v) - float64(q.Pix[y*q.Stride+4*x+i])
			sum += d * d
			n++
		}
	})
	return math.Sqrt(sum / float64(n))
}

func decodeFile(t testing.TB, file []byte) (Header, image.Image) {
	h, err := DecodeHeader(bytes.NewReader(file))
	require.NoError(t, err)
	pic, err := Decode(t.Context(), file, h, image.Point{})
	require.NoError(t, err)
	img := pic.Image()
	require.Equal(t, image.Rectangle{Max: h.Size}, img.Bounds())
	return h, img
}

// allocated returns the number of bytes that f allocates.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}
