package bmp_test

import (
	"image"
	"image/color"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
	"github.com/rest-thumbnails/thumbnail/internal/codec/bmp"
	"github.com/rest-thumbnails/thumbnail/internal/imagetest/codectest"
)

func TestPixelsWithoutAnOffsetFollowThePalette(t *testing.T) {
	for _, bits := range []int{1, 4, 8, 24} {
		b := newBitmap(w, h, bits, rows(w, h, bits))
		_, want, err := codectest.Decode(t.Context(), bmp.Format, b.encode(), codec.Options{})
		require.NoError(t, err)
		for _, offset := range []int{0, 20} {
			b.offset = offset
			_, got, err := codectest.Decode(t.Context(), bmp.Format, b.encode(), codec.Options{})
			require.NoError(t, err)
			assert.Equal(t, want.Image, got.Image, "%d bits", bits)
		}
	}
}

func TestPixelsFollowAPaletteOfAnImpossibleSize(t *testing.T) {
	for _, bits := range []int{1, 4, 8} {
		b := newBitmap(w, h, bits, rows(w, h, bits))
		want := decoded(t, b)
		for _, used := range []uint32{1<<bits + 1, 300, 1 << 31} {
			b.offset, b.used = 0, used
			assert.Equal(t, want, decoded(t, b), "%d colors of %d bits", used, bits)
		}
	}
}

func TestATruncatedBitmapIsDecodedUpToItsEnd(t *testing.T) {
	runs := newBitmap(20, 20, 8, nil)
	runs.compression = 1
	for range 20 {
		runs.pixels = append(runs.pixels, 20, 3, 0, 0)
	}
	for name, b := range map[string]*bitmap{
		"8 bits":             newBitmap(20, 20, 8, make([]byte, 400)),
		"24 bits":            newBitmap(20, 20, 24, make([]byte, 1200)),
		"RLE8":               runs,
		"from top to bottom": newBitmap(20, -20, 8, make([]byte, 400)),
	} {
		b.pixels = b.pixels[:len(b.pixels)/2]
		for _, least := range []image.Point{{}, {X: 10, Y: 10}} {
			_, _, err := codectest.Decode(t.Context(), bmp.Format, b.encode(), codec.Options{Least: least})
			assert.ErrorIs(t, err, codec.ErrCorrupt, name)
			_, pic, err := codectest.Decode(t.Context(), bmp.Format, b.encode(), codec.Options{Tolerant: true, Least: least})
			require.NoError(t, err, name)
			assert.True(t, pic.Partial, name)
			hole, there := 0, pic.Image.Bounds().Dy()-1
			if b.height < 0 {
				hole, there = there, hole
			}
			assert.Equal(t, color.RGBA{128, 128, 128, 255}, color.RGBAModel.Convert(pic.Image.At(0, hole)), name)
			assert.NotEqual(t, color.RGBA{128, 128, 128, 255}, color.RGBAModel.Convert(pic.Image.At(0, there)), name)
		}
		b.pixels = b.pixels[:len(b.pixels)/8]
		_, _, err := codectest.Decode(t.Context(), bmp.Format, b.encode(), codec.Options{Tolerant: true})
		assert.ErrorIs(t, err, codec.ErrCorrupt, name)
	}
}

func TestAnEmbeddedProfileIsFound(t *testing.T) {
	b := newBitmap(w, h, 24, append(rows(w, h, 24), "a profile"...))
	b.header = 124
	data := b.encode()
	copy(data[14+56:], "DEBM")
	data[14+112], data[14+113] = byte((len(data)-14-9)&255), byte((len(data)-14-9)>>8)
	data[14+116] = 9
	h, err := bmp.Format.Header(t.Context(), codec.NewBytesReader(t.Context(), data))
	require.NoError(t, err)
	c, err := bmp.Format.Color(t.Context(), data, &h)
	require.NoError(t, err)
	assert.Equal(t, codec.Color{Profile: []byte("a profile")}, c)
}

func TestUnsupportedBitmapsAreRefused(t *testing.T) {
	for name, change := range map[string]func(*bitmap){
		"a JPEG":         func(b *bitmap) { b.compression, b.bits = 4, 0 },
		"3 bits":         func(b *bitmap) { b.bits = 3 },
		"RLE8 of 4 bits": func(b *bitmap) { b.compression, b.bits = 1, 4 },
		"a mask of holes": func(b *bitmap) {
			b.compression, b.bits, b.masks = 3, 16, []uint32{0xf800, 0x5e0, 0x1f}
		},
	} {
		b := newBitmap(w, h, 24, rows(w, h, 32))
		change(b)
		_, _, err := codectest.Decode(t.Context(), bmp.Format, b.encode(), codec.Options{})
		assert.ErrorIs(t, err, codec.ErrFormat, name)
	}
}

func FuzzDecode(f *testing.F) {
	for _, b := range kinds() {
		f.Add(b.encode())
	}
	f.Fuzz(func(t *testing.T, data []byte) { codectest.Fuzz(t, bmp.Format, data) })
}

// ImageMagick writes 16-bit files without masks with -define bmp:subtype=RGB565 bmp3:. The offset of the pixels is the place where the masks
// should be.
func TestPixelsInPlaceOfMasksHave565Bits(t *testing.T) {
	for _, size := range []image.Point{{w, h}, {1, 1}, {2, 1}, {3, 3}} {
		for name, pixels := range map[string][]byte{"noise": rows(size.X, size.Y, 16), "black": make([]byte, (size.X+1)/2*4*size.Y)} {
			b := newBitmap(size.X, size.Y, 16, pixels)
			b.compression, b.masks = 3, []uint32{0xf800, 0x7e0, 0x1f}
			_, want, err := codectest.Decode(t.Context(), bmp.Format, b.encode(), codec.Options{})
			require.NoError(t, err)
			b.masks = nil
			_, got, err := codectest.Decode(t.Context(), bmp.Format, b.encode(), codec.Options{})
			require.NoError(t, err, "%v of %s", size, name)
			assert.Equal(t, want.Image, got.Image, "%v of %s", size, name)
		}
	}
}

// In some files the first header has the offset of the masks, which follow the second header, instead of the offset of
// the pixels.
func TestMasksAtTheDeclaredOffsetOfThePixelsAreFound(t *testing.T) {
	b := newBitmap(w, h, 16, rows(w, h, 16))
	b.compression, b.masks = 3, []uint32{0x7c00, 0x3e0, 0x1f}
	_, want, err := codectest.Decode(t.Context(), bmp.Format, b.encode(), codec.Options{})
	require.NoError(t, err)
	b.offset = 54
	_, got, err := codectest.Decode(t.Context(), bmp.Format, b.encode(), codec.Options{})
	require.NoError(t, err)
	assert.Equal(t, want.Image, got.Image)
}
