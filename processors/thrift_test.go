package processors_test

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
	"github.com/rest-thumbnails/thumbnail/processors"
)

// halved are the frames of discs as thumbnails, and the colors of the frames.
func halved(t *testing.T) *processors.Animation {
	frames := discs(6)
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
	a := halved(t)
	account := codec.NewAccount(1 << 30)
	var whole, less bytes.Buffer
	require.NoError(t, processors.GIF{}.EncodeContext(codec.WithAccount(t.Context(), account), &whole, a))
	assert.Zero(t, account.Used())
	a.Colors = nil
	once := codec.NewAccount(1 << 30)
	require.NoError(t, processors.GIF{}.EncodeContext(codec.WithAccount(t.Context(), once), &less, a))
	assert.Zero(t, once.Used())

	a = halved(t)
	tight := codec.NewAccount(once.Peak())
	require.NoError(t, processors.GIF{}.EncodeContext(codec.WithAccount(t.Context(), tight), &less, a))
	assert.Zero(t, tight.Used())
}

func TestTrialsEndWithTheContext(t *testing.T) {
	a := halved(t)
	ctx, cancel := context.WithCancel(t.Context())
	colors := a.Colors()
	a.Colors = func() []color.NRGBA { cancel(); return colors }
	account := codec.NewAccount(1 << 30)
	assert.ErrorIs(t, processors.GIF{}.EncodeContext(codec.WithAccount(ctx, account), new(bytes.Buffer), a), context.Canceled)
	assert.Zero(t, account.Used())
}
