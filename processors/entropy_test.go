package processors_test

import (
	"image"
	"image/color"
	"testing"

	"github.com/rest-thumbnails/thumbnail/processors"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// syn is a flat picture with red in the right half and green in the lower half.
func syn(w, h int) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			c := color.RGBA{40, 80, uint8(x + y), 255}
			if x > w/2 {
				c.R = uint8(x*x + 3*y)
			}
			if y > h/2 {
				c.G = uint8(7 * x * y)
			}
			img.SetRGBA(x, y, c)
		}
	}
	return img
}

func flatRGB(w, h int) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	fill(img, color.RGBA{90, 120, 200, 255})
	return img
}

func flatGray(w, h int) *image.Gray {
	img := image.NewGray(image.Rect(0, 0, w, h))
	fill(img, color.Gray{128})
	return img
}

func fill(img interface {
	Bounds() image.Rectangle
	Set(x, y int, c color.Color)
}, c color.Color) {
	b := img.Bounds()
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			img.Set(x, y, c)
		}
	}
}

func stripe() *image.Gray {
	img := flatGray(300, 100)
	for y := range 100 {
		for x := 180; x < 240; x++ {
			img.SetGray(x, y, color.Gray{uint8(37*x + 91*y)})
		}
	}
	return img
}

func TestEntropyChoosesTheCropOfDjangoRestThumbnails(t *testing.T) {
	for _, c := range []struct {
		name          string
		img           image.Image
		width, height int
		want          image.Rectangle
	}{
		{"content below", syn(300, 200), 300, 100, image.Rect(0, 100, 300, 200)},
		{"content at the right", syn(300, 200), 150, 200, image.Rect(150, 0, 300, 200)},
		{"content at the right, upright", syn(200, 300), 123, 300, image.Rect(77, 0, 200, 300)},
		{"flat RGB stays centered", flatRGB(300, 200), 150, 200, image.Rect(75, 0, 225, 200)},
		{"flat RGB stays centered, vertically", flatRGB(300, 200), 300, 100, image.Rect(0, 50, 300, 150)},
		{"flat gray drifts to the right", flatGray(300, 200), 150, 200, image.Rect(150, 0, 300, 200)},
		{"flat gray drifts to the bottom", flatGray(300, 200), 300, 100, image.Rect(0, 100, 300, 200)},
		{"a stripe in gray", stripe(), 100, 100, image.Rect(180, 0, 280, 100)},
	} {
		t.Run(c.name, func(t *testing.T) {
			size := c.img.Bounds().Size()
			scaled, crop := processors.Entropy{}.Plan(size, c.width, c.height)
			require.Equal(t, size, scaled)
			got, err := processors.Entropy{}.Locate(t.Context(), c.img, scaled, crop)
			require.NoError(t, err)
			assert.Equal(t, c.want, got)
		})
	}
}

func TestEntropyExaminesABoundedCopyForAHugeBox(t *testing.T) {
	img := stripe()
	scaled, crop := processors.Entropy{}.Plan(img.Bounds().Size(), 4096, 4096)
	got, err := processors.Entropy{}.Locate(t.Context(), img, scaled, crop)
	require.NoError(t, err)
	assert.Equal(t, crop.Size(), got.Size())
	assert.InDelta(t, 180*4096/100, got.Min.X, 10*4096/100)
}

// In a strip of 500,000 pixels, the computation of positions from those in the copy needs more than 32 bits.
func TestEntropyLocatesABoxInALongStrip(t *testing.T) {
	for _, size := range []image.Point{{10000, 1}, {1, 10000}} {
		img := image.NewGray(image.Rectangle{Max: size})
		img.Pix[len(img.Pix)-1] = 255
		scaled, crop := processors.Entropy{}.Plan(size, 50, 50)
		require.Equal(t, 500000, max(scaled.X, scaled.Y))
		got, err := processors.Entropy{}.Locate(t.Context(), img, scaled, crop)
		require.NoError(t, err)
		assert.Equal(t, crop.Size(), got.Size())
		assert.True(t, got.In(image.Rectangle{Max: scaled}), "%v", got)
	}
}
