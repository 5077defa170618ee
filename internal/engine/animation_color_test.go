package engine

import (
	"bytes"
	"image"
	"testing"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
	"github.com/rest-thumbnails/thumbnail/internal/imagetest"
	"github.com/rest-thumbnails/thumbnail/internal/imagetest/pieces"
	"github.com/rest-thumbnails/thumbnail/internal/imagetest/specimen"
	"github.com/rest-thumbnails/thumbnail/processors"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// pq is a cICP chunk: the primaries of Rec. 2020, and the transfer function PQ.
var pq = pieces.PNG("cICP", []byte{9, 16, 0, 1})

// withColors inserts a color description into a WebP or PNG of the size of frameCanvas.
func withColors(file []byte, description []byte) []byte {
	if string(file[:4]) != "RIFF" {
		return pieces.IntoPNG(file, description)
	}
	chunks, flags := file[12:], byte(pieces.WebPAlpha)
	if string(chunks[:4]) == "VP8X" {
		flags, chunks = chunks[8], chunks[18:]
	}
	return pieces.WebP(pieces.VP8X(flags|pieces.WebPProfile, frameCanvas), description, chunks)
}

// Colors far from sRGB are converted before scaling, others after it.
func TestFramesOfAnAnimationHaveTheColorsOfAStill(t *testing.T) {
	linear, p3 := specimen.Linear.Profile(), specimen.DisplayP3.Profile()
	frames := noisyFrames(3)
	for name, c := range map[string]struct {
		animation   func(*testing.T, []shownFrame) []byte
		still       func(testing.TB, image.Image) []byte
		description []byte
	}{
		"APNG, linear light": {apngOf, encodePNG, pieces.ICCP(linear)},
		"APNG, PQ":           {apngOf, encodePNG, pq},
		"APNG, P3":           {apngOf, encodePNG, pieces.ICCP(p3)},
		"WebP, linear light": {webpAnimationOf, losslessWebP, pieces.RIFF("ICCP", linear)},
		"WebP, P3":           {webpAnimationOf, losslessWebP, pieces.RIFF("ICCP", p3)},
	} {
		file := withColors(c.animation(t, frames), c.description)
		for _, p := range []processors.Processor{processors.Scale{}, processors.Smart{}, stretch{new(image.Image)}} {
			for _, width := range []int{frameCanvas.X, frameCanvas.X / 2} {
				_, img, err := animate(t.Context(), file, p, width, 0, plenty)
				require.NoError(t, err, name)
				got := filmOf(t, img).Frames
				require.Len(t, got, len(frames), name)
				for i, f := range framesOf(t, file).Frames {
					want := thumb(t, withColors(c.still(t, f), c.description), p, width)
					assert.Greater(t, imagetest.PSNR(want, got[i]), 45.0, "%s: frame %d by %T at %d pixels", name, i, p, width)
				}
			}
		}
	}
}

func losslessWebP(t testing.TB, img image.Image) []byte { return encodeWebP(t, img, true) }

func TestAnAnimationOfConvertedColorsIsNotStoredUnchanged(t *testing.T) {
	for name, original := range map[string]bool{"gamma of sRGB": true, "linear light": false} {
		file := apngOf(t, noisyFrames(3))
		if !original {
			file = withColors(file, pieces.ICCP(specimen.Linear.Profile()))
		}
		pic, img, err := animate(t.Context(), file, processors.Scale{}, frameCanvas.X, 0, plenty)
		require.NoError(t, err, name)
		filmOf(t, img)
		assert.Equal(t, original, pic.isOriginal(img), name)
	}
}

func TestAnimationsOfConvertedColorsAreMadeWithinTheirPlan(t *testing.T) {
	canvas := frameCanvas
	defer func() { frameCanvas = canvas }()
	frameCanvas = image.Pt(600, 500)
	file := withColors(apngOf(t, noisyFrames(2)), pieces.ICCP(specimen.Linear.Profile()))
	h, err := formatsOfTests.Header(t.Context(), codec.NewBytesReader(t.Context(), file))
	require.NoError(t, err)
	for _, encoder := range []Encoder{processors.GIF{}, processors.WebP{}} {
		for _, width := range []int{60, 600} {
			plan, err := formatsOfTests.Plan(h, Request{Processor: processors.Scale{}, Encoder: encoder, Width: width})
			require.NoError(t, err)
			require.True(t, plan.Moves())
			account := codec.NewAccount(plan.Bytes)
			assert.NoError(t, formatsOfTests.Make(codec.WithAccount(t.Context(), account), file, plan, new(bytes.Buffer), nil), "%T at %d", encoder, width)
			assert.LessOrEqual(t, account.Used(), int64(codec.Free), "%T at %d", encoder, width)
		}
	}
}
