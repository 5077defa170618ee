package pixels_test

import (
	"image"
	"testing"

	"github.com/rest-thumbnails/thumbnail/internal/pixels"
	"github.com/stretchr/testify/assert"
)

// With 32 bits, the sum over all pixels of this picture would exceed an int.
func TestALargeLightPictureIsLight(t *testing.T) {
	const width, height = 2048, 1200
	img := &image.NRGBA{Pix: make([]uint8, 4*width), Rect: image.Rect(0, 0, width, height)} // all rows are the same memory
	for i := range img.Pix {
		img.Pix[i] = 255
	}
	assert.True(t, pixels.Light(img, 128))
	for i := range img.Pix {
		img.Pix[i] = 255 * uint8(i%4/3) // black
	}
	assert.False(t, pixels.Light(img, 128))
}
