package engine

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/internal/imagetest"
	"github.com/rest-thumbnails/thumbnail/internal/imagetest/pieces"
	"github.com/rest-thumbnails/thumbnail/internal/imagetest/specimen"
	"github.com/rest-thumbnails/thumbnail/processors"
)

// naively runs f with CMYK converted as browsers do.
func naively(f func()) {
	formatsOfTests.NaiveCMYK = true
	defer func() { formatsOfTests.NaiveCMYK = false }()
	f()
}

func TestCMYKWithoutAProfileIsShownAsPrintUnlessNaiveCMYKIsSet(t *testing.T) {
	img := image.NewNRGBA(image.Rect(0, 0, 32, 32))
	fill(img, color.NRGBA{0, 255, 255, 255}) // cyan, without other inks
	file := specimen.CMYKJPEG(img, 95)
	cyan := func() color.NRGBA { return nrgbaOf(thumb(t, file, processors.Crop{}, 16)).NRGBAAt(8, 8) }
	ink := cyan()
	assert.Less(t, ink.R, uint8(20))
	assert.InDelta(t, 163, int(ink.G), 12)
	assert.InDelta(t, 228, int(ink.B), 12)
	naively(func() {
		c := cyan()
		assert.Less(t, c.R, uint8(4))
		assert.Greater(t, c.G, uint8(251))
	})
}

func TestCMYKWithAlphaHasTheColorsOfCMYKWithout(t *testing.T) {
	inks := []byte{255, 0, 0, 0, 0, 200, 100, 0, 30, 60, 90, 120, 0, 0, 0, 255}
	var with []byte
	for i := 0; i < len(inks); i += 4 {
		with = append(append(with, inks[i:i+4]...), byte(255-i))
	}
	opaque := pieces.NewTIFF(4, 1, 8, 4, 5, inks).Encode()
	seen := pieces.NewTIFF(4, 1, 8, 5, 5, with).Set(338, []uint16{2}).Encode()
	compare := func() {
		want, got := nrgbaOf(thumb(t, opaque, processors.Scale{}, 4)), nrgbaOf(thumb(t, seen, processors.Scale{}, 4))
		for x := range 4 {
			w, g := want.NRGBAAt(x, 0), got.NRGBAAt(x, 0)
			assert.Equal(t, byte(255-4*x), g.A)
			for i, v := range [3]byte{w.R, w.G, w.B} {
				assert.InDelta(t, v, [3]byte{g.R, g.G, g.B}[i], 3)
			}
		}
	}
	compare()
	naively(compare)
}

// Photographs separated in three ways (by libvips, by Ghostscript's default profile, and with maximum
// black) look as libvips shows CMYK without a profile.
func TestPhotosInCMYKLookAsLibvipsShowsThem(t *testing.T) {
	for _, name := range []string{"vips", "vipsthumbnail"} {
		imagetest.Program(t, name, "libvips-tools")
	}
	const ghostscript = "/usr/share/color/icc/ghostscript/default_cmyk.icc"
	profiles := []string{"cmyk"}
	if _, err := os.Stat(ghostscript); err == nil {
		profiles = append(profiles, ghostscript)
	}
	photos := imagetest.Gallery(t, "*.jpg")
	more, _ := filepath.Glob("/usr/share/backgrounds/*.jpg") // Debian: lomiri-wallpapers-16.04
	photos = append(photos, more[:min(len(more), 2)]...)
	vips := func(args ...string) {
		out, err := exec.CommandContext(t.Context(), args[0], args[1:]...).CombinedOutput()
		require.NoError(t, err, "%v: %s", args, out)
	}
	dir := t.TempDir()
	sum, n := 0.0, 0.0
	compare := func(what, file string) {
		vips("vipsthumbnail", file, "--size", "200x", "--output", filepath.Join(dir, "vips.png"))
		want := pngFile(t, filepath.Join(dir, "vips.png"))
		data, err := os.ReadFile(file)
		require.NoError(t, err)
		got := sized(t, data, processors.Scale{}, want.Bounds().Dx(), want.Bounds().Dy())
		mean := 0.0
		all := imagetest.Differences(want, got)
		for _, d := range all {
			mean += d / float64(len(all))
		}
		t.Logf("%s: ΔE2000 is %.2f on average", what, mean)
		assert.Less(t, mean, 4.5, what)
		sum, n = sum+mean, n+1
	}
	for _, photo := range photos {
		small := filepath.Join(dir, "small.png")
		vips("vipsthumbnail", photo, "--size", "400x400", "--export-profile", "srgb", "--output", small)
		for _, profile := range profiles {
			inks := filepath.Join(dir, "inks.tif")
			vips("vips", "icc_transform", small, filepath.Join(dir, "inks.v"), profile, "--input-profile", "srgb")
			vips("vips", "copy", filepath.Join(dir, "inks.v"), inks+"[strip]")
			compare(filepath.Base(photo)+" by "+filepath.Base(profile), inks)
		}
		jpeg := filepath.Join(dir, "inks.jpg")
		require.NoError(t, os.WriteFile(jpeg, specimen.CMYKJPEG(pngFile(t, small), 95), 0o600))
		compare(filepath.Base(photo)+" with black", jpeg)
	}
	require.NotZero(t, n)
	t.Logf("ΔE2000 is %.2f on average of %v pictures", sum/n, n)
	assert.Less(t, sum/n, 4.0)
}

func pngFile(t *testing.T, name string) image.Image {
	data, err := os.ReadFile(name)
	require.NoError(t, err)
	img, err := png.Decode(bytes.NewReader(data))
	require.NoError(t, err)
	return img
}
