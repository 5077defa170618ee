package processors_test

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"log"

	"github.com/rest-thumbnails/thumbnail/processors"
)

// Framed crops and draws a frame. By embedding Crop it keeps the ability to plan, and with it the
// cheap decoding.
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
	var file bytes.Buffer
	if err := png.Encode(&file, image.NewNRGBA(image.Rect(0, 0, 640, 480))); err != nil {
		log.Fatal(err)
	}
	ctx, data, p := context.Background(), file.Bytes(), Framed{}

	h, err := processors.DecodeHeader(bytes.NewReader(data))
	if err != nil {
		log.Fatal(err)
	}
	least := processors.MinDecode(p, h.Size, 100, 100)
	pic, err := processors.Decode(ctx, data, h, least)
	if err != nil {
		log.Fatal(err)
	}
	defer pic.Release()
	thumb, err := pic.Apply(ctx, p, 100, 100)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(h.Format, h.Size, least, thumb.Bounds().Size(), thumb.At(1, 50) == color.RGBA{A: 255})
	// Output: png (640,480) (133,100) (100,100) true
}
