package engine

import (
	"image"
	"io"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
	"github.com/rest-thumbnails/thumbnail/internal/imagetest"
	"github.com/rest-thumbnails/thumbnail/processors"
)

// noisyFrames returns opaque full frames of 64 colors that hardly compress.
func noisyFrames(n int) (out []shownFrame) {
	for i := range n {
		img := imagetest.Photo(frameCanvas.X, frameCanvas.Y, uint64(i))
		for j := range img.Pix {
			img.Pix[j] = img.Pix[j]&0xc0 | byte(j&3/3*255)
		}
		out = append(out, shownFrame{img: img})
	}
	return out
}

func TestAnAnimationTruncatedInALaterFrameIsDamagedInEveryFormat(t *testing.T) {
	for name, file := range map[string]func(*testing.T, []shownFrame) []byte{"GIF": gifOf, "WebP": webpAnimationOf, "APNG": apngOf} {
		frames := noisyFrames(4)
		two, three := file(t, frames[:2]), file(t, frames[:3])
		data := file(t, frames)
		data = data[:len(two)+(len(three)-len(two))*7/10] // ends within the third frame
		for _, tolerant := range []bool{false, true} {
			e, err := New(nil, tolerant)
			require.NoError(t, err)
			h, err := e.Header(t.Context(), codec.NewBytesReader(t.Context(), data))
			require.NoError(t, err, name)
			assert.Equal(t, 3, h.FrameCount, name)
			pic, err := e.Decode(t.Context(), data, h, image.Point{})
			require.NoError(t, err, "%s: the first frame is whole", name)
			assert.False(t, pic.Partial(), name)
			pic.Reuse()
			img, err := pic.animate(t.Context(), processors.Crop{}, frameCanvas.X, 0, plenty)
			if !tolerant {
				if err == nil {
					err = processors.GIF{}.Encode(io.Discard, img)
				}
				require.ErrorIs(t, err, processors.ErrCorrupt, name)
				continue
			}
			require.NoError(t, err, name)
			got := filmOf(t, img)
			require.GreaterOrEqual(t, len(got.Frames), 2, name)
			whole := framesOf(t, file(t, frames))
			for i := range 2 {
				assert.True(t, sameShown(whole.Frames[i].Pix, got.Frames[i].Pix), "%s, frame %d", name, i)
			}
			if len(got.Frames) > 2 { // missing pixels keep the values of the previous frame
				last := len(whole.Frames[1].Pix) - 4*frameCanvas.X
				assert.True(t, sameShown(whole.Frames[1].Pix[last:], got.Frames[2].Pix[last:]), name)
			}
		}
	}
}
