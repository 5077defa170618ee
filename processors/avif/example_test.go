package avif_test

import (
	"bytes"
	"context"
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
	header, err := avif.Format.Header(context.Background(), &file)
	fmt.Println(avif.Format.Name, header.Width, header.Height, err)
	// Output: avif 320 200 <nil>
}
