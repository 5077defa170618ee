package processors_test

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"image/draw"
	"image/gif"
	"io"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
	"github.com/rest-thumbnails/thumbnail/internal/imagetest"
	"github.com/rest-thumbnails/thumbnail/processors"
)

// halved returns frames scaled to half their size, and the colors of the original frames.
func halved(t *testing.T, frames []*image.NRGBA) *processors.Animation {
	colors := distinct(frames)
	for i, img := range frames {
		small := image.NewNRGBA(image.Rect(0, 0, img.Rect.Dx()/2, img.Rect.Dy()/2))
		for y := range small.Rect.Dy() {
			for x := range small.Rect.Dx() {
				var sum [4]int
				for j := range 4 {
					p := img.NRGBAAt(2*x+j%2, 2*y+j/2)
					sum[0], sum[1], sum[2], sum[3] = sum[0]+int(p.R), sum[1]+int(p.G), sum[2]+int(p.B), sum[3]+int(p.A)
				}
				small.SetNRGBA(x, y, color.NRGBA{uint8(sum[0] / 4), uint8(sum[1] / 4), uint8(sum[2] / 4), uint8(sum[3] / 4)})
			}
		}
		frames[i] = small
	}
	require.LessOrEqual(t, len(colors), 255)
	a := animated(frames, true)
	a.Colors = func() []color.NRGBA { return colors }
	return a
}

func TestWithoutMemoryForTrialsAnAnimationIsEncodedOnce(t *testing.T) {
	a := halved(t, discs(6))
	account := codec.NewAccount(1 << 30)
	var whole, less bytes.Buffer
	require.NoError(t, processors.GIF{}.EncodeContext(codec.WithAccount(t.Context(), account), &whole, a))
	assert.Zero(t, account.Used())
	a.Colors = nil
	once := codec.NewAccount(1 << 30)
	require.NoError(t, processors.GIF{}.EncodeContext(codec.WithAccount(t.Context(), once), &less, a))
	assert.Zero(t, once.Used())

	a = halved(t, discs(6))
	tight := codec.NewAccount(once.Peak())
	require.NoError(t, processors.GIF{}.EncodeContext(codec.WithAccount(t.Context(), tight), &less, a))
	assert.Zero(t, tight.Used())
}

// A second encoding has more trials.
func TestTheMemoryDoesNotGrowWithTheNumberOfTrials(t *testing.T) {
	peak := func(exceeded float64) int64 {
		a := halved(t, discs(6))
		account := codec.NewAccount(1 << 30)
		original := processors.Original{Scaled: true, Bytes: 4000, Size: image.Pt(2*a.Bounds().Dx(), 2*a.Bounds().Dy()), Exceeded: exceeded}
		require.NoError(t, processors.GIF{}.EncodeOriginal(codec.WithAccount(t.Context(), account), io.Discard, a, original))
		assert.Zero(t, account.Used())
		return account.Peak()
	}
	assert.LessOrEqual(t, peak(2), peak(0)+100<<10)
}

// stickers returns frames with small pictures on a blue ground, in hues that the ground lacks.
func stickers() (frames []*image.NRGBA) {
	inks := []color.NRGBA{{240, 40, 30, 255}, {250, 220, 40, 255}, {30, 160, 60, 255}, {120, 40, 160, 255}}
	for i := range 5 {
		img := image.NewNRGBA(image.Rect(0, 0, 200, 160))
		draw.Draw(img, img.Rect, image.NewUniform(color.NRGBA{135, 206, 235, 255}), image.Point{}, draw.Src)
		for p := range 200 * 160 {
			if x, y := p%200, p/200; math.Hypot(float64(x-100), float64(y-80)) < 75 {
				img.SetNRGBA(x, y, color.NRGBA{30, 144, 255, 255})
			}
		}
		for j := range min(i, 4) {
			random := rand.New(rand.NewPCG(uint64(j), 7))
			for p := range 16 * 16 {
				x, y := 40+30*j+2*(p%16), 40+20*j+2*(p/16)
				if c := inks[j]; random.IntN(4) > 0 {
					draw.Draw(img, image.Rect(x, y, x+2, y+2), image.NewUniform(c), image.Point{}, draw.Src)
				} else {
					draw.Draw(img, image.Rect(x, y, x+2, y+2), image.White, image.Point{}, draw.Src)
				}
			}
		}
		frames = append(frames, img)
	}
	return frames
}

func TestASecondEncodingOfAnAnimationKeepsSmallThings(t *testing.T) {
	a := halved(t, stickers())
	var want image.Image
	for f := range a.Frames {
		want = f.Image // the last frame has all
	}
	first := encoded(t, processors.GIF{}, a)
	for _, ratio := range []float64{0.95, 0.85, 0.75, 0.5} {
		original := processors.Original{Scaled: true, Palette: true, Size: image.Pt(200, 160), Bytes: int(float64(len(first)) * ratio), Exceeded: 1 / ratio}
		var second bytes.Buffer
		require.NoError(t, processors.GIF{}.EncodeOriginal(t.Context(), &second, a, original))
		assert.LessOrEqual(t, second.Len(), len(first))
		g, err := gif.DecodeAll(&second)
		require.NoError(t, err)
		screen := image.NewNRGBA(a.Bounds())
		for _, img := range g.Image {
			draw.Draw(screen, img.Rect, img, img.Rect.Min, draw.Over)
		}
		for j := range 4 {
			part := image.Rect(20+15*j, 20+10*j, 36+15*j, 36+10*j)
			w, h := meanHue(want, part), meanHue(screen, part)
			assert.Less(t, math.Hypot(w[0]-h[0], w[1]-h[1])/math.Hypot(w[0], w[1]), 0.5, "ratio %v, sticker %d", ratio, j)
		}
	}
}

func TestTrialsEndWithTheContext(t *testing.T) {
	a := halved(t, discs(6))
	ctx, cancel := context.WithCancel(t.Context())
	colors := a.Colors()
	a.Colors = func() []color.NRGBA { cancel(); return colors }
	account := codec.NewAccount(1 << 30)
	assert.ErrorIs(t, processors.GIF{}.EncodeContext(codec.WithAccount(ctx, account), new(bytes.Buffer), a), context.Canceled)
	assert.Zero(t, account.Used())
}

// letters returns frames of small black strokes on white, which become gray in thumbnails.
func letters(n int) (frames []*image.NRGBA) {
	for i := range n {
		random := rand.New(rand.NewPCG(uint64(i), 5))
		img := image.NewNRGBA(image.Rect(0, 0, 160, 96))
		draw.Draw(img, img.Rect, image.White, image.Point{}, draw.Src)
		for y := 4; y < 90; y += 10 {
			for x := 4; x < 150; x += 2 + random.IntN(5) {
				r := image.Rect(x, y+random.IntN(4), x+1, y+7)
				if random.IntN(3) == 0 {
					r = image.Rect(x, y+random.IntN(7), x+4, y+7).Intersect(image.Rect(x, y, x+4, y+1+random.IntN(7)))
				}
				draw.Draw(img, r, image.Black, image.Point{}, draw.Src)
			}
		}
		frames = append(frames, img)
	}
	return frames
}

// likenessOf returns the lowest PSNR, in dB, of the frames of a GIF compared with those of an animation.
func likenessOf(t *testing.T, file []byte, a *processors.Animation) float64 {
	g, err := gif.DecodeAll(bytes.NewReader(file))
	require.NoError(t, err)
	screen, i, least := image.NewNRGBA(a.Image.Bounds()), 0, 100.0
	for f, err := range a.Frames {
		require.NoError(t, err)
		require.Less(t, i, len(g.Image))
		draw.Draw(screen, g.Image[i].Rect, g.Image[i], g.Image[i].Rect.Min, draw.Over)
		least = min(least, imagetest.PSNR(screen, f.Image))
		i++
	}
	return least
}

func TestATrialNeverLooksMuchWorseThanTheUsualEncoding(t *testing.T) {
	for name, frames := range map[string][]*image.NRGBA{"discs": discs(6)} {
		a := halved(t, frames)
		var tried, once bytes.Buffer
		require.NoError(t, processors.GIF{}.Encode(&tried, a))
		was := a.Colors
		a.Colors = nil
		require.NoError(t, processors.GIF{}.Encode(&once, a))
		a.Colors = was
		assert.LessOrEqual(t, tried.Len(), once.Len()*3/2, name)
		assert.Greater(t, likenessOf(t, tried.Bytes(), a), likenessOf(t, once.Bytes(), a)-5, name)
	}
}

// ink returns the sum of the darkness of all frames, in pixels.
func ink(a *processors.Animation) (sum float64) {
	for f := range a.Frames {
		for i := 0; i < len(f.Image.Pix); i += 4 {
			sum += 1 - float64(f.Image.Pix[i])/255
		}
	}
	return sum
}

func TestStrokesOfTwoColorsDoNotDisappear(t *testing.T) {
	a := halved(t, letters(5))
	var b bytes.Buffer
	require.NoError(t, processors.GIF{}.Encode(&b, a))
	g, err := gif.DecodeAll(&b)
	require.NoError(t, err)
	var frames []*image.NRGBA
	screen := image.NewNRGBA(a.Bounds())
	for _, img := range g.Image {
		draw.Draw(screen, img.Rect, img, img.Rect.Min, draw.Over)
		frames = append(frames, &image.NRGBA{Pix: bytes.Clone(screen.Pix), Stride: screen.Stride, Rect: screen.Rect})
	}
	assert.Greater(t, ink(animated(frames, true)), 0.9*ink(a))
}
