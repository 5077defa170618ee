package webp

import (
	"bytes"
	"compress/gzip"
	"image"
	"image/color"
	"image/png"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
	"github.com/rest-thumbnails/thumbnail/internal/imagetest"
	"github.com/rest-thumbnails/thumbnail/internal/imagetest/pieces"
)

// allFrames returns all frames of a file, drawn on the canvas.
func allFrames(t testing.TB, file []byte, o codec.Options) (pictures []*image.NRGBA, delays []time.Duration, loops int) {
	frames, err := Format.Frames(t.Context(), file, header(t, file), o)
	require.NoError(t, err)
	for {
		f, err := frames.Next(t.Context())
		if err == io.EOF {
			return pictures, delays, frames.LoopCount()
		}
		require.NoError(t, err)
		img := f.Image.(*image.NRGBA)
		pictures = append(pictures, &image.NRGBA{Pix: bytes.Clone(img.Pix), Stride: img.Stride, Rect: img.Rect})
		delays = append(delays, f.Delay)
	}
}

// over blends as the specification defines it, premultiplied, in floating point.
func over(below, above [4]float64) (p [4]float64) {
	for i := range p {
		p[i] = above[i] + below[i]*(1-above[3])
	}
	return p
}

func premultiplied(c color.NRGBA) [4]float64 {
	a := float64(c.A) / 255
	return [4]float64{float64(c.R) / 255 * a, float64(c.G) / 255 * a, float64(c.B) / 255 * a, a}
}

func TestFramesAreBlendedAsTheSpecificationDefines(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	for range 20 {
		size := image.Pt(4+r.IntN(60), 4+r.IntN(50))
		canvas := make([][4]float64, size.X*size.Y)
		var want [][][4]float64
		chunks := [][]byte{pieces.VP8X(flagAnimated|flagAlpha, size), pieces.ANIM(5)}
		var undo image.Rectangle
		for i := range 6 {
			at := image.Pt(2*r.IntN(size.X/2), 2*r.IntN(size.Y/2))
			rect := image.Rectangle{Min: at, Max: at.Add(image.Pt(1+r.IntN(size.X-at.X), 1+r.IntN(size.Y-at.Y)))}
			img := translucent(rect.Dx(), rect.Dy(), uint64(i))
			flags := byte(r.IntN(4))
			chunks = append(chunks, pieces.ANMF(rect, 40+i, flags, pieces.Picture(encodeFile(t, img, true))))
			for y := range size.Y {
				for x := range size.X {
					p, q := &canvas[y*size.X+x], image.Pt(x, y)
					if q.In(undo) {
						*p = [4]float64{}
					}
					if q.In(rect) {
						c := premultiplied(img.NRGBAAt(x-at.X, y-at.Y))
						if flags&pieces.WebPUnblended != 0 {
							*p = c
						} else {
							*p = over(*p, c)
						}
					}
				}
			}
			if undo = (image.Rectangle{}); flags&pieces.WebPDisposed != 0 {
				undo = rect
			}
			want = append(want, append([][4]float64(nil), canvas...))
		}
		got, delays, loops := allFrames(t, pieces.WebP(chunks...), codec.Options{})
		require.Len(t, got, len(want))
		assert.Equal(t, 4, loops)
		for i, img := range got {
			assert.Equal(t, time.Duration(40+i)*time.Millisecond, delays[i])
			for p, w := range want[i] {
				g := premultiplied(img.NRGBAAt(p%size.X, p/size.X))
				for k := range g {
					require.Less(t, math.Abs(g[k]-w[k]), 0.02, "frame %d, pixel %d", i, p)
				}
			}
		}
	}
}

func TestTheLoopCountIsThatOfPackageGIF(t *testing.T) {
	size := image.Pt(8, 8)
	frame := pieces.ANMF(image.Rectangle{Max: size}, 10, 0, pieces.Picture(encodeFile(t, imagetest.Photo(8, 8, 1), true)))
	for plays, want := range map[int]int{0: 0, 1: -1, 2: 1, 65535: 65534} {
		_, _, loops := allFrames(t, pieces.WebP(pieces.VP8X(flagAnimated, size), pieces.ANIM(plays), frame, frame), codec.Options{})
		assert.Equal(t, want, loops)
	}
}

func TestAFrameOutsideOfTheCanvasIsAnError(t *testing.T) {
	size := image.Pt(8, 8)
	pixels := pieces.Picture(encodeFile(t, imagetest.Photo(8, 8, 1), true))
	in, out := image.Rectangle{Max: size}, image.Rect(2, 0, 10, 8)
	_, err := tryDecode(t, pieces.WebP(pieces.VP8X(flagAnimated, size), pieces.ANIM(0), pieces.ANMF(out, 10, 0, pixels)), codec.Options{})
	assert.Error(t, err)
	file := pieces.WebP(pieces.VP8X(flagAnimated, size), pieces.ANIM(0), pieces.ANMF(in, 10, 0, pixels), pieces.ANMF(out, 10, 0, pixels))
	frames, err := Format.Frames(t.Context(), file, header(t, file), codec.Options{})
	require.NoError(t, err)
	_, err = frames.Next(t.Context())
	require.NoError(t, err)
	_, err = frames.Next(t.Context())
	assert.ErrorIs(t, err, errOutside)
	pictures, _, _ := allFrames(t, file, codec.Options{Tolerant: true})
	assert.Len(t, pictures, 2)
}

func TestTheSizeOfAFrameIsThatOfItsPicture(t *testing.T) {
	size := image.Pt(9, 8)
	pixels := pieces.Picture(encodeFile(t, imagetest.Photo(5, 4, 1), true))
	chunks := func(rect image.Rectangle) []byte {
		frame := pieces.ANMF(rect, 10, pieces.WebPDisposed, pixels)
		return pieces.WebP(pieces.VP8X(flagAnimated, size), pieces.ANIM(0), frame, frame)
	}
	want, _, _ := allFrames(t, chunks(image.Rect(2, 4, 7, 8)), codec.Options{})
	for _, rect := range []image.Rectangle{image.Rect(2, 4, 100, 100), image.Rect(2, 4, 3, 5)} {
		got, _, _ := allFrames(t, chunks(rect), codec.Options{})
		assert.Equal(t, want, got)
	}
}

func TestFramesWithoutAPictureAreSkipped(t *testing.T) {
	size := image.Pt(8, 8)
	rect := image.Rectangle{Max: size}
	frame := pieces.ANMF(rect, 10, 0, pieces.Picture(encodeFile(t, imagetest.Photo(8, 8, 1), true)))
	other := pieces.ANMF(rect, 30, 0, pieces.Picture(encodeFile(t, imagetest.Photo(8, 8, 2), true)))
	head := [][]byte{pieces.VP8X(flagAnimated, size), pieces.ANIM(0)}
	for _, empty := range [][]byte{pieces.ANMF(rect, 20, 0, nil), pieces.ANMF(rect, 20, 0, pieces.RIFF("ALPH", make([]byte, 65)))} {
		data := pieces.WebP(append(head, empty, frame, empty, empty, other, empty)...)
		assert.Equal(t, 2, header(t, data).FrameCount)
		pictures, delays, _ := allFrames(t, data, codec.Options{})
		assert.Len(t, pictures, 2)
		assert.Equal(t, []time.Duration{10 * time.Millisecond, 30 * time.Millisecond}, delays)
		want, _, _ := allFrames(t, pieces.WebP(append(head, frame, other)...), codec.Options{})
		assert.Equal(t, want, pictures)

		cut := pieces.WebP(append(head, frame, other, empty)...)
		cut = cut[:len(cut)-1]
		assert.Equal(t, 3, header(t, cut).FrameCount, "the picture may be in the missing part")
	}
}

func TestAnimationsHaveTheAlphaOfTheirPictures(t *testing.T) {
	size := image.Pt(20, 16)
	for _, lossless := range []bool{false, true} {
		var frames []byte
		for i := range 3 {
			frames = append(frames, pieces.ANMF(image.Rectangle{Max: size}, 10, byte(i), pieces.Picture(encodeFile(t, translucent(size.X, size.Y, uint64(i)), lossless)))...)
		}
		declared, _, _ := allFrames(t, pieces.WebP(pieces.VP8X(flagAnimated|flagAlpha, size), pieces.ANIM(0), frames), codec.Options{})
		got, _, _ := allFrames(t, pieces.WebP(pieces.VP8X(flagAnimated, size), pieces.ANIM(0), frames), codec.Options{})
		assert.False(t, got[0].Opaque())
		assert.Equal(t, declared, got)
	}
}

func TestTheFirstANIMChunkCounts(t *testing.T) {
	frame := pieces.ANMF(image.Rect(0, 0, 8, 8), 10, 0, pieces.Picture(encodeFile(t, imagetest.Photo(8, 8, 1), true)))
	_, _, loops := allFrames(t, pieces.WebP(pieces.VP8X(flagAnimated, image.Pt(8, 8)), pieces.ANIM(4), pieces.ANIM(9), frame, frame), codec.Options{})
	assert.Equal(t, 3, loops)
}

func TestTheFirstFrameIsDrawnOnTheCanvas(t *testing.T) {
	size, rect := image.Pt(40, 30), image.Rect(6, 4, 16, 25)
	img := imagetest.Photo(10, 21, 1)
	frame := pieces.ANMF(rect, 10, 0, pieces.Picture(encodeFile(t, img, true)))
	file := pieces.WebP(pieces.VP8X(flagAnimated, size), pieces.ANIM(0), frame, frame)
	got := decodeWhole(t, file).(*image.NRGBA)
	for y := range size.Y {
		for x := range size.X {
			want := color.NRGBA{}
			if image.Pt(x, y).In(rect) {
				want = img.NRGBAAt(x-rect.Min.X, y-rect.Min.Y)
			}
			require.Equal(t, want, got.NRGBAAt(x, y))
		}
	}
	small, err := tryDecode(t, file, codec.Options{Least: image.Pt(20, 15)})
	require.NoError(t, err)
	assert.Equal(t, image.Pt(20, 15), small.Image.Bounds().Max)
}

func TestAnimationsOfTheCasesLookAsExpected(t *testing.T) {
	dir := imagetest.Cases(t)
	for _, name := range []string{"n70-blend-dispose", "n71-lossy-alpha", "w20-anim"} {
		file, err := os.ReadFile(filepath.Join(dir, "webp", name+".webp"))
		require.NoError(t, err)
		got, _, _ := allFrames(t, file, codec.Options{})
		want := readPNG(t, filepath.Join(dir, "expected", name+"-frames.png"))
		size := got[0].Rect.Max
		require.Equal(t, size.Y*len(got), want.Bounds().Dy(), name)
		most := 0.0
		for i, img := range got {
			for y := range size.Y {
				for x := range size.X {
					w := premultiplied(color.NRGBAModel.Convert(want.At(x, i*size.Y+y)).(color.NRGBA))
					g := premultiplied(img.NRGBAAt(x, y))
					for k := range g {
						most = max(most, math.Abs(g[k]-w[k]))
					}
				}
			}
		}
		assert.Less(t, most, 0.03, name)
	}
}

func readPNG(t testing.TB, name string) image.Image {
	data, err := os.ReadFile(name)
	if os.IsNotExist(err) {
		packed, err := os.ReadFile(name + ".gz")
		require.NoError(t, err)
		z, err := gzip.NewReader(bytes.NewReader(packed))
		require.NoError(t, err)
		data, err = io.ReadAll(z)
		require.NoError(t, err)
	}
	img, err := png.Decode(bytes.NewReader(data))
	require.NoError(t, err)
	return img
}
