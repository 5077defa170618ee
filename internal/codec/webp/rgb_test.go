package webp

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/internal/imagetest"
)

// at returns the value of a plane at a position, by linear interpolation between the centers of samples. Beyond the outermost centers, the
// outermost samples are repeated.
func at(pix []byte, stride int, size image.Point, x, y float64) float64 {
	sample := func(i, j float64) float64 {
		return float64(pix[min(max(int(j), 0), size.Y-1)*stride+min(max(int(i), 0), size.X-1)])
	}
	i, j := math.Floor(x-0.5), math.Floor(y-0.5)
	u, v := x-0.5-i, y-0.5-j
	return (sample(i, j)*(1-u)+sample(i+1, j)*u)*(1-v) + (sample(i, j+1)*(1-u)+sample(i+1, j+1)*u)*v
}

// video converts from BT.601 in video range to RGB, as ITU-R BT.601 defines it.
func video(y, cb, cr float64) [3]float64 {
	y, cb, cr = (y-16)/219, (cb-128)/224, (cr-128)/224
	const kr, kg, kb = 0.299, 0.587, 0.114
	c := [3]float64{y + 2*(1-kr)*cr, y - 2*kb*(1-kb)/kg*cb - 2*kr*(1-kr)/kg*cr, y + 2*(1-kb)*cb}
	for i, v := range c {
		c[i] = 255 * min(max(v, 0), 1)
	}
	return c
}

func TestChromaIsInterpolatedAndColorsAreThoseOfTheStandard(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 7))
	for _, size := range []image.Point{{1, 1}, {2, 1}, {1, 2}, {2, 2}, {3, 3}, {1, 40}, {41, 1}, {64, 48}, {65, 49}} {
		img := image.NewYCbCr(image.Rectangle{Max: size}, image.YCbCrSubsampleRatio420)
		for _, plane := range [][]byte{img.Y, img.Cb, img.Cr} { // all values, including those that are not valid colors
			for i := range plane {
				plane[i] = byte(r.IntN(256))
			}
		}
		d := decoder{width: size.X, height: size.Y}
		d.bands = [3]band{{img.Y, img.YStride, 0}, {img.Cb, img.CStride, 0}, {img.Cr, img.CStride, 0}}
		d.allocateChroma()
		got := image.NewRGBA(img.Rect)
		for y := range size.Y {
			d.convert(got.Pix[y*got.Stride:][:got.Stride], y)
		}
		half := image.Pt((size.X+1)/2, (size.Y+1)/2)
		for y := range size.Y {
			for x := range size.X {
				cx, cy := (float64(x)+0.5)/2, (float64(y)+0.5)/2
				want := video(float64(img.Y[y*img.YStride+x]),
					at(img.Cb, img.CStride, half, cx, cy), at(img.Cr, img.CStride, half, cx, cy))
				pixel := got.Pix[got.PixOffset(x, y):][:4]
				for i, v := range want {
					require.InDelta(t, v, pixel[i], 2, "%v: sample %d at %d,%d", size, i, x, y)
				}
				require.EqualValues(t, 255, pixel[3])
			}
		}
	}
}

// tools returns the paths of programs of the Debian package webp.
func tools(t *testing.T, names ...string) (paths []string) {
	for _, name := range names {
		paths = append(paths, imagetest.Program(t, name, "webp"))
	}
	return paths
}

func pipe(t *testing.T, command string, in []byte, args ...string) []byte {
	cmd := exec.Command(command, args...)
	cmd.Stdin = bytes.NewReader(in)
	out, err := cmd.Output()
	require.NoError(t, err)
	return out
}

// tiles returns a picture of the most saturated colors. The edges between them lie at all distances from chroma samples.
func tiles(w, h, side int) *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			n := x/side*5 + y/side*3
			img.SetNRGBA(x, y, color.NRGBA{byte(n & 1 * 255), byte(n >> 1 & 1 * 255), byte(n >> 2 & 1 * 255), 255})
		}
	}
	return img
}

func TestPixelsAreThoseOfLibwebp(t *testing.T) {
	commands := tools(t, "cwebp", "dwebp")
	files := map[string][]byte{}
	for i, size := range []image.Point{{1, 1}, {2, 3}, {1, 50}, {50, 1}, {16, 16}, {33, 17}, {161, 95}, {400, 300}} {
		for name, img := range map[string]image.Image{"photo": imagetest.Photo(size.X, size.Y, 5), "tiles": tiles(size.X, size.Y, 7)} {
			var b bytes.Buffer
			require.NoError(t, png.Encode(&b, img))
			q := []string{"5", "50", "75", "100"}[i%4]
			files[fmt.Sprint(name, size, " -q ", q)] = pipe(t, commands[0], b.Bytes(), "-quiet", "-q", q, "-o", "-", "--", "-")
		}
	}
	for _, name := range imagetest.CorpusMatching(t, "webp/*.webp", "exif/*.webp") {
		file, err := os.ReadFile(name)
		require.NoError(t, err)
		// TestTheCorpusIsDecodedAsByTheReference compares the planes of larger files.
		if lossyChunk(file) != nil && len(file) < 200<<10 {
			files[filepath.Base(name)] = file
		}
	}
	for name, file := range files {
		if bytes.Contains(file, []byte("ANMF")) { // dwebp does not support animations
			continue
		}
		got, err := decodeVP8(t.Context(), lossyChunk(file))
		require.NoError(t, err, name)
		head, want, ok := bytes.Cut(pipe(t, commands[1], file, "-quiet", "-pam", "-o", "-", "--", "-"), []byte("ENDHDR\n"))
		require.True(t, ok, name)
		require.Contains(t, string(head), fmt.Sprintf("WIDTH %d\nHEIGHT %d\nDEPTH 4\n", got.Rect.Dx(), got.Rect.Dy()), name)
		most := 0
		for i, v := range want {
			if g := got.Pix[i]; v != g && i%4 < 3 { // this chunk does not contain alpha
				most = max(most, int(v)-int(g), int(g)-int(v))
			}
		}
		assert.LessOrEqual(t, most, 2, name)
	}
}
