package engine

import (
	"bytes"
	"image"
	"image/draw"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/internal/imagetest"
	"github.com/rest-thumbnails/thumbnail/processors"
)

// leaves returns a picture of discs that cover each other, whose radii r have the density 1/r³. It has the
// statistics of photographs at every scale: hard edges, and a 1/f spectrum (A. Lee, D. Mumford, J. Huang,
// "Occlusion models for natural images", 2001). Every pixel is the mean of four, so the picture is as sharp as a
// reduced photograph. Its contrast was chosen so that a decode at n/8 has the same error as for the sharpest
// photographs.
func leaves(size image.Point) *image.YCbCr {
	const smallest, largest = 1.5, 200.0
	rng := rand.New(rand.NewPCG(1, 2))
	w, h := 2*size.X, 2*size.Y
	type color [3]int16
	fine := make([]color, w*h)
	for i := range fine {
		fine[i] = color{128, 128, 128}
	}
	for range w * h / 25 {
		r := 1 / math.Sqrt(rng.Float64()*(1/(smallest*smallest)-1/(largest*largest))+1/(largest*largest))
		x0, y0 := rng.Float64()*float64(w), rng.Float64()*float64(h)
		shade := func(spread float64) int16 { return int16(128 + spread*(2*rng.Float64()-1)) }
		c := color{shade(80), shade(12), shade(12)}
		for y := max(0, int(math.Ceil(y0-r))); y < h && float64(y) <= y0+r; y++ {
			half := math.Sqrt(r*r - (float64(y)-y0)*(float64(y)-y0))
			row := fine[y*w:][:w]
			for x := max(0, int(math.Ceil(x0-half))); x < w && float64(x) <= x0+half; x++ {
				row[x] = c
			}
		}
	}
	img := image.NewYCbCr(image.Rectangle{Max: size}, image.YCbCrSubsampleRatio444)
	for y := range size.Y {
		for x := range size.X {
			a, b, c, d := fine[2*y*w+2*x], fine[2*y*w+2*x+1], fine[(2*y+1)*w+2*x], fine[(2*y+1)*w+2*x+1]
			for i, plane := range [][]byte{img.Y, img.Cb, img.Cr} {
				plane[y*size.X+x] = byte((a[i] + b[i] + c[i] + d[i] + 2) / 4)
			}
		}
	}
	return img
}

// keeps42dB compares thumbnails of a JPEG with those of a full decode.
func keeps42dB(t *testing.T, name string, data []byte, ratios ...float64) {
	t.Helper()
	h, err := DecodeHeader(bytes.NewReader(data))
	require.NoError(t, err)
	full, err := Decode(t.Context(), data, h, image.Point{})
	require.NoError(t, err)
	defer full.Release()
	for _, ratio := range ratios {
		width := int(float64(h.Size.X) / ratio)
		scaled, crop := processors.Scale{}.Plan(h.Size, width, 0)
		reduced, err := Decode(t.Context(), data, h, MinDecode(processors.Scale{}, h.Size, width, 0))
		require.NoError(t, err)
		assert.Less(t, reduced.img.Bounds().Dx(), h.Size.X, "%s at 1/%.1f", name, ratio)
		db := imagetest.PSNRWithoutAlpha(cutOf(full, scaled, crop), cutOf(reduced, scaled, crop))
		assert.GreaterOrEqual(t, db, 42.0, "%s at 1/%.1f from %v", name, ratio, reduced.img.Bounds().Size())
		reduced.Release()
	}
}

// The error of a reduced decode must be invisible: the PSNR against a full decode is at least 42 dB. The test
// uses the sizes at which the scale changes.
func TestAReducedDecodeOfASharpPictureKeeps42dB(t *testing.T) {
	sharp := leaves(image.Pt(1000, 750))
	for name, encoder := range map[string]processors.JPEG{
		"baseline 4:2:0":    {Quality: 92, Baseline: true},
		"progressive 4:2:0": {Quality: 92, Progressive: true},
		"baseline 4:4:4":    {Quality: 92, Subsampling: processors.Subsampling444, Baseline: true},
		"progressive 4:4:4": {Quality: 92, Subsampling: processors.Subsampling444, Progressive: true},
	} {
		var file bytes.Buffer
		require.NoError(t, encoder.Encode(&file, sharp))
		// These ratios are 2 % above those at which the scale in eighths changes, or at which chroma is no longer
		// decoded at twice the scale.
		keeps42dB(t, name, file.Bytes(), 13.9, 6.12, 3.81, 2.66, 2.13, 1.64, 1.29, 22, 8.57, 5.04, 3.47, 15.1)
	}
}

// The test compares photographs at all sizes, and only parts of the photographs, to save time.
func TestAReducedDecodeKeeps42dB(t *testing.T) {
	dir := imagetest.Corpus(t)
	for _, name := range []string{"dog_exif_extended_xmp_icc.jpg", "umang_by_Abhishek_Mudgal.jpg", "derived-rst-every-mcu-420-1mp.jpg"} {
		data, err := os.ReadFile(filepath.Join(dir, "photos", name))
		require.NoError(t, err)
		h, err := DecodeHeader(bytes.NewReader(data))
		require.NoError(t, err)
		full, err := Decode(t.Context(), data, h, image.Point{})
		require.NoError(t, err)
		part := image.NewRGBA(image.Rectangle{Max: image.Pt(min(1200, h.Size.X), min(800, h.Size.Y))})
		draw.Draw(part, part.Rect, full.Image(), full.img.Bounds().Size().Div(2).Sub(part.Rect.Size().Div(2)), draw.Src)
		full.Release()
		var file bytes.Buffer
		require.NoError(t, processors.JPEG{Quality: 92}.Encode(&file, part))
		keeps42dB(t, name, file.Bytes(), 21, 14.9, 12.9, 8.1, 6.1, 5, 3.7, 3.1, 2.5, 2.1, 1.7, 1.3)
	}
}
