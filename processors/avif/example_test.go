package avif_test

import (
	"bytes"
	"fmt"
	"image"

	"github.com/rest-thumbnails/thumbnail/processors/avif"
)

func ExampleEncoder() {
	var file bytes.Buffer
	if err := (avif.Encoder{Quality: 50}).Encode(&file, image.NewRGBA(image.Rect(0, 0, 320, 200))); err != nil {
		fmt.Println(err)
		return
	}
	config, format, err := image.DecodeConfig(&file) // the import has registered it
	fmt.Println(format, config.Width, config.Height, err)
	// Output: avif 320 200 <nil>
}
