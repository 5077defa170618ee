package webp

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/internal/imagetest"
)

// randomPicture returns a picture with smooth parts, edges and noise.
func randomPicture(r *rand.Rand, w, h int) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	slope := [3]float64{r.Float64()*16 - 8, r.Float64()*16 - 8, r.Float64()*16 - 8}
	edge, noise := r.IntN(w+h), []int{0, 0, 2, 30, 256}[r.IntN(5)]
	for y := range h {
		for x := range w {
			for c := range 3 {
				v := 128 + int(slope[c]*float64(x-y))
				if x+y > edge {
					v = 255*c - v/2
				}
				if noise > 0 {
					v += r.IntN(noise) - noise/2
				}
				img.Pix[img.PixOffset(x, y)+c] = byte(min(max(v, 0), 255))
			}
			img.Pix[img.PixOffset(x, y)+3] = 255
		}
	}
	return img
}

// sameReconstruction encodes img, and requires that the decoder reconstructs the pixels from which the encoder has predicted. It returns
// the content of the "VP8 " chunk.
func sameReconstruction(t testing.TB, img image.Image, o vp8Options) []byte {
	src, err := newVP8Source(t.Context(), img)
	require.NoError(t, err)
	defer src.close()
	e := newVP8Encoder(t.Context(), src, o)
	defer e.close()
	var rows [][3][]byte
	require.NoError(t, e.encode(func(int) {
		rows = append(rows, [3][]byte{bytes.Clone(e.y.pix), bytes.Clone(e.cb.pix), bytes.Clone(e.cr.pix)})
	}))
	payload, err := e.write()
	require.NoError(t, err)
	var d decoder
	require.NoError(t, d.header(payload))
	require.Equal(t, img.Bounds().Size(), image.Pt(d.width, d.height))
	d.allocate()
	for y := range d.mbh {
		d.decodeRow(y)
		for i, p := range []*plane{&d.y, &d.cb, &d.cr} {
			height := 16 >> min(i, 1)
			for j := range height {
				at := p.origin + j*p.stride
				width := 16 * d.mbw >> min(i, 1)
				if !bytes.Equal(rows[y][i][at:at+width], p.pix[at:at+width]) {
					t.Fatalf("%v, %+v: plane %d, row %d", img.Bounds(), o, i, height*y+j)
				}
			}
		}
		require.False(t, d.modes.exhausted() || d.tokens[0].exhausted())
	}
	return payload
}

func TestEncoderAndDecoderReconstructTheSamePixels(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 5000 {
		img := randomPicture(r, 1+r.IntN(40), 1+r.IntN(40))
		sameReconstruction(t, img, vp8Options{Quality: 100 * r.Float64(), Effort: r.IntN(7)})
	}
}

func TestLibwebpDecodesTheSame(t *testing.T) {
	dwebp := imagetest.Program(t, "dwebp", "webp")
	r := rand.New(rand.NewPCG(3, 4))
	for i := range 12 {
		img := randomPicture(r, 1+r.IntN(150), 1+r.IntN(150))
		path := filepath.Join(t.TempDir(), fmt.Sprint(i, ".webp"))
		var file bytes.Buffer
		require.NoError(t, encodeLossyFile(t.Context(), &file, img, 100*r.Float64(), r.IntN(7)))
		require.NoError(t, os.WriteFile(path, file.Bytes(), 0o600))
		out, err := exec.Command(dwebp, path, "-quiet", "-pam", "-o", "-").Output()
		require.NoError(t, err)
		ours, err := decodeVP8(context.Background(), file.Bytes()[20:])
		require.NoError(t, err)
		assert.True(t, bytes.HasSuffix(out, ours.Pix))
	}
}

func FuzzLossyRoundTrip(f *testing.F) {
	f.Add(uint16(1), uint16(1), uint8(0), uint8(0), uint64(1))
	f.Add(uint16(16), uint16(17), uint8(100), uint8(6), uint64(2))
	f.Add(uint16(40), uint16(33), uint8(80), uint8(4), uint64(3))
	f.Fuzz(func(t *testing.T, w, h uint16, quality, effort uint8, seed uint64) {
		img := randomPicture(rand.New(rand.NewPCG(seed, 0)), 1+int(w)%64, 1+int(h)%64)
		sameReconstruction(t, img, vp8Options{Quality: float64(quality % 101), Effort: int(effort % 7)})
	})
}
