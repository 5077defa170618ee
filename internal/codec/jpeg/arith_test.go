package jpeg

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"math"
	"math/rand"
	"os/exec"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
	"github.com/rest-thumbnails/thumbnail/internal/imagetest"
)

// run runs a program of the Debian package libjpeg-turbo-progs with the given input, and returns its output.
func run(t testing.TB, input []byte, name string, args ...string) []byte {
	t.Helper()
	imagetest.Program(t, name, "libjpeg-turbo-progs")
	cmd := exec.Command(name, args...)
	cmd.Stdin = bytes.NewReader(input)
	var out, complaint bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &complaint
	require.NoError(t, cmd.Run(), "%s %v: %s", name, args, complaint.String())
	return out.Bytes()
}

// scene returns a PPM file with gradients, edges, and noise in one corner.
func scene(w, h int) []byte {
	rng := rand.New(rand.NewSource(int64(w*1000 + h)))
	b := fmt.Appendf(nil, "P6\n%d %d\n255\n", w, h)
	for y := range h {
		for x := range w {
			v := 128 + 90*math.Sin(float64(x)/17)*math.Cos(float64(y)/23)
			if x > w/2 && y > h/2 {
				v = float64(rng.Intn(256))
			}
			if (x/13+y/29)%5 == 0 {
				v = 255 - v
			}
			b = append(b, byte(v), byte(255*x/w), byte(255-255*y/h))
		}
	}
	return b
}

var encodings = [][]string{
	{"-quality", "85"}, {"-quality", "40", "-grayscale"}, {"-quality", "98", "-sample", "1x1"}, {"-quality", "75", "-sample", "2x1"},
	{"-quality", "90", "-restart", "3B"}, {"-quality", "60", "-restart", "1"}, {"-quality", "95", "-rgb"}, {"-quality", "1"},
}

// A file with arithmetic coding and one with Huffman coding have the same coefficients.
func TestArithmeticAndHuffmanCodingGiveTheSamePicture(t *testing.T) {
	var d, twin Decoder
	for i, size := range []image.Point{{1, 1}, {97, 61}, {160, 120}, {333, 40}} {
		for _, args := range encodings {
			for _, kind := range [][]string{nil, {"-progressive"}} {
				args := append(append([]string(nil), args...), kind...)
				ppm := scene(size.X, size.Y)
				huffman := run(t, ppm, "cjpeg", args...)
				arithmetic := run(t, ppm, "cjpeg", append(args, "-arithmetic")...)
				require.NotEqual(t, huffman, arithmetic)
				for n := 1; n <= 8; n++ {
					o := Options{Scale: n, FullChroma: (n+i)%2 == 0}
					want, err := twin.Decode(context.Background(), huffman, o)
					require.NoError(t, err)
					got, err := d.Decode(context.Background(), arithmetic, o)
					require.NoError(t, err, "%v %v at %d/8", size, args, n)
					require.Zero(t, maxDifference(t, fmt.Sprint(size, args), got, want), "%v %v at %d/8", size, args, n)
				}
			}
		}
	}
}

func TestArithmeticCodedFilesAreDecodedAsByLibjpeg(t *testing.T) {
	for _, args := range encodings[:3] {
		for _, kind := range []string{"-arithmetic", "-progressive"} {
			file := run(t, scene(160, 120), "cjpeg", append(append([]string{"-arithmetic", "-sample", "1x1"}, args...), kind)...)
			want := pixmap(t, run(t, file, "djpeg", "-dct", "float", "-pnm"))
			got, err := decode(file, 8)
			require.NoError(t, err)
			for y := range 120 {
				for x := range 160 {
					a, b := color.RGBAModel.Convert(got.At(x, y)).(color.RGBA), want.RGBAAt(x, y)
					require.InDelta(t, b.R, a.R, 4, "%v at %d, %d", args, x, y)
					require.InDelta(t, b.G, a.G, 4)
					require.InDelta(t, b.B, a.B, 4)
				}
			}
		}
	}
}

// pixmap reads a PNM file.
func pixmap(t testing.TB, b []byte) *image.RGBA {
	t.Helper()
	var kind, w, h, most int
	_, err := fmt.Sscanf(string(b[:min(20, len(b))]), "P%d\n%d %d\n%d", &kind, &w, &h, &most)
	require.NoError(t, err)
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	samples := map[int]int{5: 1, 6: 3}[kind]
	pix := b[len(b)-w*h*samples:]
	for i := range w * h {
		p := pix[i*samples:][:samples]
		copy(img.Pix[4*i:], []byte{p[0], p[samples/2], p[samples-1], 255})
	}
	return img
}

func TestATruncatedArithmeticScanIsCorruptUnlessTolerated(t *testing.T) {
	for _, kind := range []string{"-arithmetic", "-progressive"} {
		file := run(t, scene(200, 150), "cjpeg", "-arithmetic", kind)
		whole, err := decode(file, 8)
		require.NoError(t, err)
		for _, part := range []float64{0.5, 0.8, 0.95} {
			cut := file[:int(part*float64(len(file)))]
			_, err := decode(cut, 8)
			require.ErrorIs(t, err, codec.ErrCorrupt, "%s %v", kind, part)
			if kind == "-progressive" {
				continue
			}
			got, err := new(Decoder).Decode(context.Background(), cut, Options{Tolerant: true})
			require.NoError(t, err)
			for y := range 40 {
				for x := range 200 {
					require.Equal(t, whole.At(x, y), got.At(x, y), "%v at %d, %d", part, x, y)
				}
			}
		}
		middle := bytes.LastIndex(file[:len(file)*3/4], []byte{0xFF, 0})
		require.Greater(t, middle, len(file)/2)
		for _, fill := range []string{"\xFF", "\xFF\xFF\xFF"} { // fill bytes without a marker
			_, err := decode(append(bytes.Clone(file[:middle]), fill...), 8)
			require.ErrorIs(t, err, codec.ErrCorrupt, "%s with %q at its end", kind, fill)
		}
		noEnd, err := decode(file[:len(file)-2], 8)
		require.NoError(t, err)
		assert.Zero(t, maxDifference(t, kind, noEnd, whole))
	}
}
