package engine

import (
	"context"
	"fmt"
	"image"
	"image/draw"
	"io"
	"iter"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
	"github.com/rest-thumbnails/thumbnail/internal/imagetest"
	"github.com/rest-thumbnails/thumbnail/processors"
)

// quickEncoders has an encoder for each format and each compression method, at the fastest effort; thorough
// tries all of them.
func quickEncoders() map[string]Encoder {
	if thorough() {
		return ownEncoders()
	}
	return map[string]Encoder{
		"JPEG": processors.JPEG{Baseline: true}, "progressive JPEG": processors.JPEG{}, "PNG": processors.PNG{}, "PNG of a palette": processors.PNG{Palette: processors.PaletteAlways},
		"GIF": processors.GIF{}, "lossy WebP": processors.WebP{Effort: -1, Lossless: processors.LosslessNever}, "lossless WebP": processors.WebP{Effort: -1, Lossless: processors.LosslessAlways},
	}
}

// largePictures are 2900×2900 pixels with few and with many colors, and an animation of three frames.
func largePictures() map[string]image.Image {
	const side = 2900
	flat := imagetest.Static(side, side, 1)
	for i := range flat.Pix {
		flat.Pix[i] = byte(i/4%side/40*20) | byte(i&3/3*255)
	}
	all := map[string]image.Image{"flat": flat}
	if thorough() {
		all["photo"], all["noise"] = imagetest.Photo(side, side, 1), imagetest.Noise(side, side, 1)
	}
	return all
}

func filmOfOne(img *image.NRGBA) *processors.Animation {
	moved := imagetest.Photo(img.Rect.Dx(), 40, 1)
	frames := func(yield func(processors.Frame, error) bool) {
		for i := range 2 {
			next := &image.NRGBA{Pix: append([]byte(nil), img.Pix...), Stride: img.Stride, Rect: img.Rect}
			copy(next.Pix[i*img.Rect.Dy()/3*img.Stride:], moved.Pix)
			if !yield(processors.Frame{Image: next, Delay: 100 * time.Millisecond}, nil) {
				return
			}
		}
	}
	return &processors.Animation{Image: img, Frames: iter.Seq2[processors.Frame, error](frames), LoopCount: 0}
}

// An endingContext ends when its Err is called for the nth time, and measures the work between calls.
type endingContext struct {
	watchedContext
	end   int           // number of the call of Err at which the context ends; 0 means never
	ended time.Duration // CPU time at that call
}

func (c *endingContext) Err() error {
	now := imagetest.CPU()
	c.longest, c.last = max(c.longest, now-c.last), now
	if c.looks++; c.end > 0 && c.looks >= c.end {
		if c.looks == c.end {
			c.ended = now
		}
		return context.Canceled
	}
	return nil
}

// encodeWatched encodes until the context ends, and returns the longest CPU time between two calls of Err, and the
// number of calls.
func encodeWatched(t *testing.T, e Encoder, img image.Image, end int) (longest time.Duration, looks int, err error) {
	c := &endingContext{watchedContext: watchedContext{Context: codec.WithAccount(t.Context(), nil)}, end: end}
	longest = c.during(func() { err = e.(processors.ContextEncoder).EncodeContext(c, io.Discard, img) })
	_ = c.Err()
	return max(longest, c.longest), c.looks, err
}

func TestEveryEncoderChecksTheContextOften(t *testing.T) {
	imagetest.Long(t)
	for kind, img := range largePictures() {
		for name, e := range quickEncoders() {
			assertEncodesInSteps(t, e, img, fmt.Sprintf("%s, %s", name, kind))
			if still, ok := img.(*image.NRGBA); ok && animates(e) && thorough() {
				assertEncodesInSteps(t, e, filmOfOne(still), fmt.Sprintf("%s, %s that moves", name, kind))
			}
		}
	}
}

func assertEncodesInSteps(t *testing.T, e Encoder, img image.Image, what string) {
	longest, looks, err := encodeWatched(t, e, img, 0)
	assert.NoError(t, err, what)
	for range 2 {
		if longest > notice { // measure again, because the garbage collector also takes CPU time
			again, _, _ := encodeWatched(t, e, img, 0)
			longest = min(longest, again)
		}
	}
	assert.LessOrEqual(t, longest, notice, "%s: CPU time between two looks at the context", what)
	end := looks / 2
	_, after, err := encodeWatched(t, e, img, end)
	assert.ErrorIs(t, err, context.Canceled, what)
	assert.LessOrEqual(t, after-end, 50, "%s: looks at a context that has ended", what)
	t.Logf("%s: %d looks, %v at most between two, %d after the end", what, looks, longest.Round(time.Millisecond), after-end)
}

// The test uses the usual effort, and animations. The pictures are small, so that it takes half a second.
func TestEncodersEndSoonAfterTheContextAtTheUsualEffortAndInAnimations(t *testing.T) {
	still := imagetest.Static(384, 384, 1)
	draw.Draw(still, still.Rect, imagetest.Photo(384, 384, 1), image.Point{}, draw.Src)
	for name, e := range map[string]Encoder{
		"GIF": processors.GIF{}, "lossy WebP": processors.WebP{Lossless: processors.LosslessNever}, "lossless WebP": processors.WebP{Lossless: processors.LosslessAlways},
	} {
		for kind, img := range map[string]image.Image{"still": still, "moves": filmOfOne(still)} {
			what := name + ", " + kind
			longest, looks, err := encodeWatched(t, e, img, 0)
			assert.NoError(t, err, what)
			assert.LessOrEqual(t, longest, notice/2, "%s: CPU time between two looks at the context", what)
			assert.Greater(t, looks, 30, what)
			c := &endingContext{watchedContext: watchedContext{Context: codec.WithAccount(t.Context(), nil)}, end: looks / 2}
			assert.ErrorIs(t, e.(processors.ContextEncoder).EncodeContext(c, io.Discard, img), context.Canceled, what)
			assert.LessOrEqual(t, imagetest.CPU()-c.ended, notice, "%s: CPU time after the end", what)
			assert.LessOrEqual(t, c.looks-c.end, 50, "%s: looks at a context that has ended", what)
		}
	}
}
