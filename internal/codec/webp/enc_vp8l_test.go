package webp

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"math/rand/v2"
	"os/exec"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/image/vp8l"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
	"github.com/rest-thumbnails/thumbnail/internal/imagetest"
)

// randomDrawing returns a picture of a random kind: few colors, smooth, noisy, with alpha, or mixed.
func randomDrawing(r *rand.Rand, w, h int) *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	colors := make([]color.NRGBA, 1+r.IntN(1<<r.IntN(10)))
	alpha := r.IntN(3)
	for i := range colors {
		colors[i] = color.NRGBA{byte(r.Uint32()), byte(r.Uint32()), byte(r.Uint32()), 255}
		switch {
		case alpha == 1 && i%3 == 0:
			colors[i].A = 0
		case alpha == 2:
			colors[i].A = byte(r.Uint32())
		}
	}
	kind := r.IntN(4)
	for i := 0; i < w*h; {
		run := 1
		if kind != 3 {
			run += r.IntN(1 << r.IntN(6))
		}
		c := colors[r.IntN(len(colors))]
		copyFrom := -1
		if kind == 2 && i > 0 && r.IntN(2) == 0 {
			copyFrom = r.IntN(i)
		}
		for ; run > 0 && i < w*h; run-- {
			x, y := i%w, i/w
			switch {
			case copyFrom >= 0:
				c = img.NRGBAAt(copyFrom%w, copyFrom/w)
				copyFrom++
			case kind == 1:
				c = color.NRGBA{byte(3*x + y), byte(200 - x + r.IntN(3)), byte(x * y / 16), c.A}
			}
			img.SetNRGBA(x, y, c)
			i++
		}
	}
	return img
}

// visible returns the pixels of img, with black for fully transparent ones.
func visible(img *image.NRGBA) []byte {
	pix := bytes.Clone(img.Pix)
	for i := 0; i < len(pix); i += 4 {
		if pix[i+3] == 0 {
			clear(pix[i : i+3])
		}
	}
	return pix
}

func encodeLossless(t testing.TB, img *image.NRGBA, o vp8lOptions) []byte {
	account := codec.NewAccount(1 << 40)
	out, err := encodeVP8L(codec.WithAccount(t.Context(), account), img, o)
	require.NoError(t, err)
	require.EqualValues(t, cap(out), account.Used(), "what is not the result is given back")
	return out
}

func TestALosslessPictureIsDecodedToTheSamePixels(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for i := range 300 {
		w, h := 1+r.IntN(1<<r.IntN(8)), 1+r.IntN(1<<r.IntN(7))
		img := randomDrawing(r, w, h)
		o := vp8lOptions{effort: i % 7, exact: i%2 == 0}
		file := encodeLossless(t, img, o)
		got, err := losslessPixels(t, file, image.Pt(w, h))
		require.NoError(t, err, "picture %d, %d×%d, %+v", i, w, h, o)
		reference, err := vp8l.Decode(bytes.NewReader(file))
		require.NoError(t, err)
		require.Equal(t, reference.(*image.NRGBA).Pix, got)
		want := img.Pix
		if !o.exact {
			want = visible(img)
			got = visible(&image.NRGBA{Pix: got})
		}
		require.True(t, bytes.Equal(want, got), "picture %d, %d×%d, %+v", i, w, h, o)
		size, alpha, err := losslessSize(file)
		require.NoError(t, err)
		assert.Equal(t, image.Pt(w, h), size)
		assert.Equal(t, !img.Opaque(), alpha)
	}
}

func TestLibwebpDecodesLosslessPicturesToTheSamePixels(t *testing.T) {
	dwebp := imagetest.Program(t, "dwebp", "webp")
	r := rand.New(rand.NewPCG(3, 4))
	for i := range 30 {
		img := randomDrawing(r, 1+r.IntN(200), 1+r.IntN(90))
		payload := encodeLossless(t, img, vp8lOptions{effort: i % 7, exact: true})
		file := fmt.Appendf(nil, "RIFF%sWEBPVP8L%s%s", little(len(payload)+12+len(payload)&1), little(len(payload)), payload)
		file = append(file, 0)[:len(file)+len(payload)&1]
		cmd := exec.Command(dwebp, "-quiet", "-o", "-", "--", "-")
		cmd.Stdin = bytes.NewReader(file)
		out, err := cmd.Output()
		require.NoError(t, err)
		got, err := png.Decode(bytes.NewReader(out))
		require.NoError(t, err)
		for p := range img.Rect.Dx() * img.Rect.Dy() {
			x, y := p%img.Rect.Dx(), p/img.Rect.Dx()
			require.Equal(t, img.NRGBAAt(x, y), color.NRGBAModel.Convert(got.At(x, y)), "picture %d, pixel %d,%d", i, x, y)
		}
	}
}

func little(n int) []byte { return binary.LittleEndian.AppendUint32(nil, uint32(n)) }

func TestALosslessEncoderEndsWithItsContext(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	img := randomDrawing(r, 700, 500)
	for _, after := range []time.Duration{0, time.Millisecond, 10 * time.Millisecond} {
		ctx, cancel := context.WithTimeout(t.Context(), after)
		account := codec.NewAccount(1 << 40)
		_, err := encodeVP8L(codec.WithAccount(ctx, account), img, vp8lOptions{effort: 6})
		cancel()
		if err != nil {
			assert.ErrorIs(t, err, context.DeadlineExceeded)
			assert.Zero(t, account.Used())
		}
	}
}

func TestALosslessEncoderStaysWithinItsAccount(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	for range 40 {
		img := randomDrawing(r, 1+r.IntN(200), 1+r.IntN(200))
		account := codec.NewAccount(1 << 40)
		_, err := encodeVP8L(codec.WithAccount(t.Context(), account), img, vp8lOptions{effort: 4})
		require.NoError(t, err)
		account = codec.NewAccount(account.Peak() - 1)
		_, err = encodeVP8L(codec.WithAccount(t.Context(), account), img, vp8lOptions{effort: 4})
		require.ErrorIs(t, err, codec.ErrTooLarge)
		require.Zero(t, account.Used())
	}
}

func FuzzLosslessRoundTrip(f *testing.F) {
	for i := range 16 {
		f.Add(uint8(7*i+1), uint8(i), []byte{byte(i), 1, 2, 3, 255, 0, 0, 0, byte(i)})
	}
	f.Fuzz(func(t *testing.T, width, how uint8, pix []byte) {
		w := int(width)%100 + 1
		h := (len(pix)/4 + w - 1) / w
		if h == 0 || h > 100 {
			return
		}
		img := image.NewNRGBA(image.Rect(0, 0, w, h))
		copy(img.Pix, pix)
		file, err := encodeVP8L(t.Context(), img, vp8lOptions{effort: int(how) % 7, exact: true})
		require.NoError(t, err)
		got, err := losslessPixels(t, file, image.Pt(w, h))
		require.NoError(t, err)
		require.True(t, bytes.Equal(img.Pix, got))
	})
}

func TestLosslessBytesDoNotDependOnThePreviousPicture(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 10))
	var pictures []*image.NRGBA
	var files [][]byte
	for range 24 {
		pictures = append(pictures, randomDrawing(r, 1+r.IntN(300), 1+r.IntN(260)))
		files = append(files, encodeLossless(t, pictures[len(pictures)-1], vp8lOptions{effort: 4}))
	}
	for range 3 {
		for _, i := range r.Perm(len(pictures)) {
			require.True(t, bytes.Equal(files[i], encodeLossless(t, pictures[i], vp8lOptions{effort: 4})), "picture %d", i)
		}
	}
}

func TestADraftOfOneColorDoesNotDependOnThePreviousPicture(t *testing.T) {
	// The draft leaves out the first rows, which have all other colors.
	headline, r := image.NewNRGBA(image.Rect(0, 0, 600, 600)), rand.New(rand.NewPCG(61, 62))
	draw.Draw(headline, headline.Rect, image.White, image.Point{}, draw.Src)
	for y := range 9 {
		for x := range 600 {
			headline.SetNRGBA(x, y, color.NRGBA{uint8(x / 3), uint8(r.IntN(30)), uint8(30 * y), 255})
		}
	}
	var want []byte
	for i, shade := range []int{1, 16, 64, 256} {
		other := image.NewNRGBA(image.Rect(0, 0, 100, 100))
		for j := range other.Pix {
			other.Pix[j] = uint8(r.IntN(shade))
		}
		_, err := encodeVP8L(t.Context(), other, vp8lOptions{effort: 4})
		require.NoError(t, err)
		got, err := encodeVP8L(t.Context(), headline, vp8lOptions{effort: 4})
		require.NoError(t, err)
		if i == 0 {
			want = got
		}
		assert.True(t, bytes.Equal(want, got), "%d bytes, %d bytes", len(want), len(got))
	}
}

func TestLargePicturesThatAreDraftedAreEncodedExactly(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 12))
	for i, img := range []*image.NRGBA{chart(700, 500, color.White, 1), logo(400, 300, 2, true), shadow(500, 300, 3), terminal(600, 300, 4), randomDrawing(r, 500, 400), dithered(400, 300, 5)} {
		file := encodeLossless(t, img, vp8lOptions{effort: 4})
		got, err := losslessPixels(t, file, img.Rect.Size())
		require.NoError(t, err)
		require.True(t, bytes.Equal(visible(img), visible(&image.NRGBA{Pix: got})), "picture %d", i)
	}
}
