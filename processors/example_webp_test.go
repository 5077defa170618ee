package processors_test

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/draw"

	xwebp "golang.org/x/image/webp"

	"github.com/rest-thumbnails/thumbnail/processors"
)

func ExampleWebP() {
	sky := image.NewRGBA(image.Rect(0, 0, 320, 200))
	draw.Draw(sky, sky.Rect, image.NewUniform(color.RGBA{120, 170, 230, 255}), image.Point{}, draw.Src)

	var file bytes.Buffer
	if err := (processors.WebP{Quality: 70}).Encode(&file, sky); err != nil {
		fmt.Println(err)
		return
	}
	config, err := xwebp.DecodeConfig(&file)
	fmt.Println(config.Width, config.Height, err)
	// Output: 320 200 <nil>
}
