package processors

import (
	"bytes"
	"image"
	"math"
	"os"
	"path/filepath"
	"strings"
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

// A reduced decode must not be seen: 42 dB against Lanczos-3 of a full decode, at whatever size, of photographs.
func TestAReducedDecodeKeeps42dB(t *testing.T) {
	dir, files := corpus(t)
	photos := 0
	for _, f := range files {
		if !strings.HasPrefix(f.path, "photos/") || f.expect != "ok" {
			continue
		}
		data, err := os.ReadFile(filepath.Join(dir, f.path))
		require.NoError(t, err)
		h, err := DecodeHeader(bytes.NewReader(data))
		require.NoError(t, err)
		if h.Size.X > 5000 || h.Format != "jpeg" {
			continue // more of the same, and slow
		}
		photos++
		full, err := Decode(t.Context(), data, h, image.Point{})
		require.NoError(t, err)
		full.options.Exact = true
		for _, part := range []float64{21, 14.9, 12.9, 12.7, 8.1, 6.1, 5, 3.7, 3.1, 2.5, 2.1, 1.7, 1.3} {
			width := int(float64(h.Size.X) / part)
			scaled, crop := Scale{}.Plan(h.Size, width, 0)
			want := full.cut(scaled, crop)
			reduced, err := Decode(t.Context(), data, h, MinDecode(Scale{}, h.Size, width, 0))
			require.NoError(t, err)
			db := psnr(want, reduced.cut(scaled, crop))
			assert.GreaterOrEqual(t, db, 42.0, "%s at 1/%.1f from %v", f.path, part, reduced.img.Bounds().Size())
			t.Logf("%s at 1/%.1f from %v: %.1f dB", f.path, part, reduced.img.Bounds().Size(), db)
			reduced.Release()
		}
		full.Release()
	}
	assert.NotZero(t, photos)
}
