package webp

import (
	"bytes"
	"context"
	"image"
	"image/draw"
	"math/rand/v2"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
	"github.com/rest-thumbnails/thumbnail/internal/imagetest"
)

// The test encodes 800 pictures, and 5000 if THUMBNAIL_REAL is set.
func TestSmallPicturesAreEncodedCorrectlyWithEveryOption(t *testing.T) {
	n := 800
	if os.Getenv("THUMBNAIL_REAL") != "" {
		n = 5000
	}
	installed := imagetest.Optional(t, "dwebp", "webp") != ""
	r := rand.New(rand.NewPCG(31, 32))
	for i := range n {
		w, h := 1+r.IntN(1<<r.IntN(7)), 1+r.IntN(1<<r.IntN(6))
		img := randomDrawing(r, w, h)
		switch i % 5 {
		case 1:
			img = shadowed(r, w, h)
		case 2:
			img = imagetest.Photo(w, h, r.Uint64())
		}
		o := EncodeOptions{Quality: float64(r.IntN(101)), Effort: r.IntN(7), Compression: Compression(r.IntN(3)), Exact: r.IntN(2) == 0}
		file := encodeStill(t, img, o)
		got := shown(t, file)
		require.Equal(t, img.Rect, got.Rect)
		if o.Compression == Lossless {
			want, is := img.Pix, got.Pix
			if !o.Exact {
				want, is = visible(img), visible(got)
			}
			require.True(t, bytes.Equal(want, is), "picture %d, %+v", i, o)
		}
		if installed && i%100 == 0 {
			other := shownByDwebp(t, file)
			require.True(t, bytes.Equal(visible(other), visible(got)), "picture %d, %+v: as libwebp decodes it", i, o)
		}
	}
}

// looked is a context that records the longest CPU time between two calls of Err.
type looked struct {
	context.Context
	last, longest *time.Duration
}

func (l looked) Err() error {
	now := imagetest.CPU()
	*l.longest = max(*l.longest, now-*l.last)
	*l.last = now
	return l.Context.Err()
}

func TestTheEncoderChecksItsContextOften(t *testing.T) {
	r := rand.New(rand.NewPCG(33, 34))
	noise := image.NewNRGBA(image.Rect(0, 0, 480, 360))
	for i := range noise.Pix {
		noise.Pix[i] = byte(r.Uint32())
	}
	half := image.NewNRGBA(noise.Rect)
	draw.Draw(half, image.Rect(0, 0, 480, 120), noise, image.Point{}, draw.Src)
	for name, img := range map[string]*image.NRGBA{
		"noise": noise, "half of it": half, "empty": image.NewNRGBA(noise.Rect), "drawing": randomDrawing(r, 480, 360), "translucent": shadowed(r, 480, 360),
	} {
		for _, o := range []EncodeOptions{{Effort: 4}, {Effort: 5, Compression: Lossless}} {
			least := time.Hour
			for range 3 { // repeated, because other programs and the garbage collector may disturb a measurement
				start, longest := imagetest.CPU(), time.Duration(0)
				ctx := looked{codec.WithAccount(t.Context(), nil), &start, &longest}
				require.NoError(t, Encode(ctx, new(bytes.Buffer), img, o))
				if least = min(least, longest); least < 50*time.Millisecond {
					break
				}
			}
			t.Logf("%s, effort %d: %v", name, o.Effort, least)
			assert.Less(t, least, 100*time.Millisecond, "%s, %+v", name, o)
		}
	}
}
