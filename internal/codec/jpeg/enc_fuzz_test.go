package jpeg

import (
	"bytes"
	"image"
	stdjpeg "image/jpeg"
	"math/rand"
	"os"
	"os/exec"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/internal/imagetest"
)

// FuzzEncode encodes pictures that repeat a few bytes. The decoder of this package and image/jpeg must agree on each file.
func FuzzEncode(f *testing.F) {
	f.Add(uint8(16), uint8(16), uint8(85), uint8(0), []byte{0, 255, 3, 77})
	f.Add(uint8(1), uint8(60), uint8(100), uint8(5), []byte{0, 255})
	f.Add(uint8(33), uint8(9), uint8(1), uint8(9), []byte{200, 10, 10, 255, 0, 0, 0, 0})
	f.Fuzz(func(t *testing.T, w, h, quality, kind uint8, samples []byte) {
		if w == 0 || h == 0 || len(samples) == 0 {
			return
		}
		size := image.Rect(0, 0, int(w), int(h))
		o := encodeOptions[int(kind)%len(encodeOptions)]
		o.Quality = int(quality)
		var img image.Image
		fill := func(planes ...[]byte) {
			for i, p := range planes {
				for j := range p {
					p[j] = samples[(i+j)%len(samples)]
				}
			}
		}
		switch kind / 16 {
		case 0:
			m := image.NewGray(size)
			fill(m.Pix)
			img = m
		case 1:
			m := image.NewNRGBA(size)
			fill(m.Pix)
			img = m
		case 2:
			m := image.NewRGBA(size)
			fill(m.Pix)
			opaque(m.Pix)
			img = m
		default:
			m := image.NewYCbCr(size, image.YCbCrSubsampleRatio(kind/16%6))
			fill(m.Y, m.Cb, m.Cr)
			img = m
		}
		roundTrip(t, img, o)
	})
}

// libjpeg decodes a file with djpeg. It turns off the smoothing of chroma, which would give other pixels.
func libjpeg(t *testing.T, file []byte) []byte {
	cmd := exec.Command("djpeg", "-nosmooth", "-dct", "int")
	cmd.Stdin = bytes.NewReader(file)
	var complaint bytes.Buffer
	cmd.Stderr = &complaint
	out, err := cmd.Output()
	require.NoError(t, err)
	require.Empty(t, complaint.String())
	return out
}

// Libjpeg warns of files that are slightly invalid. Many programs use libjpeg.
func TestLibjpegReadsEveryFileWithoutAWarning(t *testing.T) {
	imagetest.Long(t)
	imagetest.Program(t, "djpeg", "libjpeg-turbo-progs")
	rng := rand.New(rand.NewSource(8))
	pictures := 200
	if os.Getenv("THUMBNAIL_REAL") == "1" {
		pictures = 5000
	}
	for n := range pictures {
		w, h := 1+rng.Intn(40), 1+rng.Intn(40)
		img := randomPicture(rng, w, h)
		o := encodeOptions[n%len(encodeOptions)]
		o.Quality = 1 + rng.Intn(100)
		file := encode(t, img, o)
		got := libjpeg(t, file)
		want, err := stdjpeg.Decode(bytes.NewReader(file))
		require.NoError(t, err)
		gray, ok := want.(*image.Gray)
		if !ok {
			got = got[len(got)-3*w*h:]
			for y := range h {
				for x := range w {
					r, g, b, _ := want.At(x, y).RGBA()
					for c, v := range []uint32{r, g, b} {
						require.InDelta(t, v>>8, got[3*(y*w+x)+c], 5, "%T %v at %d, %d", img, o, x, y) // rounding by two decoders in Y, Cb and Cr
					}
				}
			}
			continue
		}
		got = got[len(got)-w*h:]
		for y := range h {
			for x := range w {
				require.InDelta(t, gray.GrayAt(x, y).Y, got[y*w+x], 1)
			}
		}
	}
}
