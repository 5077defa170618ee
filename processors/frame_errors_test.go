package processors

import (
	"image"
	"image/color"
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
)

func TestTheGroundOfAPictureOfManyColorsTakesLittleMemory(t *testing.T) {
	img := image.NewNRGBA(image.Rect(0, 0, 512, 512))
	for y := range 512 {
		for x := range 512 {
			img.SetNRGBA(x, y, color.NRGBA{uint8(x / 2), uint8(y), uint8(y >> 8), 255})
			if y%2 == 0 {
				img.SetNRGBA(x, y, color.NRGBA{255, 250, 240, 255})
			}
		}
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	assert.Equal(t, [3]int32{255, 250, 240}, groundOf(img))
	runtime.ReadMemStats(&after)
	assert.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(codec.Free))
}
