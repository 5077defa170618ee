package avif_test

import (
	"bytes"
	"fmt"
	"image"
	"image/draw"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/internal/imagetest"
	ht "github.com/rest-thumbnails/thumbnail/internal/imagetest/heiftest"
	"github.com/rest-thumbnails/thumbnail/processors/avif"
)

// vips runs libvips, which reads AVIF by libheif.
func vips(t *testing.T, args ...string) {
	t.Helper()
	output, err := exec.Command(imagetest.Program(t, "vips", "libvips-tools"), args...).CombinedOutput()
	require.NoError(t, err, "%s", output)
}

// byVips decodes a file by libvips.
func byVips(t *testing.T, file []byte) *image.NRGBA {
	t.Helper()
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "in.avif"), file, 0o600))
	vips(t, "copy", filepath.Join(dir, "in.avif"), filepath.Join(dir, "out.png"))
	out, err := os.ReadFile(filepath.Join(dir, "out.png"))
	require.NoError(t, err)
	img, err := png.Decode(bytes.NewReader(out))
	require.NoError(t, err)
	return straight(img)
}

// straight converts to 8 bits per sample, with alpha not premultiplied.
func straight(img image.Image) *image.NRGBA {
	out := image.NewNRGBA(image.Rectangle{Max: img.Bounds().Size()})
	draw.Draw(out, out.Rect, img, img.Bounds().Min, draw.Src)
	return out
}

// near asserts that two pictures are equal apart from rounding.
func near(t *testing.T, want, got *image.NRGBA, tolerance int, name string) {
	t.Helper()
	if !assert.Equal(t, want.Rect, got.Rect, name) {
		return
	}
	largest := 0
	for i, v := range want.Pix {
		if want.Pix[i|3] > 0 {
			d := int(v) - int(got.Pix[i])
			largest = max(largest, d, -d)
		}
	}
	assert.LessOrEqual(t, largest, tolerance, name)
}

func TestPicturesAreClippedTurnedAndMirroredAsByLibvips(t *testing.T) {
	file := encode(t, avif.Encoder{}, imagetest.Cornered(60, 40))
	for turns := range byte(4) {
		for mirror := range byte(3) { // 2 means no mirroring
			for _, clipped := range []bool{false, true} {
				var properties [][]byte
				if clipped {
					properties = append(properties, ht.Clap(30, 16, 5, -8))
				}
				if turns > 0 {
					properties = append(properties, ht.Turn(turns))
				}
				if mirror < 2 {
					properties = append(properties, ht.Mirror(mirror))
				}
				file := with(t, file, properties...)
				got := decode(t, file)
				near(t, byVips(t, file), straight(got), 1, fmt.Sprintf("%d turns, mirror %d, clipped %v", turns, mirror, clipped))
			}
		}
	}
}

func TestEveryKindOfSampleIsReadAsByLibvips(t *testing.T) {
	dir := t.TempDir()
	source := withAlpha(imagetest.Cornered(64, 48))
	gray := image.NewGray(source.Rect)
	draw.Draw(gray, gray.Rect, imagetest.Cornered(64, 48), image.Point{}, draw.Src)
	for name, img := range map[string]image.Image{"opaque": imagetest.Cornered(64, 48), "alpha": source, "gray": gray} {
		var b bytes.Buffer
		require.NoError(t, png.Encode(&b, img))
		require.NoError(t, os.WriteFile(filepath.Join(dir, name+".png"), b.Bytes(), 0o600))
		// The test omits 10 bits, because Debian's libheif 1.15 can't read such files. It also omits 12 bits with
		// subsampled chroma, because libheif does not interpolate that chroma.
		for _, options := range []string{"bitdepth=8,subsample-mode=on", "bitdepth=8,subsample-mode=off", "bitdepth=12,subsample-mode=off"} {
			out := filepath.Join(dir, "out.avif")
			vips(t, "copy", filepath.Join(dir, name+".png"), fmt.Sprintf("%s[Q=90,%s]", out, options))
			file, err := os.ReadFile(out)
			require.NoError(t, err)
			got, err := seen(t, file)
			require.NoError(t, err)
			// The colors here are premultiplied, so they lose precision where alpha is small.
			near(t, solid(byVips(t, file)), solid(straight(got)), 3, name+" "+options)
		}
	}
}

// withAlpha makes img more transparent from left to right.
func withAlpha(img *image.RGBA) *image.NRGBA {
	out := straight(img)
	for i := 3; i < len(out.Pix); i += 4 {
		out.Pix[i] = byte(255 - i/4%out.Rect.Dx()*4)
	}
	return out
}

// solid composites img over white.
func solid(img *image.NRGBA) *image.NRGBA {
	out := image.NewNRGBA(img.Rect)
	draw.Draw(out, out.Rect, image.White, image.Point{}, draw.Src)
	draw.Draw(out, out.Rect, img, image.Point{}, draw.Over)
	return out
}

func TestNoColorIsBrighterThanAlphaAllows(t *testing.T) {
	img := image.NewRGBA(image.Rect(0, 0, 64, 64))
	for i := range img.Pix { // random alpha and colors: some pixels are not valid premultiplied colors
		img.Pix[i] = byte(i * i >> 3)
	}
	got := decode(t, encode(t, avif.Encoder{Quality: 30}, img))
	for i := 0; i < len(got.Pix); i += 4 {
		require.LessOrEqual(t, max(got.Pix[i], got.Pix[i+1], got.Pix[i+2]), got.Pix[i+3])
	}
}

func TestAFileOfAGeneralBrandIsAVIFIfItsItemIsAV1(t *testing.T) {
	file := encode(t, avif.Encoder{}, imagetest.Cornered(20, 10)) // brands: avif; avif mif1 miaf MA1B
	for _, brand := range []string{"mif1", "msf1", "miaf", "heic"} {
		copy(file[8:], brand)
		assert.True(t, avif.Format.Match(file[:64]), brand)
		assert.Equal(t, image.Rect(0, 0, 20, 10), decode(t, file).Rect, brand)
	}
	copy(file[8:], "heicmif1heicmif1")
	assert.False(t, avif.Format.Match(file[:24]))
}
