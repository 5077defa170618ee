//go:build unix

package thumbnail_test

import (
	"bytes"
	"image"
	"image/color"
	"image/gif"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/internal/imagetest"
	"github.com/rest-thumbnails/thumbnail/internal/imagetest/pieces"
	"github.com/rest-thumbnails/thumbnail/processors"
)

// This test compares hostile files with sound files of the same kind that have as many pixels and frames.
// TestNoFileCostsTwentyTimesAnOrdinaryOne instead counts the canvas of an animation only once, and at most 4 million pixels.
func TestNoFileCostsTwentyTimesASoundOneOfItsPixelsAndFrames(t *testing.T) {
	imagetest.Long(t)
	const n = 800
	random := rand.New(rand.NewPCG(1, 2))
	noise := func(int, int, int) byte { return byte(random.IntN(256)) }
	var lossless bytes.Buffer
	require.NoError(t, processors.WebP{Lossless: processors.LosslessAlways}.Encode(&lossless, imagetest.Photo(n, n, 1)))
	for _, kind := range []struct {
		name    string
		exts    []string
		sound   []byte
		hostile map[string][]byte
	}{
		{"lossless WebP", []string{".jpg"}, lossless.Bytes(), map[string][]byte{
			"one color":                     webpOf(flatVP8L(n, n, false)),
			"one color and all transforms":  webpOf(flatVP8L(n, n, true)),
			"one color, many prefix codes":  webpOf(manyGroups(600)),
			"one color, no bits for pixels": webpOf(rawVP8L(n, n, func(*bitWriter) {})),
		}},
		{"CIELAB", []string{".jpg"}, labTIFF(t, n, 1, true), map[string][]byte{
			"one color":           labTIFF(t, n, 1, false),
			"one color in planes": labTIFF(t, n, 2, false),
		}},
		{"animation", []string{".gif", ".webp"}, film(t, 20, func(i, x, y int) byte { return byte(3*i + x + y + random.IntN(12)) }, false), map[string][]byte{
			"noise":               film(t, 20, noise, false),
			"noise with palettes": film(t, 20, noise, true),
			"one color per frame": film(t, 20, func(i, _, _ int) byte { return byte(i) }, true),
			"one pixel that moves": film(t, 20, func(i, x, y int) byte {
				if x == 5*i && y == 4*i {
					return 200
				}
				return 0
			}, false),
		}},
	} {
		for _, ext := range kind.exts {
			status, _, sound := cost(t, kind.sound, ext, 3)
			require.Equal(t, 200, status, kind.name)
			for name, data := range kind.hostile {
				status, _, took := cost(t, data, ext, 2)
				assert.True(t, slices.Contains(either, status), "%s, %s: %d", kind.name, name, status)
				assert.LessOrEqual(t, took, 20*sound+2*time.Millisecond, "%s %s, %s: %.1f times a sound one", kind.name, ext, name, float64(took)/float64(sound))
				t.Logf("%s %s, %s: %.2f times a sound one", kind.name, ext, name, float64(took)/float64(sound))
			}
		}
	}
}

// flatVP8L returns a lossless WebP of one color, optionally with a predictor, a color transform, and green subtracted.
func flatVP8L(width, height uint, transforms bool) []byte {
	w := &bitWriter{}
	w.write(0x2f, 8)
	w.write(width-1, 14)
	w.write(height-1, 14)
	w.write(0, 4) // opaque; version 0
	for kind := uint(0); transforms && kind < 3; kind++ {
		w.write(1, 1)
		w.write(kind, 2)
		if kind == 2 {
			break
		}
		w.write(0, 3) // squares of 4 pixels
		w.write(0, 1) // no color cache
		for _, symbol := range []uint{11, 3, 5, 255, 0} {
			w.one(symbol)
		}
	}
	w.write(0, 3) // no other transform, color cache or groups
	for _, symbol := range []uint{3, 1, 2, 0, 0} {
		w.one(symbol)
	}
	return append(w.b, make([]byte, 4)...)
}

// labTIFF returns a deflated TIFF of n×n pixels, of noise or of one color.
func labTIFF(t *testing.T, n, planar int, noise bool) []byte {
	samples := make([]byte, 3*n*n)
	if noise {
		imagetest.Fill(samples, 1)
	}
	parts := [][]byte{samples}
	if planar == 2 {
		parts = [][]byte{samples[:n*n], samples[n*n : 2*n*n], samples[2*n*n:]}
	}
	for i, p := range parts {
		parts[i] = deflate(t, p)
	}
	return pieces.NewTIFF(n, n, 8, 3, 8, parts...).Set(259, []uint16{8}).Set(278, []uint32{uint32(n)}).Set(284, []uint16{uint16(planar)}).Encode()
}

// film returns a GIF of n frames of 100x100 pixels. If local is true, each frame has a random palette.
func film(t *testing.T, n int, index func(i, x, y int) byte, local bool) []byte {
	g, random := &gif.GIF{}, rand.New(rand.NewPCG(3, 4))
	var palette color.Palette
	for i := range 256 {
		palette = append(palette, color.RGBA{byte(i), byte(i * 7 / 8), byte(255 - i), 255})
	}
	for i := range n {
		if local {
			palette = slices.Clone(palette)
			for j := range palette {
				palette[j] = color.RGBA{byte(random.IntN(256)), byte(random.IntN(256)), byte(random.IntN(256)), 255}
			}
		}
		frame := image.NewPaletted(image.Rect(0, 0, 100, 100), palette)
		for p := range frame.Pix {
			frame.Pix[p] = index(i, p%100, p/100)
		}
		g.Image, g.Delay = append(g.Image, frame), append(g.Delay, 5)
	}
	var b bytes.Buffer
	require.NoError(t, gif.EncodeAll(&b, g))
	return b.Bytes()
}
