package gif

import (
	"bytes"
	"context"
	"image"
	"image/color"
	stdgif "image/gif"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// film returns frames of moving noise on transparent ground.
func film(random *rand.Rand, n int, size image.Point) (frames []*image.Paletted) {
	p := color.Palette{color.NRGBA{}}
	for len(p) < 200 {
		p = append(p, color.NRGBA{byte(len(p)), byte(random.IntN(256)), byte(255 - len(p)), 255})
	}
	for i := range n {
		m := image.NewPaletted(image.Rectangle{Max: size}, p)
		for at := range m.Pix {
			if at%size.X > 3+i {
				m.Pix[at] = byte(1 + (at/5+i+random.IntN(12))%199)
			}
		}
		frames = append(frames, m)
	}
	return frames
}

func packedFilm(t require.TestingT, frames []*image.Paletted, loss int) *stdgif.GIF {
	e, err := NewEncoder(context.Background(), frames[0].Rect.Size())
	require.NoError(t, err)
	e.Loss = loss
	for _, f := range frames {
		own := *f
		own.Pix = bytes.Clone(f.Pix)
		require.NoError(t, e.Add(&own, 10))
	}
	var b bytes.Buffer
	require.NoError(t, e.Write(&b, 0))
	g, err := stdgif.DecodeAll(bytes.NewReader(b.Bytes()))
	require.NoError(t, err)
	g.Config.ColorModel = nil
	g.LoopCount = b.Len() // the tests read the size of the file from this field
	return g
}

// screens returns the frames as a viewer shows them.
func screens(g *stdgif.GIF) (out []*image.NRGBA) {
	canvas := image.NewNRGBA(image.Rect(0, 0, g.Config.Width, g.Config.Height))
	for i, f := range g.Image {
		for y := f.Rect.Min.Y; y < f.Rect.Max.Y; y++ {
			for x := f.Rect.Min.X; x < f.Rect.Max.X; x++ {
				if c := color.NRGBAModel.Convert(f.At(x, y)).(color.NRGBA); c.A != 0 {
					canvas.SetNRGBA(x, y, c)
				}
			}
		}
		shown := *canvas
		shown.Pix = bytes.Clone(canvas.Pix)
		out = append(out, &shown)
		if g.Disposal[i] == stdgif.DisposalBackground {
			for y := f.Rect.Min.Y; y < f.Rect.Max.Y; y++ {
				clear(canvas.Pix[canvas.PixOffset(f.Rect.Min.X, y):canvas.PixOffset(f.Rect.Max.X, y)])
			}
		}
	}
	return out
}

func TestNoColorDiffersByMoreThanTheLoss(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		random := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		frames := film(random, rapid.IntRange(1, 4).Draw(t, "frames"), image.Pt(rapid.IntRange(8, 60).Draw(t, "width"), 40))
		loss := rapid.IntRange(0, 3000).Draw(t, "loss")
		shown := screens(packedFilm(t, frames, loss))
		if len(shown) != len(frames) {
			t.Skip("frames that became one")
		}
		for i, f := range frames {
			for at, index := range f.Pix {
				want := f.Palette[index].(color.NRGBA)
				got := shown[i].NRGBAAt(at%f.Rect.Dx(), at/f.Rect.Dx())
				require.Equal(t, want.A, got.A, "frame %d at %d", i, at)
				sum := 0
				for j, v := range [3]uint8{want.R, want.G, want.B} {
					d := int(v) - int([3]uint8{got.R, got.G, got.B}[j])
					sum += d * d
				}
				require.LessOrEqual(t, sum, loss, "frame %d at %d", i, at)
			}
		}
	})
}

func TestLossMakesFilesSmaller(t *testing.T) {
	frames := film(rand.New(rand.NewPCG(1, 2)), 4, image.Pt(120, 90))
	last := packedFilm(t, frames, 0).LoopCount
	for _, loss := range []int{100, 1000, 10_000} {
		size := packedFilm(t, frames, loss).LoopCount
		assert.Less(t, size, last, "loss %d", loss)
		last = size
	}
}

func TestTheEstimateIsNearTheSizeOfTheFile(t *testing.T) {
	frames := film(rand.New(rand.NewPCG(3, 4)), 12, image.Pt(120, 90))
	size := packedFilm(t, frames, 0).LoopCount
	e, err := NewEncoder(context.Background(), frames[0].Rect.Size())
	require.NoError(t, err)
	e.Quick = true
	require.NoError(t, e.Add(frames[0], 0))
	for i := 3; i < len(frames); i += 4 {
		require.NoError(t, e.Skip(frames[i-1]))
		require.NoError(t, e.Add(frames[i], 0))
	}
	estimate, err := e.Estimate(len(frames), 1)
	require.NoError(t, err)
	assert.InEpsilon(t, size, estimate, 0.1)
}

// With 32 bits, the bytes of the sample times the number of frames would exceed an int.
func TestTheEstimateOfManyFramesIsProportionalToTheirNumber(t *testing.T) {
	e, err := NewEncoder(context.Background(), image.Pt(64, 64))
	require.NoError(t, err)
	e.Quick = true
	random, palette := rand.New(rand.NewPCG(1, 2)), make(color.Palette, 256)
	for i := range palette {
		palette[i] = color.Gray{uint8(i)}
	}
	for range 150 {
		img := image.NewPaletted(image.Rect(0, 0, 64, 64), palette)
		for i := range img.Pix {
			img.Pix[i] = uint8(random.Uint32())
		}
		require.NoError(t, e.Add(img, 0))
	}
	some, err := e.Estimate(1000, 1)
	require.NoError(t, err)
	many, err := e.Estimate(10_000, 1)
	require.NoError(t, err)
	assert.InEpsilon(t, 10*some, many, 0.01)
}
