package imagetest

import (
	"image"
	"image/color"
	"image/draw"
)

// Cornered returns a smooth, opaque picture with a corner of another color, which shows its orientation.
func Cornered(w, h int) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			c := color.RGBA{byte(60 + x*120/w), byte(60 + y*120/h), 90, 255}
			if x < w/4 && y < h/4 {
				c = color.RGBA{200, 60, 50, 255}
			}
			img.SetRGBA(x, y, c)
		}
	}
	return img
}

// Turned returns the upright form of a picture with an EXIF orientation of 1 to 8.
func Turned(img image.Image, orientation int) *image.RGBA {
	out := image.NewRGBA(image.Rectangle{Max: turnedSize(img, orientation)})
	turn(out, img, orientation)
	return out
}

// TurnedDeep is like Turned, with 16 bits per sample.
func TurnedDeep(img image.Image, orientation int) *image.RGBA64 {
	out := image.NewRGBA64(image.Rectangle{Max: turnedSize(img, orientation)})
	turn(out, img, orientation)
	return out
}

func turnedSize(img image.Image, orientation int) image.Point {
	size := img.Bounds().Size()
	if orientation > 4 {
		return image.Pt(size.Y, size.X)
	}
	return size
}

func turn(out draw.Image, img image.Image, orientation int) {
	b := img.Bounds()
	w, h := b.Dx(), b.Dy()
	for y := range out.Bounds().Dy() {
		for x := range out.Bounds().Dx() {
			p := [9]image.Point{
				1: {x, y}, 2: {w - 1 - x, y}, 3: {w - 1 - x, h - 1 - y}, 4: {x, h - 1 - y},
				5: {y, x}, 6: {y, h - 1 - x}, 7: {w - 1 - y, h - 1 - x}, 8: {w - 1 - y, x},
			}[orientation]
			out.Set(x, y, img.At(b.Min.X+p.X, b.Min.Y+p.Y))
		}
	}
}
