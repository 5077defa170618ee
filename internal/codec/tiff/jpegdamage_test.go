package tiff_test

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
	"github.com/rest-thumbnails/thumbnail/internal/codec/tiff"
	"github.com/rest-thumbnails/thumbnail/internal/imagetest/codectest"
	"github.com/rest-thumbnails/thumbnail/internal/imagetest/pieces"
)

// jpegStrip returns a JPEG file of 48×16 pixels.
func jpegStrip(t *testing.T, colored bool) []byte {
	var img image.Image
	if colored {
		m := image.NewRGBA(image.Rect(0, 0, 48, 16))
		for i := range m.Pix {
			m.Pix[i] = byte(i * 5)
		}
		img = m
	} else {
		m := image.NewGray(image.Rect(0, 0, 48, 16))
		for i := range m.Pix {
			m.Pix[i] = byte(i * 5)
		}
		img = m
	}
	var b bytes.Buffer
	require.NoError(t, jpeg.Encode(&b, img, nil))
	return b.Bytes()
}

// jpegStrips returns a picture of n strips that jpegStrip makes.
func jpegStrips(t *testing.T, colored bool, n int) *pieces.TIFF {
	f := pieces.NewTIFF(48, 16*n, 8, 1, 1)
	if colored {
		f = pieces.NewTIFF(48, 16*n, 8, 3, 6).Set(530, []uint16{2, 2})
	}
	for range n {
		f.Parts = append(f.Parts, jpegStrip(t, colored))
	}
	return f.Set(259, []uint16{7}).Set(278, []uint16{16})
}

func TestAFlippedBitInAJPEGStripDamagesOnlyThatStrip(t *testing.T) {
	for _, colored := range []bool{false, true} {
		sound := decoded(t, jpegStrips(t, colored, 4))
		part := jpegStrip(t, colored)
		for _, hit := range []int{0, 2} {
			for bit := hit; bit < 8*len(part); bit += 29 {
				f := jpegStrips(t, colored, 4)
				f.Parts[hit][bit/8] ^= 1 << (bit % 8)
				data := f.Encode()
				if _, _, err := codectest.Decode(t.Context(), tiff.Format, data, codec.Options{}); err != nil {
					assert.ErrorIs(t, err, codec.ErrCorrupt, "bit %d", bit)
				}
				_, pic, err := codectest.Decode(t.Context(), tiff.Format, data, codec.Options{Tolerant: true})
				require.NoError(t, err, "bit %d", bit)
				for i := range 4 {
					if i != hit {
						require.Equal(t, rgbaAt(sound, 20, 16*i+8), rgbaAt(pic.Image, 20, 16*i+8), "bit %d, strip %d", bit, i)
					}
				}
			}
		}
	}
}

func rgbaAt(m image.Image, x, y int) color.RGBA {
	return color.RGBAModel.Convert(m.At(x, y)).(color.RGBA)
}

func TestAFlippedBitInTheOnlyJPEGStripIsCorrupt(t *testing.T) {
	part := jpegStrip(t, true)
	for bit := 0; bit < 8*len(part); bit += 11 {
		f := jpegStrips(t, true, 1)
		f.Parts[0][bit/8] ^= 1 << (bit % 8)
		if _, _, err := codectest.Decode(t.Context(), tiff.Format, f.Encode(), codec.Options{}); err != nil {
			assert.ErrorIs(t, err, codec.ErrCorrupt, "bit %d of byte %d", bit%8, bit/8)
		}
	}
}

func TestLosslessJPEGStripsAreUnsupported(t *testing.T) {
	f := jpegStrips(t, false, 3)
	for _, p := range f.Parts {
		p[bytes.Index(p, []byte{0xff, 0xc0})+1] = 0xc3
	}
	for _, tolerant := range []bool{false, true} {
		_, _, err := codectest.Decode(t.Context(), tiff.Format, f.Encode(), codec.Options{Tolerant: tolerant})
		assert.ErrorIs(t, err, codec.ErrFormat)
	}
	f.Parts[1] = jpegStrip(t, false)
	_, _, err := codectest.Decode(t.Context(), tiff.Format, f.Encode(), codec.Options{})
	assert.ErrorIs(t, err, codec.ErrCorrupt)
	_, pic, err := codectest.Decode(t.Context(), tiff.Format, f.Encode(), codec.Options{Tolerant: true})
	require.NoError(t, err)
	assert.True(t, pic.Partial)
}

func TestATruncatedJPEGStripIsKeptUpToItsEnd(t *testing.T) {
	f := jpegStrips(t, true, 2)
	sound := decoded(t, f)
	f = jpegStrips(t, true, 2)
	f.Parts[1] = f.Parts[1][:len(f.Parts[1])-100]
	_, pic, err := codectest.Decode(t.Context(), tiff.Format, f.Encode(), codec.Options{Tolerant: true})
	require.NoError(t, err)
	assert.True(t, pic.Partial)
	assert.Equal(t, rgbaAt(sound, 2, 20), rgbaAt(pic.Image, 2, 20))
	assert.InDelta(t, 128, int(rgbaAt(pic.Image, 47, 31).G), 8)
}
