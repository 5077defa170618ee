package jpeg

import (
	"context"
	"image"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
)

// frameOf returns a frame of 1600×1600 pixels with the given sampling factors.
func frameOf(sampling ...[2]int) *frame {
	f := &frame{width: 1600, height: 1600, hMax: 1, vMax: 1}
	for _, s := range sampling {
		f.comps = append(f.comps, component{h: s[0], v: s[1]})
		f.hMax, f.vMax = max(f.hMax, s[0]), max(f.vMax, s[1])
	}
	return f
}

// Chroma has at least 0.54 samples per pixel of the thumbnail in each direction, unless the file has fewer.
func TestReducedDecodesKeepEnoughChroma(t *testing.T) {
	for _, luma := range [][2]int{{1, 1}, {2, 1}, {1, 2}, {2, 2}, {4, 1}, {1, 4}, {4, 2}, {2, 4}, {4, 4}} {
		f := frameOf(luma, [2]int{1, 1}, [2]int{1, 1})
		for side := 20; side < 1600; side++ {
			o := f.reduction(image.Pt(side, side))
			scale := o.Scale
			for x, y := luma[0], luma[1]; o.FullChroma && 2*scale <= 8 && x%2 == 0 && y%2 == 0; x, y = x/2, y/2 {
				scale *= 2
			}
			got := 1600 * scale / 8 / max(luma[0], luma[1])
			assert.GreaterOrEqual(t, float64(got), min(0.54*float64(side), 1600/float64(max(luma[0], luma[1]))-1), "%v at %d: %v", luma, side, o)
		}
	}
}

func TestPicturesWithSubsampledLumaAreDecodedAtFullSize(t *testing.T) {
	for _, sampling := range [][][2]int{{{1, 1}, {2, 2}, {2, 2}}, {{2, 1}, {1, 2}, {1, 1}}, {{1, 1}, {1, 1}, {4, 1}}} {
		for _, side := range []int{1, 20, 200, 1000} {
			assert.Equal(t, Options{Scale: 8}, frameOf(sampling...).reduction(image.Pt(side, side)), "%v at %d", sampling, side)
		}
	}
}

// In a progressive file, a block of one color takes one bit. The number of blocks of a component depends on its sampling factors.
func TestMinBytesIsAtMostTheSizeOfAPictureOfOneColor(t *testing.T) {
	const width, height = 3000, 2000
	for factors := range 1 << 12 {
		var sampling [3][2]int // 1 to 4
		most := [2]int{1, 1}
		file := []byte{0xFF, mSOI, 0xFF, mSOF2, 0, 17, 8, height >> 8, height & 255, width >> 8, width & 255, 3}
		for i := range sampling {
			h, v := factors>>(4*i)&3+1, factors>>(4*i+2)&3+1
			sampling[i], most = [2]int{h, v}, [2]int{max(most[0], h), max(most[1], v)}
			file = append(file, byte(i), byte(h<<4|v), 0)
		}
		blocks := 0
		for _, s := range sampling {
			blocks += ceilDiv(ceilDiv(width*s[0], most[0]), 8) * ceilDiv(ceilDiv(height*s[1], most[1]), 8)
		}
		file = append(file, 0xFF, mSOS, 0, 2)
		ctx := context.Background()
		h, err := Format.Header(ctx, codec.NewBytesReader(ctx, file))
		require.NoError(t, err)
		require.LessOrEqual(t, h.MinBytes, int64(blocks/8), "%v", sampling)
	}
}
