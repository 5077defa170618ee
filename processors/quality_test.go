package processors

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
)

// psnr is the peak signal-to-noise ratio of two pictures of one size, in dB over R, G and B.
func psnr(want, got image.Image) float64 {
	a, b := toNRGBA(want), toNRGBA(got)
	sum := 0.0
	for i := range a.Pix {
		d := float64(a.Pix[i]) - float64(b.Pix[i]) // alpha is equal
		sum += d * d
	}
	return 10 * math.Log10(255*255*float64(len(a.Pix))*3/4/sum)
}

// leaves is a picture of discs that fall on each other, whose radii r have the density 1/r³. Its
// statistics are those of photographs at every scale: hard edges, and a spectrum that falls as 1/f
// (A. Lee, D. Mumford, J. Huang, "Occlusion models for natural images", 2001). Every pixel is the
// mean of four, so it is as sharp as a photograph that has been reduced. Its contrast has been
// chosen so that a decode at n/8 keeps what it keeps of the sharpest photographs.
func leaves(size image.Point) *image.YCbCr {
	const smallest, largest = 1.5, 200.0
	rng := rand.New(rand.NewPCG(1, 2))
	w, h := 2*size.X, 2*size.Y
	type colour [3]int16
	fine := make([]colour, w*h)
	for i := range fine {
		fine[i] = colour{128, 128, 128}
	}
	for range w * h / 25 {
		r := 1 / math.Sqrt(rng.Float64()*(1/(smallest*smallest)-1/(largest*largest))+1/(largest*largest))
		x0, y0 := rng.Float64()*float64(w), rng.Float64()*float64(h)
		shade := func(spread float64) int16 { return int16(128 + spread*(2*rng.Float64()-1)) }
		c := colour{shade(80), shade(12), shade(12)}
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

// ratios are how much smaller than the original a thumbnail is that is 2 % within one of the limits
// from which on less is decoded.
func ratios() (all []float64) {
	for n := 1; n < 8; n++ {
		for _, limit := range []float64{enough[n], enoughForHalf[n]} {
			if limit > 0 {
				all = append(all, 1.02*limit*8/float64(n))
			}
		}
	}
	return append(all, 1.02*enoughForRough*8)
}

// keeps42dB makes thumbnails of a JPEG at those ratios, and compares them with Lanczos-3 of a full
// decode.
func keeps42dB(t *testing.T, name string, data []byte, ratios []float64) {
	t.Helper()
	h, err := DecodeHeader(bytes.NewReader(data))
	require.NoError(t, err)
	full, err := Decode(t.Context(), data, h, image.Point{})
	require.NoError(t, err)
	defer full.Release()
	full.options.Exact = true
	for _, ratio := range ratios {
		width := int(float64(h.Size.X) / ratio)
		scaled, crop := Scale{}.Plan(h.Size, width, 0)
		reduced, err := Decode(t.Context(), data, h, MinDecode(Scale{}, h.Size, width, 0))
		require.NoError(t, err)
		db := psnr(cutOf(full, scaled, crop), cutOf(reduced, scaled, crop))
		assert.GreaterOrEqual(t, db, 42.0, "%s at 1/%.1f from %v", name, ratio, reduced.img.Bounds().Size())
		t.Logf("%s at 1/%.1f from %v: %.1f dB", name, ratio, reduced.img.Bounds().Size(), db)
		reduced.Release()
	}
}

// A reduced decode must not be seen: 42 dB against Lanczos-3 of a full decode, where least is
// decoded for a size.
func TestAReducedDecodeOfASharpPictureKeeps42dB(t *testing.T) {
	sharp := leaves(image.Pt(1000, 750))
	for name, encoder := range map[string]JPEG{
		"baseline 4:2:0":    {Quality: 92},
		"progressive 4:2:0": {Quality: 92, Progressive: true},
		"baseline 4:4:4":    {Quality: 92, Subsampling: Subsampling444},
		"progressive 4:4:4": {Quality: 92, Subsampling: Subsampling444, Progressive: true},
	} {
		var file bytes.Buffer
		require.NoError(t, encoder.Encode(&file, sharp))
		keeps42dB(t, name, file.Bytes(), ratios())
	}
}

// The same of real photographs, at whatever size. Only parts are looked at, to save time.
func TestAReducedDecodeKeeps42dB(t *testing.T) {
	dir, files := corpus(t)
	for _, f := range files {
		switch f.path {
		case "photos/dog_exif_extended_xmp_icc.jpg", "photos/umang_by_Abhishek_Mudgal.jpg", "photos/derived-rst-every-mcu-420-1mp.jpg":
		default:
			continue
		}
		data, err := os.ReadFile(filepath.Join(dir, f.path))
		require.NoError(t, err)
		h, err := DecodeHeader(bytes.NewReader(data))
		require.NoError(t, err)
		full, err := Decode(t.Context(), data, h, image.Point{})
		require.NoError(t, err)
		middle := h.Size.Div(2)
		part := image.NewRGBA(image.Rectangle{Max: image.Pt(min(1200, h.Size.X), min(800, h.Size.Y))})
		draw.Draw(part, part.Rect, full.img, middle.Sub(part.Rect.Size().Div(2)), draw.Src)
		full.Release()
		var file bytes.Buffer
		require.NoError(t, JPEG{Quality: 92}.Encode(&file, part))
		keeps42dB(t, f.path, file.Bytes(), []float64{21, 14.9, 12.9, 8.1, 6.1, 5, 3.7, 3.1, 2.5, 2.1, 1.7, 1.3})
	}
}
