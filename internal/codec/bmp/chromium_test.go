package bmp_test

import (
	"image"
	"image/color"
	"image/draw"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
	"github.com/rest-thumbnails/thumbnail/internal/codec/bmp"
	"github.com/rest-thumbnails/thumbnail/internal/imagetest"
	"github.com/rest-thumbnails/thumbnail/internal/imagetest/codectest"
)

// changed are the kinds that Chromium 148 refuses or shows with transparent or opaque pixels, unlike Chromium 156, which has a new decoder.
// The package shows them as Chromium 156, and other tests have their pixels.
var changed = map[string]bool{
	"header of 48 bytes, 16 bits": true, "header of 48 bytes, 32 bits": true, "header of 64 bytes, 16 bits": true, "alpha that is always 0": true, "masks beyond the pixel": true,
}

func TestBitmapsAreWhatChromiumShows(t *testing.T) {
	var names []string
	var files [][]byte
	for name, b := range kinds() {
		codectest.WithinMemory(t, bmp.Format, b.encode(), codec.Options{}, name)
		codectest.WithinMemory(t, bmp.Format, b.encode(), codec.Options{Least: image.Pt(10, 4)}, name)
		if !changed[name] && !strings.HasPrefix(name, "RLE") {
			names, files = append(names, name), append(files, b.encode())
		}
	}
	background := color.RGBA{200, 30, 100, 255}
	shown := imagetest.Screenshots(t, files, "image/bmp", image.Pt(w, h), background)
	for i, name := range names {
		_, pic, err := codectest.Decode(t.Context(), bmp.Format, files[i], codec.Options{})
		if !assert.NoError(t, err, name) {
			continue
		}
		got := image.NewRGBA(image.Rect(0, 0, w, h))
		draw.Draw(got, got.Rect, image.NewUniform(background), image.Point{}, draw.Src)
		draw.Draw(got, got.Rect, pic.Image, image.Point{}, draw.Over)
		worst := 0
		for j, v := range got.Pix {
			worst = max(worst, int(v)-int(shown[i].Pix[j]), int(shown[i].Pix[j])-int(v))
		}
		assert.LessOrEqual(t, worst, 2, name)
	}
}

// decoded returns the pixels of b, not premultiplied.
func decoded(t *testing.T, b *bitmap) *image.NRGBA {
	_, pic, err := codectest.Decode(t.Context(), bmp.Format, b.encode(), codec.Options{})
	require.NoError(t, err)
	out := image.NewNRGBA(pic.Image.Bounds())
	for y := range out.Rect.Dy() {
		for x := range out.Rect.Dx() {
			out.Set(x, y, pic.Image.At(x, y))
		}
	}
	return out
}

func TestRunLengthsAreDrawnOnBlack(t *testing.T) {
	for name, b := range rleKinds() {
		assert.Equal(t, drawn(b).Pix, decoded(t, b).Pix, name)
	}
}

// drawn follows the run lengths of b in any order of pixels, unlike the decoder.
func drawn(b *bitmap) *image.NRGBA {
	out := image.NewNRGBA(image.Rect(0, 0, b.width, b.height))
	draw.Draw(out, out.Rect, image.Black, image.Point{}, draw.Src)
	x, y, in, bytes, alternate := 0, b.height-1, b.pixels, max(b.bits/8, 1), 1
	if b.bits == 4 {
		alternate = 2
	}
	put := func(from []byte, i int) {
		c := [3]byte{}
		switch b.bits {
		case 4:
			c = b.palette[from[i/2]>>(4-4*(i&1))&15]
		case 8:
			c = b.palette[from[i]]
		default:
			copy(c[:], from[3*i:])
		}
		if image.Pt(x, y).In(out.Rect) {
			out.SetNRGBA(x, y, color.NRGBA{c[2], c[1], c[0], 255})
		}
		x++
	}
	for len(in) >= 2 {
		n, code := int(in[0]), int(in[1])
		switch {
		case n > 0:
			for i := range n {
				put(in[1:], i%alternate)
			}
			in = in[1+bytes:]
		case code == 0:
			x, y, in = 0, y-1, in[2:]
		case code == 1:
			return out
		case code == 2:
			x, y, in = x+int(in[2]), y-int(in[3]), in[4:]
		default:
			for i := range code {
				put(in[2:], i)
			}
			in = in[2+(code*b.bits+15)/16*2:]
		}
	}
	return out
}

func TestAHeaderOfAnyLengthChangesNoPixel(t *testing.T) {
	for _, bits := range []int{16, 32} {
		b := newBitmap(w, h, bits, rows(w, h, bits))
		want := decoded(t, b)
		for _, header := range []int{48, 64} {
			b.header = header
			assert.Equal(t, want, decoded(t, b), "%d bits, %d bytes", bits, header)
		}
	}
}

// Chromium 148 does so, too. Pillow refuses such files.
func TestAMaskBeyondThePixelIsIgnored(t *testing.T) {
	b := newBitmap(w, h, 16, rows(w, h, 16))
	want := decoded(t, b)
	for _, masks := range [][]uint32{{0x7c00, 0x3e0, 0x1f, 0xff000000}, {0x17c00, 0x3e0, 0xffff001f, 0xff0000}} {
		b.header, b.compression, b.masks = 108, 3, masks
		assert.Equal(t, want, decoded(t, b), "%x", masks)
	}
}

// As in Pillow, ImageMagick and Chromium 156. Icons differ.
func TestAlphaThatIsAlways0IsTransparent(t *testing.T) {
	b := kinds()["alpha that is always 0"]
	assert.Equal(t, color.NRGBA{3, 2, 1, 0}, decoded(t, b).NRGBAAt(3, 3))
}

// Pillow and libvips show such bitmaps without their alpha.
func TestAlphaIsUsedIfTheCompressionDeclaresNoMasks(t *testing.T) {
	b := newBitmap(4, 1, 32, []byte{1, 2, 3, 128, 4, 5, 6, 0, 7, 8, 9, 255, 1, 1, 1, 1})
	b.header, b.masks = 124, []uint32{0xff, 0xff00, 0xff0000, 0xff000000} // only the mask of alpha is used
	assert.Equal(t, []byte{3, 2, 1, 128, 6, 5, 4, 0, 9, 8, 7, 255, 1, 1, 1, 1}, decoded(t, b).Pix)
	b.pixels = []byte{1, 2, 3, 0, 4, 5, 6, 0, 7, 8, 9, 0, 1, 1, 1, 0}
	assert.Equal(t, []byte{3, 2, 1, 255, 6, 5, 4, 255, 9, 8, 7, 255, 1, 1, 1, 255}, decoded(t, b).Pix, "no pixel has alpha")
	b.pixels[3], b.masks[3] = 1, 0x81000000
	assert.Equal(t, []byte{3, 2, 1, 255}, decoded(t, b).Pix[:4], "a mask with a gap")
	for _, header := range []int{52, 64} { // other bytes are in the place of the mask
		b.header, b.masks, b.pixels = header, []uint32{0, 0, 0, 0xff000000}, []byte{0, 0, 0, 255, 4, 5, 6, 0, 7, 8, 9, 1, 1, 1, 1, 1}
		assert.Equal(t, []byte{6, 5, 4, 255}, decoded(t, b).Pix[4:8], "a header of %d bytes", header)
	}
}
