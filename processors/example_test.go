package processors_test

import (
	"context"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"log"

	"github.com/rest-thumbnails/thumbnail/processors"
)

// Framed crops and draws a frame. It embeds Crop, so it is a Planner, and originals can be decoded at a
// reduced size.
type Framed struct{ processors.Crop }

func (f Framed) Process(ctx context.Context, src image.Image, width, height int) (image.Image, error) {
	img, err := f.Crop.Process(ctx, src, width, height)
	if err != nil {
		return nil, err
	}
	out := image.NewRGBA(image.Rectangle{Max: img.Bounds().Size()})
	draw.Draw(out, out.Rect, image.Black, image.Point{}, draw.Src)
	draw.Draw(out, out.Rect.Inset(2), img, img.Bounds().Min.Add(image.Pt(2, 2)), draw.Src)
	return out, nil
}

func Example() {
	photo := image.NewNRGBA(image.Rect(0, 0, 640, 480))
	thumb, err := Framed{}.Process(context.Background(), photo, 100, 100)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(thumb.Bounds().Size(), thumb.At(1, 50) == color.RGBA{A: 255})
	// Output: (100,100) true
}
