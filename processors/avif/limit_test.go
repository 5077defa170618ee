package avif_test

import (
	"context"
	"image"
	"io"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail"
	"github.com/rest-thumbnails/thumbnail/internal/codec"
	"github.com/rest-thumbnails/thumbnail/processors"
	"github.com/rest-thumbnails/thumbnail/processors/avif"
)

var (
	_ thumbnail.PixelLimiter     = avif.Encoder{}
	_ processors.ContextEncoder  = avif.Encoder{}
	_ processors.MemoryEstimator = avif.Encoder{}
)

// The limit that Links assume for an encoder is the limit of the encoder.
func TestAPictureBeyondThePixelLimitIsRefused(t *testing.T) {
	for maxPixels, limit := range map[int64]int64{0: avif.DefaultMaxPixels, 1: 1, 1200: 1200, 3_000_000: 3_000_000} {
		e := avif.Encoder{MaxPixels: maxPixels}
		require.Equal(t, limit, e.PixelLimit())
		beyond := image.NewGray(image.Rect(0, 0, int(limit/2)+1, 2))
		if limit > 10_000 {
			beyond = image.NewGray(image.Rect(0, 0, int(limit/1000)+1, 1000))
		}
		account := codec.NewAccount(1 << 40)
		ctx := codec.WithAccount(t.Context(), account)
		assert.ErrorIs(t, e.EncodeContext(ctx, io.Discard, beyond), processors.ErrTooLarge, "MaxPixels %d", maxPixels)
		assert.Zero(t, account.Peak(), "it is seen before there is memory for it")
		assert.ErrorIs(t, e.Encode(io.Discard, beyond), processors.ErrTooLarge)
		if limit < 10_000 {
			assert.NoError(t, e.EncodeContext(context.Background(), io.Discard, image.NewGray(image.Rect(0, 0, int(limit), 1))))
		}
	}
}

func TestANegativeMaxPixelsIsNoLimit(t *testing.T) {
	e := avif.Encoder{MaxPixels: -1}
	assert.Zero(t, e.PixelLimit(), "which PixelLimiter takes for none")
	img := image.NewGray(image.Rect(0, 0, 1, 1))
	assert.NoError(t, e.Encode(io.Discard, img))
}
