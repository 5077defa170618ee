package webp

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
)

func TestTheHeaderReportsTheQuality(t *testing.T) {
	img := image.NewNRGBA(image.Rect(0, 0, 160, 120))
	for y := range 120 {
		for x := range 160 {
			v := math.Sin(float64(x*x+y*y)/300)*80 + 128
			img.SetNRGBA(x, y, color.NRGBA{uint8(v), uint8(x), uint8(255 - v), 255})
		}
	}
	for _, quality := range []float64{20, 50, 75, 90} {
		var b bytes.Buffer
		require.NoError(t, Encode(t.Context(), &b, img, EncodeOptions{Quality: quality, Effort: 4, Compression: Lossy}))
		h, err := readHeader(context.Background(), codec.NewBytesReader(t.Context(), b.Bytes()))
		require.NoError(t, err)
		assert.InDelta(t, quality, h.Quality, 14)
	}
	var b bytes.Buffer
	require.NoError(t, Encode(t.Context(), &b, img, EncodeOptions{Quality: 75, Effort: 0, Compression: Lossless}))
	h, err := readHeader(context.Background(), codec.NewBytesReader(t.Context(), b.Bytes()))
	require.NoError(t, err)
	assert.Zero(t, h.Quality)
}
