package engine

import (
	"bytes"
	"image"
	"image/color"
	"image/gif"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/rest-thumbnails/thumbnail/internal/imagetest"
	"github.com/rest-thumbnails/thumbnail/processors"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// decodeAll decodes an encoded animation by image/gif.
func decodeAll(t testing.TB, a *film) *gif.GIF {
	g, err := gif.DecodeAll(bytes.NewReader(encoded(t, processors.GIF{}, a.animation())))
	require.NoError(t, err)
	return g
}

// localTables counts the frames with a local color table.
func localTables(t testing.TB, g *gif.GIF) int {
	n := 0
	global, _ := g.Config.ColorModel.(color.Palette)
	for _, frame := range g.Image {
		same := len(frame.Palette) == len(global)
		for i := range frame.Palette {
			same = same && (frame.Palette[i] == global[i] || frame.Palette[i] == color.RGBA{})
		}
		if !same {
			n++
		}
	}
	return n
}

func TestFramesThatLookTheSameBecomeOne(t *testing.T) {
	a, b := uniform(image.Pt(6, 4), color.NRGBA{9, 9, 9, 255}), uniform(image.Pt(6, 4), color.NRGBA{200, 9, 9, 255})
	for name, c := range map[string]struct {
		frames       []*image.NRGBA
		delays, want []int
	}{
		"in a row":          {[]*image.NRGBA{a, a, b, b, b}, []int{10, 20, 5, 6, 7}, []int{30, 18}},
		"not in a row":      {[]*image.NRGBA{a, b, a, b}, []int{10, 20, 30, 40}, []int{10, 20, 30, 40}},
		"too long for one":  {[]*image.NRGBA{a, a, a, b}, []int{40000, 40000, 20000, 9}, []int{40000, 60000, 9}},
		"as long as can be": {[]*image.NRGBA{a, a, b}, []int{65530, 5, 9}, []int{65535, 9}},
		"left to viewers":   {[]*image.NRGBA{a, a, a, b, b}, []int{0, 0, 5, 5, 1}, []int{0, 0, 5, 5, 1}},
	} {
		g := decodeAll(t, &film{Frames: c.frames, Delays: delaysOf(c.delays...)})
		assert.Equal(t, c.want, g.Delay, name)
	}
	g := decodeAll(t, &film{Frames: []*image.NRGBA{a, a}, Delays: delaysOf(3, 4), LoopCount: 0})
	assert.Len(t, g.Image, 1)
	assert.Equal(t, []int{0}, g.Delay, "what does not move needs no timing")
	assert.Equal(t, -1, g.LoopCount)
}

func TestLoopCountsAreKept(t *testing.T) {
	frames := []*image.NRGBA{uniform(image.Pt(6, 4), color.NRGBA{9, 9, 9, 255}), uniform(image.Pt(6, 4), color.NRGBA{200, 9, 9, 255})}
	for _, n := range []int{-1, 0, 1, 2, 65535} {
		file := encoded(t, processors.GIF{}, (&film{Frames: frames, Delays: delaysOf(10, 10), LoopCount: n}).animation())
		_, img, err := animate(t.Context(), file, processors.Crop{}, 3, 0, plenty)
		require.NoError(t, err)
		assert.Equal(t, n, img.(*processors.Animation).LoopCount)
		assert.Equal(t, n >= 0, bytes.Contains(file, []byte("NETSCAPE2.0")))
	}
}

func TestOnlyTheChangedPartOfAFrameIsEncoded(t *testing.T) {
	ground := imagetest.Gradient(60, 40)
	frames := []*image.NRGBA{ground}
	for i := range 3 {
		next := &image.NRGBA{Pix: bytes.Clone(ground.Pix), Stride: ground.Stride, Rect: ground.Rect}
		fill(next.SubImage(image.Rect(10+5*i, 10, 15+5*i, 15)).(*image.NRGBA), color.NRGBA{255, 255, 255, 255})
		frames = append(frames, next)
	}
	g := decodeAll(t, &film{Frames: frames, Delays: delaysOf(5, 5, 5, 5)})
	assert.Equal(t, image.Rect(0, 0, 60, 40), g.Image[0].Rect)
	assert.Equal(t, image.Rect(10, 10, 15, 15), g.Image[1].Rect)
	assert.Equal(t, image.Rect(10, 10, 20, 15), g.Image[2].Rect)
}

func TestUnchangedPartsDoNotFlicker(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	frames, delays := []*image.NRGBA{}, delaysOf()
	for range 6 {
		next := imagetest.Gradient(64, 64)
		for y := range 20 { // noise of many colors
			for x := range 20 {
				next.SetNRGBA(x, y, color.NRGBA{uint8(random.Uint32()), uint8(random.Uint32()), uint8(random.Uint32()), 255})
			}
		}
		frames, delays = append(frames, next), append(delays, 4)
	}
	require.Nil(t, exactPalettes(frames))
	g := decodeAll(t, &film{Frames: frames, Delays: delays})
	assert.Zero(t, localTables(t, g), "one palette does")
	again := composed(g)
	require.Len(t, again.Frames, 6)
	for _, r := range []image.Rectangle{image.Rect(20, 0, 64, 64), image.Rect(0, 20, 64, 64)} {
		for i := range again.Frames {
			assert.Zero(t, distance(t, again.Frames[0].SubImage(r), again.Frames[i].SubImage(r)), "frame %d", i)
			assert.Less(t, distance(t, frames[i], again.Frames[i]), 25.0)
		}
	}
}

func TestScenesWithoutCommonColorsHaveSeparatePalettes(t *testing.T) {
	corner := func(i int) *image.NRGBA { // all colors in an eighth of the color cube
		img := image.NewNRGBA(image.Rect(0, 0, 96, 96))
		random := rand.New(rand.NewPCG(5, uint64(i)))
		eachPixel(img, func(x, y int, p []byte) {
			for c := range 3 {
				p[c] = byte(random.IntN(128) + 128*(i>>c&1))
			}
			p[3] = 255
		})
		return img
	}
	a := &film{}
	for _, i := range []int{0, 0, 1, 2, 5, 6, 7, 7} {
		a.Frames, a.Delays = append(a.Frames, corner(i)), append(a.Delays, 0)
	}
	again := composed(decodeAll(t, a))
	require.Len(t, again.Frames, 8)
	for i := range a.Frames {
		alone := composed(decodeAll(t, &film{Frames: a.Frames[i : i+1], Delays: delaysOf(0)}))
		assert.Less(t, distance(t, a.Frames[i], again.Frames[i]), 1.1*distance(t, a.Frames[i], alone.Frames[0]), "frame %d", i)
	}
}

func TestAFrameHasALocalTableIfThatIsSmaller(t *testing.T) {
	// 16 frames, each with 16 colors that no other frame has: a shared table of all 256 colors would need
	// indices of 8 bits.
	a := &film{}
	random := rand.New(rand.NewPCG(3, 4))
	for i := range 16 {
		frame := image.NewNRGBA(image.Rect(0, 0, 50, 50))
		for j := range 2500 {
			frame.SetNRGBA(j%50, j/50, color.NRGBA{byte(10 * i), byte(16 * random.IntN(15)), 7, 255})
		}
		a.Frames, a.Delays = append(a.Frames, frame), append(a.Delays, 50*time.Millisecond)
	}
	require.NotNil(t, exactPalettes(a.Frames))
	g := decodeAll(t, a)
	assert.Equal(t, 16, localTables(t, g))
	assertSame(t, a, composed(g), "exact")
}

func TestAnimationsKeepTheirTransparency(t *testing.T) {
	a := &film{}
	for i := range 5 { // a translucent disc of more than 256 colors moves over a transparent background
		frame := image.NewNRGBA(image.Rect(0, 0, 60, 40))
		for y := range 40 {
			for x := range 60 {
				if d := (x-10-8*i)*(x-10-8*i) + (y-20)*(y-20); d < 100 {
					frame.SetNRGBA(x, y, color.NRGBA{byte(4 * x), byte(6 * y), byte(2 * d), byte(255 - 2*d)})
				}
			}
		}
		a.Frames, a.Delays = append(a.Frames, frame), append(a.Delays, 50*time.Millisecond)
	}
	again := composed(decodeAll(t, a))
	require.Len(t, again.Frames, 5)
	for i, frame := range again.Frames {
		eachPixel(frame, func(x, y int, p []byte) {
			require.Equal(t, a.Frames[i].NRGBAAt(x, y).A >= 128, p[3] == 255, "frame %d at %d,%d", i, x, y)
		})
	}
}

// delaysOf returns delays in 1/100 s as durations.
func delaysOf(ticks ...int) (out []time.Duration) {
	for _, n := range ticks {
		out = append(out, time.Duration(n)*10*time.Millisecond)
	}
	return out
}
