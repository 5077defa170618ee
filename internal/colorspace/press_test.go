package colorspace

import (
	"image"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/internal/imagetest"
)

// pressed returns the color of inks of 0 to 255.
func pressed(t *testing.T, inks ...uint8) [3]uint8 {
	img := image.NewCMYK(image.Rect(0, 0, 1, 1))
	require.Equal(t, 4, copy(img.Pix, inks))
	out, err := Press().Apply(t.Context(), img)
	require.NoError(t, err)
	return [3]uint8(out.(*image.RGBA).Pix[:3])
}

func TestPaperIsWhiteAndInksAreThoseOfOffsetPrint(t *testing.T) {
	assert.Equal(t, [3]uint8{255, 255, 255}, pressed(t, 0, 0, 0, 0))
	// These are the colors of cyan, magenta, yellow and black of ISO 12647-2 for coated paper, relative to the paper and clipped to the
	// gamut of sRGB.
	for _, c := range []struct{ inks, want []uint8 }{
		{[]uint8{255, 0, 0, 0}, []uint8{0, 160, 228}},
		{[]uint8{0, 255, 0, 0}, []uint8{230, 12, 128}},
		{[]uint8{0, 0, 255, 0}, []uint8{255, 238, 0}},
		{[]uint8{0, 0, 0, 255}, []uint8{43, 43, 42}},
	} {
		got := pressed(t, c.inks...)
		d := imagetest.DeltaE2000(lab(got[0], got[1], got[2]), lab(c.want[0], c.want[1], c.want[2]))
		assert.Less(t, d, 4.0, "%v: %v", c.inks, got)
	}
}

func lab(r, g, b uint8) [3]float64 {
	return imagetest.Lab(float64(r)/255, float64(g)/255, float64(b)/255)
}

func TestMoreInkIsNeverBrighter(t *testing.T) {
	levels := []uint8{0, 40, 90, 150, 200, 255}
	lightness := func(inks [4]uint8) float64 {
		c := pressed(t, inks[:]...)
		return lab(c[0], c[1], c[2])[0]
	}
	for i := range 6 * 6 * 6 * 6 {
		inks := [4]uint8{levels[i%6], levels[i/6%6], levels[i/36%6], levels[i/216]}
		here := lightness(inks)
		for j := range inks {
			if more := inks; inks[j] < 255 {
				more[j] = levels[i/[4]int{1, 6, 36, 216}[j]%6+1]
				require.LessOrEqual(t, lightness(more), here+2.5, "%v after %v", more, inks)
			}
		}
	}
}

// Press approximates the polynomial by interpolation between the nodes of its grid.
func TestTheGridApproximatesThePolynomial(t *testing.T) {
	worst := 0.0
	for i := range 2000 {
		n := uint32(i) * 2654435761
		inks := []uint8{byte(n), byte(n >> 8), byte(n >> 16), byte(n >> 24)}
		var grown [4]float64
		for j, v := range inks {
			grown[j] = pressGrowth(j, float64(v)/255)
		}
		f := pressOf(grown)
		got := pressed(t, inks...)
		gotLab := lab(got[0], got[1], got[2])
		if min(got[0], got[1], got[2]) > 0 && max(got[0], got[1], got[2]) < 255 {
			worst = max(worst, imagetest.DeltaE2000(gotLab, [3]float64{116*f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])}))
		}
	}
	assert.Less(t, worst, 1.0)
}

func TestFitpressWritesTheTermsOfThePolynomial(t *testing.T) {
	for _, need := range []string{"/usr/share/color/icc/FOGRA39L.ti3", "/usr/bin/vips"} {
		if _, err := os.Stat(need); err != nil {
			imagetest.Missing(t, "icc-profiles-free or libvips-tools is not installed")
		}
	}
	file := filepath.Join(t.TempDir(), "terms.go")
	out, err := exec.CommandContext(t.Context(), "go", "run", "./fitpress", file).CombinedOutput()
	require.NoError(t, err, "%s", out)
	want, err := os.ReadFile("press_terms.go")
	require.NoError(t, err)
	got, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.Equal(t, string(want), string(got))
}
