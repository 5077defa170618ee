package processors_test

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"image/gif"
	"image/png"
	"math/rand/v2"
	"os/exec"
	"sync/atomic"
	"testing"

	"github.com/rest-thumbnails/thumbnail/internal/imagetest"
	"github.com/rest-thumbnails/thumbnail/processors"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
)

// small returns a random picture: with few or many colors, gray or not, with any kind of transparency or
// without.
func small(random *rand.Rand) *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, 1+random.IntN(40), 1+random.IntN(40)))
	colors := make([]color.NRGBA, 1+random.IntN(1<<random.IntN(10)))
	gray, alpha, noise, run := random.IntN(3) == 0, random.IntN(3), random.IntN(3) == 0, 1+random.IntN(12)
	for i := range colors {
		c := color.NRGBA{byte(random.Uint32()), byte(random.Uint32()), byte(random.Uint32()), 255}
		if gray {
			c.G, c.B = c.R, c.R
		}
		if alpha == 1 {
			c.A = byte(random.IntN(2) * 255)
		} else if alpha == 2 {
			c.A = byte(random.Uint32())
		}
		colors[i] = c
	}
	last := colors[0]
	for i := range img.Rect.Dx() * img.Rect.Dy() {
		if random.IntN(run) == 0 {
			last = colors[random.IntN(len(colors))]
		}
		c := last
		if noise {
			c.R, c.G, c.B = c.R^byte(random.IntN(4)), c.G^byte(random.IntN(4)), c.B^byte(random.IntN(4))
		}
		img.SetNRGBA(i%img.Rect.Dx(), i/img.Rect.Dx(), c)
	}
	return img
}

// requirePNG requires that a PNG has the picture's pixels, or a palette of the allowed number of colors.
func requirePNG(t require.TestingT, img *image.NRGBA, e processors.PNG, original processors.Original) {
	var b bytes.Buffer
	require.NoError(t, e.EncodeOriginal(context.Background(), &b, img, original))
	out, err := png.Decode(bytes.NewReader(b.Bytes()))
	require.NoError(t, err)
	require.Equal(t, img.Rect, out.Bounds())
	if p, ok := out.(*image.Paletted); ok {
		require.LessOrEqual(t, len(p.Palette), 256)
	}
	exact := e.Palette == processors.PaletteNever || e.Palette == processors.PaletteAuto && !original.Scaled && original.Exceeded == 0
	for y := range img.Rect.Dy() {
		for x := range img.Rect.Dx() {
			want, got := img.NRGBAAt(x, y), color.NRGBAModel.Convert(out.At(x, y)).(color.NRGBA)
			if want.A == 0 {
				want = color.NRGBA{}
			}
			if exact && want != got {
				require.Equal(t, want, got) // slow, so it runs only if the quick comparison fails
			} else if want.A == 255 && e.Palette == processors.PaletteAuto && got.A < 200 {
				require.Greater(t, got.A, uint8(200))
			}
		}
	}
}

// requireGIF requires that a GIF has opaque pixels where the picture has them, and the same colors if there
// are few.
func requireGIF(t require.TestingT, frames []*image.NRGBA, e processors.GIF, original processors.Original) {
	var img image.Image = frames[0]
	if len(frames) > 1 {
		moving := animated(frames, original.Scaled)
		if colors := distinct(frames); len(colors) < 256 && len(frames) == 3 {
			moving.Colors = func() []color.NRGBA { return colors }
		}
		img = moving
	}
	var b bytes.Buffer
	require.NoError(t, e.EncodeOriginal(context.Background(), &b, img, original))
	g, err := gif.DecodeAll(bytes.NewReader(b.Bytes()))
	require.NoError(t, err)
	require.Equal(t, frames[0].Rect.Size(), image.Pt(g.Config.Width, g.Config.Height))
	exact := len(frames) == 1 && e.Lossy == 0 && !original.Scaled && original.Exceeded == 0 && colorsOf(frames[0]) <= 256
	w := frames[0].Rect.Dx()
	for i := range w * frames[0].Rect.Dy() {
		want, got := opaqueOrNot(frames[0].NRGBAAt(i%w, i/w)), color.NRGBA{}
		if at := image.Pt(i%w, i/w); at.In(g.Image[0].Rect) {
			got = color.NRGBAModel.Convert(g.Image[0].At(at.X, at.Y)).(color.NRGBA)
		}
		if exact && want != got || want.A != got.A {
			require.Equal(t, want, got)
		}
	}
}

// opaqueOrNot returns the color as a GIF can represent it.
func opaqueOrNot(c color.NRGBA) color.NRGBA {
	if c.A < 128 {
		return color.NRGBA{}
	}
	c.A = 255
	return c
}

func colorsOf(img *image.NRGBA) int {
	known := map[color.NRGBA]bool{}
	for i := range img.Rect.Dx() * img.Rect.Dy() {
		known[opaqueOrNot(img.NRGBAAt(i%img.Rect.Dx(), i/img.Rect.Dx()))] = true
	}
	return len(known)
}

// distinct returns the opaque colors of frames.
func distinct(frames []*image.NRGBA) (colors []color.NRGBA) {
	known := map[color.NRGBA]bool{}
	for _, img := range frames {
		for i := 0; i < len(img.Pix); i += 4 {
			c := color.NRGBA{img.Pix[i], img.Pix[i+1], img.Pix[i+2], img.Pix[i+3]}
			if c.A == 255 && !known[c] {
				known[c] = true
				colors = append(colors, c)
			}
		}
	}
	return colors
}

func randomOriginal(random *rand.Rand) processors.Original {
	return processors.Original{Palette: random.IntN(2) == 0, Scaled: random.IntN(2) == 0, Exceeded: []float64{0, 0, 1.1, 3}[random.IntN(4)]}
}

func TestThousandsOfSmallPNGsAreDecodedToThePicture(t *testing.T) {
	for seed := range uint64(5000) {
		random := rand.New(rand.NewPCG(seed, 1))
		requirePNG(t, small(random), processors.PNG{Palette: processors.Palette(seed % 3)}, randomOriginal(random))
	}
}

func TestThousandsOfSmallGIFsAreDecodedToThePicture(t *testing.T) {
	for seed := range uint64(5000) {
		random := rand.New(rand.NewPCG(seed, 2))
		requireGIF(t, film(random), processors.GIF{Lossy: int(seed%4) * 30}, randomOriginal(random))
	}
}

// film returns one or more frames of equal size. Each frame differs in some parts from the previous one.
func film(random *rand.Rand) (frames []*image.NRGBA) {
	first := small(random)
	frames = append(frames, first)
	for range random.IntN(4) {
		last := frames[len(frames)-1]
		next := image.NewNRGBA(last.Rect)
		copy(next.Pix, last.Pix)
		for range random.IntN(50) {
			next.SetNRGBA(random.IntN(next.Rect.Dx()), random.IntN(next.Rect.Dy()), color.NRGBA{byte(random.Uint32()), 9, 200, byte(random.IntN(2) * 255)})
		}
		frames = append(frames, next)
	}
	return frames
}

func FuzzPNG(f *testing.F) {
	for seed := range uint64(20) {
		f.Add(seed, byte(seed))
	}
	f.Fuzz(func(t *testing.T, seed uint64, options byte) {
		random := rand.New(rand.NewPCG(seed, 1))
		requirePNG(t, small(random), processors.PNG{Palette: processors.Palette(options % 3)}, randomOriginal(random))
	})
}

func FuzzGIF(f *testing.F) {
	for seed := range uint64(20) {
		f.Add(seed, byte(seed))
	}
	f.Fuzz(func(t *testing.T, seed uint64, options byte) {
		random := rand.New(rand.NewPCG(seed, 2))
		requireGIF(t, film(random), processors.GIF{Lossy: int(options)}, randomOriginal(random))
	})
}

// looks is a context that ends when its Err is called for the nth time.
type looks struct {
	context.Context
	left atomic.Int64
}

func (l *looks) Err() error {
	if l.left.Add(-1) < 0 {
		return context.Canceled
	}
	return nil
}

// The encoder ends if its context ends at any time. It checks the context frequently, and gives its memory back.
func TestEncodersOfGraphicsEndWithTheirContexts(t *testing.T) {
	frames := []*image.NRGBA{scene(400, 300), scene(400, 300)}
	frames[1].SetNRGBA(1, 1, color.NRGBA{1, 2, 3, 255})
	for name, encode := range map[string]func(ctx context.Context, w *bytes.Buffer) error{
		"png": func(ctx context.Context, w *bytes.Buffer) error {
			return processors.PNG{}.EncodeContext(ctx, w, frames[0])
		},
		"png 8": func(ctx context.Context, w *bytes.Buffer) error {
			return processors.PNG{Palette: processors.PaletteAlways}.EncodeContext(ctx, w, frames[0])
		},
		"gif": func(ctx context.Context, w *bytes.Buffer) error {
			return processors.GIF{}.EncodeContext(ctx, w, frames[0])
		},
		"film": func(ctx context.Context, w *bytes.Buffer) error {
			return processors.GIF{Lossy: 40}.EncodeContext(ctx, w, animated(frames, true))
		},
	} {
		account := codec.NewAccount(1 << 30)
		all := &looks{Context: codec.WithAccount(t.Context(), account)}
		all.left.Store(1 << 40)
		require.NoError(t, encode(all, new(bytes.Buffer)), name)
		n := 1<<40 - all.left.Load()
		assert.Greater(t, n, int64(3), "%s: how often a picture of an eighth of a megapixel looks", name)
		for i := range min(n, 5) {
			ends := &looks{Context: codec.WithAccount(t.Context(), account)}
			ends.left.Store(i * n / min(n, 5))
			assert.ErrorIs(t, encode(ends, new(bytes.Buffer)), context.Canceled, "%s after %d of %d looks", name, ends.left.Load(), n)
		}
		assert.LessOrEqual(t, account.Used(), int64(codec.Free), name)
	}
}

// libpng decodes the same pixels as image/png.
func TestLibpngDecodesTheSamePixels(t *testing.T) {
	path := imagetest.Program(t, "pngtopnm", "netpbm")
	for seed := range uint64(40) {
		img := small(rand.New(rand.NewPCG(seed, 3)))
		for i := range img.Pix {
			if i%4 == 3 {
				img.Pix[i] = 255
			}
		}
		var b bytes.Buffer
		require.NoError(t, processors.PNG{Palette: []processors.Palette{processors.PaletteAuto, processors.PaletteNever}[seed%2]}.Encode(&b, img))
		cmd := exec.Command(path, "-verbose")
		cmd.Stdin = bytes.NewReader(b.Bytes())
		out, err := cmd.Output()
		require.NoError(t, err)
		requirePNM(t, img, out)
	}
}

// requirePNM compares a picture with a netpbm file: bits, gray, or colors.
func requirePNM(t *testing.T, img *image.NRGBA, file []byte) {
	head := bytes.SplitN(file, []byte("\n"), 3)
	kind, data := string(head[0]), head[2]
	if kind != "P4" {
		data = bytes.SplitN(data, []byte("\n"), 2)[1]
	}
	w := img.Rect.Dx()
	for i := range w * img.Rect.Dy() {
		c := img.NRGBAAt(i%w, i/w)
		switch kind {
		case "P4": // bit 1 is black
			bit := data[i/w*((w+7)/8)+i%w/8] >> (7 - i%w%8) & 1
			require.Equal(t, c.R < 128, bit == 1)
		case "P5":
			scale := bytes.SplitN(file, []byte("\n"), 4)[2]
			most := 0
			for _, d := range scale {
				most = 10*most + int(d-'0')
			}
			require.Equal(t, int(c.R), int(data[i])*255/most)
		default:
			require.Equal(t, []byte{c.R, c.G, c.B}, data[3*i:][:3])
		}
	}
}
