package engine

import (
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"testing"

	"github.com/rest-thumbnails/thumbnail/internal/imagetest"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// store returns the stored picture whose upright form is img. Its formulas follow from the names of the orientations
// in Exif, and not from the table turns, so that a test can compare both.
func store(img image.Image, orientation int) *image.NRGBA {
	b := img.Bounds()
	w, h := b.Dx(), b.Dy()
	size := image.Pt(w, h)
	if orientation >= 5 {
		size = image.Pt(h, w)
	}
	out := image.NewNRGBA(image.Rectangle{Max: size})
	for y := range h {
		for x := range w {
			// The comments name the edges of the upright picture at which row 0 and column 0 of the file lie.
			at := map[int]image.Point{
				1: image.Pt(x, y),         // top, left
				2: image.Pt(w-1-x, y),     // top, right
				3: image.Pt(w-1-x, h-1-y), // bottom, right
				4: image.Pt(x, h-1-y),     // bottom, left
				5: image.Pt(y, x),         // left, top
				6: image.Pt(y, w-1-x),     // right, top
				7: image.Pt(h-1-y, w-1-x), // right, bottom
				8: image.Pt(h-1-y, x),     // left, bottom
			}[orientation]
			out.Set(at.X, at.Y, img.At(b.Min.X+x, b.Min.Y+y))
		}
	}
	return out
}

func TestEveryTypeOfPictureIsTurnedUpright(t *testing.T) {
	want := imagetest.Gradient(7, 5)
	palette := color.Palette{}
	for i := range 256 {
		palette = append(palette, color.NRGBA{uint8(i), uint8(i), uint8(i), 255})
	}
	r := func(size image.Point) image.Rectangle { return image.Rectangle{Max: size} }
	for name, make := range map[string]func(size image.Point) draw.Image{
		"NRGBA":    func(p image.Point) draw.Image { return image.NewNRGBA(r(p)) },
		"RGBA":     func(p image.Point) draw.Image { return image.NewRGBA(r(p)) },
		"NRGBA64":  func(p image.Point) draw.Image { return image.NewNRGBA64(r(p)) },
		"RGBA64":   func(p image.Point) draw.Image { return image.NewRGBA64(r(p)) },
		"Gray":     func(p image.Point) draw.Image { return image.NewGray(r(p)) },
		"Gray16":   func(p image.Point) draw.Image { return image.NewGray16(r(p)) },
		"CMYK":     func(p image.Point) draw.Image { return image.NewCMYK(r(p)) },
		"Paletted": func(p image.Point) draw.Image { return image.NewPaletted(r(p), palette) },
		"Alpha":    func(p image.Point) draw.Image { return image.NewAlpha(r(p)) },
	} {
		for orientation := 1; orientation <= 8; orientation++ {
			stored := make(store(want, orientation).Rect.Size())
			draw.Draw(stored, stored.Bounds(), store(want, orientation), image.Point{}, draw.Src)
			upright := make(want.Rect.Size())
			draw.Draw(upright, want.Rect, want, image.Point{}, draw.Src)
			got := orientOf(stored, orientation)
			assert.Zero(t, distance(t, upright, got), "%s, orientation %d", name, orientation)
		}
	}
}

func TestChromaTurnsWithThePicture(t *testing.T) {
	for _, ratio := range []image.YCbCrSubsampleRatio{
		image.YCbCrSubsampleRatio444, image.YCbCrSubsampleRatio422, image.YCbCrSubsampleRatio420,
		image.YCbCrSubsampleRatio440, image.YCbCrSubsampleRatio411, image.YCbCrSubsampleRatio410,
	} {
		for _, size := range []image.Point{{16, 8}, {7, 5}, {8, 5}, {1, 1}, {5, 1}} {
			img := image.NewYCbCr(image.Rectangle{Max: size}, ratio)
			for i := range img.Y {
				img.Y[i] = byte(i*7 + 40)
			}
			for i := range img.Cb {
				img.Cb[i], img.Cr[i] = byte(90+i*5), byte(200-i*3)
			}
			withAlpha := &image.NYCbCrA{YCbCr: *img, A: make([]byte, len(img.Y)), AStride: img.YStride}
			for i := range withAlpha.A {
				withAlpha.A[i] = byte(i)
			}
			for orientation := 1; orientation <= 8; orientation++ {
				name := fmt.Sprint(ratio, size, orientation)
				seen := orientOf(img, orientation)
				back := store(seen, orientation)
				require.Zero(t, distance(t, img, back), name)
				require.Zero(t, distance(t, withAlpha, store(orientOf(withAlpha, orientation), orientation)), name)
			}
		}
	}
}
