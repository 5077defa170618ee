package engine

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"math"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
	"github.com/rest-thumbnails/thumbnail/internal/imagetest"
	"github.com/rest-thumbnails/thumbnail/internal/quantize"
	"github.com/rest-thumbnails/thumbnail/processors"
)

// smaller makes a thumbnail in the format of the original. part is the ratio of its width to that of the original.
func smaller(t *testing.T, data []byte, part float64) (file []byte, ok bool) {
	h, err := formatsOfTests.Header(t.Context(), codec.NewBytesReader(t.Context(), data))
	if err != nil {
		return nil, false
	}
	encoder := map[string]Encoder{"jpeg": processors.JPEG{}, "png": processors.PNG{}, "gif": processors.GIF{}}[h.Format.Name]
	if encoder == nil || h.Size().X*h.Size().Y > 2_000_000 {
		return nil, false
	}
	plan, err := formatsOfTests.Plan(h, Request{Processor: processors.Scale{}, Encoder: encoder, Width: max(int(part*float64(h.Size().X)), 1)})
	require.NoError(t, err)
	var out bytes.Buffer
	err = formatsOfTests.Make(codec.WithAccount(t.Context(), codec.NewAccount(plan.Bytes)), data, plan, &out, nil)
	return out.Bytes(), err == nil
}

// moreThanTheirOriginals lists files whose thumbnails may have more bytes than the original, and the widths at which they may,
// as fractions of the original's width.
var moreThanTheirOriginals = map[string][]float64{
	"rgb-to-gbr-test.png":   {1},             // the color conversion creates additional colors
	"mountain-gamma.png":    {1},             // the color conversion creates additional colors
	"pngsuite-PngSuite.png": {0.9, 0.7, 0.5}, // gradients with a step at each pixel; rows repeat in the original, but not in a scaled picture
	"bowl-dithered.png":     {0.9},           // scaling a pattern of 16 colors makes noise of many colors
	"deep-dithered.png":     {0.9},

	"deep-palette4.png":                              {0.9}, // a photograph of 16 colors
	"bowl-dithered-interlaced.png":                   {0.9},
	"deep-dithered-interlaced.png":                   {0.9},
	"bowl-palette1.png":                              {0.9},              // the original has one bit per pixel
	"red-blue-gradient.dcip3d65-no-chrm-no-gama.png": {1, 0.9, 0.7, 0.5}, // the original is linear in both directions; converting its colors makes it curved
}

// partsOf returns the fractions of the original's width at which a thumbnail must not have more bytes than the original.
func partsOf(f imagetest.File, bytes int) (parts []float64) {
	all := []float64{1, 0.9, 0.7, 0.5}
	if f.Format == "PNG" && bytes < 1<<10 {
		return nil // scaling an icon of 32 pixels adds new colors at every edge
	}
	for _, part := range all {
		if !slices.Contains(moreThanTheirOriginals[filepath.Base(f.Path)], part) {
			parts = append(parts, part)
		}
	}
	return parts
}

func TestNoThumbnailHasMoreBytesThanItsOriginal(t *testing.T) {
	for _, f := range imagetest.CorpusFiles(t) {
		if f.Expect != "ok" {
			continue
		}
		data := imagetest.Read(t, f.Path)
		for _, part := range partsOf(f, len(data)) {
			if file, ok := smaller(t, data, part); ok {
				assert.LessOrEqual(t, len(file), len(data), "%s at %v", f.Path, part)
			}
		}
	}
}

// hidden hides all methods of an encoder except Encode.
type hidden struct{ Encoder }

// fileOfWidth makes a thumbnail of a width.
func fileOfWidth(t *testing.T, data []byte, encoder Encoder, width int) []byte {
	h, err := formatsOfTests.Header(t.Context(), codec.NewBytesReader(t.Context(), data))
	require.NoError(t, err)
	plan, err := formatsOfTests.Plan(h, Request{Processor: processors.Scale{}, Encoder: encoder, Width: width})
	require.NoError(t, err)
	var out bytes.Buffer
	require.NoError(t, formatsOfTests.Make(codec.WithAccount(t.Context(), codec.NewAccount(plan.Bytes)), data, plan, &out, nil))
	return out.Bytes()
}

// wavy returns a picture with detail everywhere.
func wavy(w, h int) *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			v := math.Sin(float64(x*x+y*y)/900)*60 + 128 + math.Sin(float64(x*y)/300)*50
			img.SetNRGBA(x, y, color.NRGBA{uint8(v), uint8(v*0.7 + float64(x)/8), uint8(200 - v/2), 255})
		}
	}
	return img
}

func TestAJPEGOfLowQualityDoesNotBecomeLarger(t *testing.T) {
	for _, quality := range []int{30, 60} {
		var b bytes.Buffer
		require.NoError(t, jpeg.Encode(&b, wavy(400, 300), &jpeg.Options{Quality: quality}))
		h, err := formatsOfTests.Header(t.Context(), codec.NewBytesReader(t.Context(), b.Bytes()))
		require.NoError(t, err)
		assert.InDelta(t, quality, h.Quality, 1)
		assert.Greater(t, len(fileOfWidth(t, b.Bytes(), hidden{processors.JPEG{Quality: 95}}, 390)), b.Len())
		assert.LessOrEqual(t, len(fileOfWidth(t, b.Bytes(), processors.JPEG{Quality: 95}, 390)), b.Len())
	}
}

// plasma returns a picture with thousands of colors.
func plasma(w, h int) *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	for i := range w * h {
		x, y := float64(i%w), float64(i/w)
		wave := func(a, b, c float64) float64 { return 127 + 120*math.Sin(x/a+math.Sin(y/b)*c) }
		red := wave(31, 17, 2)
		img.SetNRGBA(i%w, i/w, color.NRGBA{uint8(red), uint8(0.9*red + 0.1*wave(23, 29, 3)), uint8(0.9*red + 0.1*wave(47, 13, 1)), 255})
	}
	return img
}

func TestAPhotographWithAPaletteLooksAsGoodAsItsOriginalNearItsSize(t *testing.T) {
	photo := plasma(400, 300)
	indexed := image.NewPaletted(photo.Rect, nil)
	h := quantize.NewHistogram(int64(len(photo.Pix)/4), false)
	h.Add(t.Context(), photo)
	best := h.Choose(t.Context(), 256)
	for _, c := range best.Colors {
		indexed.Palette = append(indexed.Palette, c)
	}
	h.Draw(t.Context(), indexed, photo, best, 0)
	var original, truth bytes.Buffer
	require.NoError(t, png.Encode(&original, indexed))
	require.NoError(t, png.Encode(&truth, photo))
	quality := imagetest.PSNR(photo, indexed)
	for _, width := range []int{390, 360, 330} {
		assert.Greater(t, len(fileOfWidth(t, original.Bytes(), processors.PNG{Palette: processors.PaletteNever}, width)), original.Len())
		thumb := fileOfWidth(t, original.Bytes(), processors.PNG{}, width)
		assert.LessOrEqual(t, len(thumb), original.Len())
		_, got := decodeFile(t, thumb)
		_, want := decodeFile(t, fileOfWidth(t, truth.Bytes(), processors.PNG{Palette: processors.PaletteNever}, width))
		assert.Greater(t, imagetest.PSNR(want, got), quality-3.2, "%d pixels wide", width) // two quantizations of equal error: 3 dB
	}
}

func TestAPhotographInGIFDoesNotBecomeLarger(t *testing.T) {
	var b bytes.Buffer
	require.NoError(t, processors.GIF{Lossy: 40}.Encode(&b, wavy(400, 300)))
	assert.Greater(t, len(fileOfWidth(t, b.Bytes(), hidden{processors.GIF{}}, 390)), b.Len())
	assert.LessOrEqual(t, len(fileOfWidth(t, b.Bytes(), processors.GIF{}, 390)), b.Len())
}

func TestAWebPOfLowQualityDoesNotBecomeLarger(t *testing.T) {
	var b bytes.Buffer
	require.NoError(t, processors.WebP{Quality: 40}.Encode(&b, wavy(400, 300)))
	h, err := formatsOfTests.Header(t.Context(), codec.NewBytesReader(t.Context(), b.Bytes()))
	require.NoError(t, err)
	assert.InDelta(t, 40, h.Quality, 14)
	assert.Greater(t, len(fileOfWidth(t, b.Bytes(), hidden{processors.WebP{Quality: 90}}, 390)), b.Len())
	assert.LessOrEqual(t, len(fileOfWidth(t, b.Bytes(), processors.WebP{Quality: 90}, 390)), b.Len())
}
