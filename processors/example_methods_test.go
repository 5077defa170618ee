package processors_test

import (
	"context"
	"fmt"
	"image"
	"image/color"
	"image/draw"

	"github.com/rest-thumbnails/thumbnail/processors"
)

// After adds a watermark to any method.
func ExampleAfter() {
	marked := processors.After(processors.Crop{}, func(img draw.Image) {
		draw.Draw(img, image.Rect(0, 0, 10, 10), image.White, image.Point{}, draw.Src)
	})
	thumb, err := marked.Process(context.Background(), image.NewNRGBA(image.Rect(0, 0, 640, 480)), 100, 100)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(thumb.Bounds().Size(), color.NRGBAModel.Convert(thumb.At(5, 5)))
	// Output: (100,100) {255 255 255 255}
}

// Focus crops around a point in percent of width and height. In a URL the method is focus_90_50.
func ExampleFocus() {
	photo := image.NewNRGBA(image.Rect(0, 0, 200, 100)) // black, with a red right half
	draw.Draw(photo, photo.Rect, image.Black, image.Point{}, draw.Src)
	draw.Draw(photo, image.Rect(100, 0, 200, 100), image.NewUniform(color.NRGBA{R: 255, A: 255}), image.Point{}, draw.Src)

	thumb, err := processors.Focus{X: 90, Y: 50}.Process(context.Background(), photo, 50, 50)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(thumb.Bounds().Size(), color.NRGBAModel.Convert(thumb.At(25, 25)))
	// Output: (50,50) {255 0 0 255}
}
