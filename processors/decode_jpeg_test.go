package processors

import (
	"bytes"
	"image"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/internal/codec/jpeg"
)

// Chroma never has less than 0.54 samples for a pixel of the thumbnail, along either direction,
// unless the file has no more.
func TestNoSubsamplingLosesItsColours(t *testing.T) {
	for _, luma := range [][2]int{{1, 1}, {2, 1}, {1, 2}, {2, 2}, {4, 1}, {1, 4}, {4, 2}, {2, 4}, {4, 4}} {
		h := jpeg.Header{Width: 1600, Height: 1600, Components: 3, Sampling: [4][2]int{luma, {1, 1}, {1, 1}}}
		for side := 20; side < 1600; side++ {
			o := jpegOptions(h, image.Pt(side, side))
			scale := o.Scale
			for x, y := luma[0], luma[1]; o.FullChroma && 2*scale <= 8 && x%2 == 0 && y%2 == 0; x, y = x/2, y/2 {
				scale *= 2
			}
			got := 1600 * scale / 8 / max(luma[0], luma[1])
			assert.GreaterOrEqual(t, float64(got), min(0.54*float64(side), 1600/float64(max(luma[0], luma[1]))-1), "%v at %d: %v", luma, side, o)
		}
	}
}

func TestLumaThatHasFewerSamplesThanChromaIsDecodedWhole(t *testing.T) {
	for _, sampling := range [][4][2]int{{{1, 1}, {2, 2}, {2, 2}}, {{2, 1}, {1, 2}, {1, 1}}, {{1, 1}, {1, 1}, {4, 1}}} {
		h := jpeg.Header{Width: 1600, Height: 1600, Components: 3, Sampling: sampling}
		for _, side := range []int{1, 20, 200, 1000} {
			assert.Equal(t, jpeg.Options{Scale: 8}, jpegOptions(h, image.Pt(side, side)), "%v at %d", sampling, side)
		}
	}
}

// A block of one colour takes one bit in a progressive file, and components have blocks by their sampling factors.
func TestAHeaderAsksForNoMoreBytesThanAPictureOfOneColourHas(t *testing.T) {
	const width, height = 3000, 2000
	for factors := range 1 << 12 {
		var sampling [3][2]int // 1 to 4
		most := [2]int{1, 1}
		frame := []byte{0xff, 0xd8, 0xff, 0xc2, 0, 17, 8, height >> 8, height & 255, width >> 8, width & 255, 3}
		for i := range sampling {
			h, v := factors>>(4*i)&3+1, factors>>(4*i+2)&3+1
			sampling[i], most = [2]int{h, v}, [2]int{max(most[0], h), max(most[1], v)}
			frame = append(frame, byte(i), byte(h<<4|v), 0)
		}
		blocks := 0
		for _, s := range sampling {
			blocks += (width*s[0]/most[0] + 7) / 8 * ((height*s[1]/most[1] + 7) / 8)
		}
		h, err := DecodeHeader(bytes.NewReader(append(frame, 0xff, markerSOS, 0, 2)))
		require.NoError(t, err)
		require.LessOrEqual(t, h.least, int64(blocks/8), "%v", sampling)
	}
}
