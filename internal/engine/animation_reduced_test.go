package engine

import (
	"testing"

	"github.com/rest-thumbnails/thumbnail/internal/imagetest"
	"github.com/rest-thumbnails/thumbnail/internal/resample"
	"github.com/rest-thumbnails/thumbnail/processors"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A still is decoded at a reduced size if the thumbnail is at most half as large. The frames of its animation are not.
func TestFramesOfSmallAnimationsShowTheWholePicture(t *testing.T) {
	for name, file := range map[string]func(*testing.T, []shownFrame) []byte{"GIF": gifOf, "WebP": webpAnimationOf, "APNG": apngOf} {
		frames := noisyFrames(3)
		for _, width := range []int{frameCanvas.X * 2 / 3, frameCanvas.X / 2, frameCanvas.X / 4} {
			_, img, err := animate(t.Context(), file(t, frames), processors.Fit{}, width, 0, plenty)
			require.NoError(t, err, name)
			got := filmOf(t, img).Frames
			require.Len(t, got, len(frames), name)
			for i, f := range framesOf(t, file(t, frames)).Frames {
				want, err := resample.Resize(t.Context(), f, resample.Full(f.Rect), got[i].Rect.Size(), resample.Options{})
				require.NoError(t, err)
				assert.Greater(t, imagetest.PSNR(want, got[i]), 40.0, "%s, frame %d at %d pixels", name, i, width)
			}
		}
	}
}
