package webp

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"image/draw"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
	"github.com/rest-thumbnails/thumbnail/internal/imagetest"
)

type film struct {
	frames []*image.NRGBA
	delays []time.Duration
}

// randomFilm returns an animation in which rectangles appear, move, fade and disappear, on a ground that may be transparent. In some
// animations the frames have little in common.
func randomFilm(r *rand.Rand, w, h int) (f film) {
	ground := image.NewNRGBA(image.Rect(0, 0, w, h))
	switch r.IntN(3) {
	case 0:
		draw.Draw(ground, ground.Rect, imagetest.Photo(w, h, r.Uint64()), image.Point{}, draw.Src)
	case 1:
		draw.Draw(ground, ground.Rect, image.NewUniform(color.NRGBA{240, 240, 230, 255}), image.Point{}, draw.Src)
	}
	keep := r.IntN(2) == 0
	last := ground
	for range 2 + r.IntN(9) {
		img := image.NewNRGBA(ground.Rect)
		if keep {
			copy(img.Pix, last.Pix)
		} else {
			copy(img.Pix, ground.Pix)
		}
		for range r.IntN(4) {
			at := image.Pt(r.IntN(w), r.IntN(h))
			c := color.NRGBA{byte(r.Uint32()), byte(r.Uint32()), byte(r.Uint32()), 255}
			switch r.IntN(4) {
			case 0:
				c.A = byte(r.Uint32())
			case 1:
				c = color.NRGBA{}
			}
			draw.Draw(img, image.Rectangle{at, at.Add(image.Pt(1+r.IntN(w), 1+r.IntN(h)))}, image.NewUniform(c), image.Point{}, draw.Src)
		}
		f.frames = append(f.frames, img)
		f.delays = append(f.delays, time.Duration(11+r.IntN(200))*time.Millisecond)
		last = img
	}
	return f
}

func (f film) encode(t testing.TB, o EncodeOptions, loop int) []byte {
	account := codec.NewAccount(1 << 40)
	ctx := codec.WithAccount(t.Context(), account)
	a, err := NewAnimation(ctx, f.frames[0].Rect.Size(), o)
	require.NoError(t, err)
	for i, img := range f.frames {
		require.NoError(t, a.Add(img, f.delays[i]))
	}
	var out bytes.Buffer
	require.NoError(t, a.Write(&out, loop))
	a.Close()
	require.Zero(t, account.Used())
	return out.Bytes()
}

// at returns the frame that is displayed at a time.
func (f film) at(when time.Duration) *image.NRGBA {
	for i, d := range f.delays {
		if when -= d; when < 0 {
			return f.frames[i]
		}
	}
	return nil
}

func playedFilm(t testing.TB, file []byte) (f film, loops int) {
	h := header(t, file)
	if h.Format == nil {
		h.Format = Format
	}
	m, err := Format.Frames(t.Context(), file, h, codec.Options{})
	require.NoError(t, err)
	for range max(h.FrameCount, 1) {
		next, err := m.Next(t.Context())
		require.NoError(t, err)
		shown := next.Image.(*image.NRGBA)
		f.frames = append(f.frames, &image.NRGBA{Pix: bytes.Clone(shown.Pix), Stride: shown.Stride, Rect: shown.Rect})
		f.delays = append(f.delays, next.Delay)
	}
	return f, m.LoopCount()
}

func TestALosslessAnimationIsEncodedExactly(t *testing.T) {
	r := rand.New(rand.NewPCG(21, 22))
	for i := range 150 {
		f := randomFilm(r, 1+r.IntN(60), 1+r.IntN(50))
		file := f.encode(t, EncodeOptions{Effort: i % 7, Compression: Lossless}, i%3-1)
		if header(t, file).FrameCount < 2 {
			assert.Equal(t, visible(f.frames[0]), visible(shown(t, file)))
			continue
		}
		got, loops := playedFilm(t, file)
		assert.Equal(t, i%3-1, loops)
		at := time.Duration(0)
		for n, want := range f.frames {
			image := got.at(at + f.delays[n]/2)
			require.NotNil(t, image)
			require.True(t, bytes.Equal(visible(want), visible(image)), "film %d of %v, frame %d", i, want.Rect.Size(), n)
			at += f.delays[n]
		}
	}
}

func TestALossyAnimationLooksLikeTheOriginal(t *testing.T) {
	r := rand.New(rand.NewPCG(23, 24))
	for i := range 40 {
		f := randomFilm(r, 20+r.IntN(60), 20+r.IntN(50))
		for _, c := range []Compression{Automatic, Lossy} {
			got, _ := playedFilm(t, f.encode(t, EncodeOptions{Quality: 95, Effort: 3, Compression: c}, 0))
			at := time.Duration(0)
			for n, want := range f.frames {
				img := got.at(at + f.delays[n]/2)
				require.NotNil(t, img)
				sum, count := 0.0, 0.0
				for p := 0; p < len(want.Pix); p += 4 {
					d := float64(want.Pix[p+3]) - float64(img.Pix[p+3])
					require.InDelta(t, 0, d, 1.5, "alpha")
					for k := range 3 {
						d := (float64(want.Pix[p+k]) - float64(img.Pix[p+k])) * float64(want.Pix[p+3]) / 255
						sum += d * d
						count++
					}
				}
				require.Less(t, sum/count, 900.0, "film %d, frame %d, %d", i, n, c)
				at += f.delays[n]
			}
		}
	}
}

func TestAnAnimationWithoutMotionIsAStillPicture(t *testing.T) {
	img := imagetest.Photo(30, 20, 1)
	f := film{[]*image.NRGBA{img, img, img}, []time.Duration{50 * time.Millisecond, 60 * time.Millisecond, 70 * time.Millisecond}}
	assert.False(t, header(t, f.encode(t, EncodeOptions{Quality: 80}, 0)).FrameCount > 1)
	f.delays[1] = 0 // viewers replace a delay of 0
	got, _ := playedFilm(t, f.encode(t, EncodeOptions{Quality: 80}, 0))
	assert.Equal(t, []time.Duration{50 * time.Millisecond, 0, 70 * time.Millisecond}, got.delays)
}

func TestRoundingErrorsOfDelaysDoNotAddUp(t *testing.T) {
	f := film{}
	for i := range 60 {
		img := image.NewNRGBA(image.Rect(0, 0, 8, 8))
		img.SetNRGBA(i%8, i/8, color.NRGBA{200, 0, 0, 255})
		f.frames, f.delays = append(f.frames, img), append(f.delays, time.Second/60)
	}
	got, _ := playedFilm(t, f.encode(t, EncodeOptions{Compression: Lossless}, 0))
	sum := time.Duration(0)
	for _, d := range got.delays {
		sum += d
	}
	assert.Len(t, got.frames, 60)
	assert.InDelta(t, time.Second, sum, float64(2*time.Millisecond))
}

func TestAnAnimationEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	account := codec.NewAccount(1 << 40)
	a, err := NewAnimation(codec.WithAccount(ctx, account), image.Pt(40, 30), EncodeOptions{Quality: 80})
	require.NoError(t, err)
	require.NoError(t, a.Add(imagetest.Photo(40, 30, 1), time.Second))
	assert.Error(t, a.Add(imagetest.Photo(41, 30, 1), time.Second), "frames of several sizes")
	cancel()
	assert.ErrorIs(t, a.Add(imagetest.Photo(40, 30, 2), time.Second), context.Canceled)
	a.Close()
	assert.Zero(t, account.Used())
}
