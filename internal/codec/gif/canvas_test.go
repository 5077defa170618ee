package gif

import (
	"bytes"
	"image"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestAFrameIsDisposedOfBeforeTheNextOne(t *testing.T) {
	sound := one([]byte{0, 1, 0, 1, 1, 0, 1, 0}, 2)
	f, err := parse(sound, 1)
	require.NoError(t, err)
	large, small := f.Frames[0], f.Frames[0]
	small.Rect = image.Rect(0, 1, 2, 2) // the same data, but the frame begins at another pixel
	for how, want := range map[disposal]bool{disposalKeep: false, disposalBackground: true, disposalPrevious: true} {
		c := newCanvas(f.Screen)
		draw := func(frame imageFrame) []byte {
			_, err := c.Draw(t.Context(), new(decoder), &frame)
			require.NoError(t, err)
			return bytes.Clone(c.Image.Pix)
		}
		draw(large)
		at := c.Image.PixOffset(0, 1)
		before := bytes.Clone(c.Image.Pix[at : at+8])
		small.Disposal = how
		draw(small)
		drawn := bytes.Clone(c.Image.Pix[at : at+8])
		require.NotEqual(t, before, drawn)
		assert.Equal(t, want, c.undo())
		after := map[disposal][]byte{disposalKeep: drawn, disposalBackground: make([]byte, 8), disposalPrevious: before}[how]
		assert.Equal(t, after, c.Image.Pix[at:at+8], "%d", how)
	}
}
