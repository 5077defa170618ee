package processors_test

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"io"

	"github.com/rest-thumbnails/thumbnail/processors"
)

// slope is a smooth picture.
func slope(w, h int) *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			img.SetNRGBA(x, y, color.NRGBA{uint8(255 * x / w), uint8(255 * y / h), 90, 255})
		}
	}
	return img
}

// A lower quality takes fewer bytes.
func ExampleJPEG() {
	var good, small bytes.Buffer
	if err := (processors.JPEG{Quality: 90}).Encode(&good, slope(200, 150)); err != nil {
		panic(err)
	}
	if err := (processors.JPEG{Quality: 50}).Encode(&small, slope(200, 150)); err != nil {
		panic(err)
	}
	fmt.Println(small.Len() < good.Len())
	// Output: true
}

// A picture of few colors is stored with a palette.
func ExamplePNG() {
	flat := image.NewNRGBA(image.Rect(0, 0, 64, 64))
	draw.Draw(flat, image.Rect(8, 8, 40, 40), image.NewUniform(color.NRGBA{200, 30, 30, 255}), image.Point{}, draw.Src)
	var file bytes.Buffer
	if err := (processors.PNG{}).Encode(&file, flat); err != nil {
		panic(err)
	}
	config, format, err := image.DecodeConfig(&file)
	_, palette := config.ColorModel.(color.Palette)
	fmt.Println(format, palette, err)
	// Output: png true <nil>
}

// A picture that must not be cut is padded to the size that the page wants.
func ExamplePad() {
	pad := processors.Pad{Background: color.NRGBA{245, 245, 245, 255}}
	img, err := pad.Process(context.Background(), slope(300, 100), 90, 90)
	if err != nil {
		panic(err)
	}
	r, g, b, _ := img.At(45, 2).RGBA()
	fmt.Println(img.Bounds().Size(), r>>8, g>>8, b>>8)
	// Output: (90,90) 245 245 245
}

// Smart keeps the subject of the picture, and Crop keeps the middle.
func ExampleSmart() {
	picture := image.NewNRGBA(image.Rect(0, 0, 300, 100))
	draw.Draw(picture, picture.Rect, image.NewUniform(color.NRGBA{90, 130, 190, 255}), image.Point{}, draw.Src)
	draw.Draw(picture, image.Rect(20, 30, 60, 70), slope(40, 40), image.Point{}, draw.Src)
	for _, p := range []processors.Processor{processors.Crop{}, processors.Smart{}} {
		img, err := p.Process(context.Background(), picture, 50, 50)
		if err != nil {
			panic(err)
		}
		seen := false
		for x := range 50 {
			r, _, _, _ := img.At(x, 25).RGBA()
			seen = seen || r>>8 != 90
		}
		fmt.Printf("%T has the subject: %t\n", p, seen)
	}
	// Output:
	// processors.Crop has the subject: false
	// processors.Smart has the subject: true
}

// This is a format of a program: "toy" has a magic number, a width, a height, and a byte of gray per pixel.
func ExampleFormat() {
	toy := processors.Format{
		Name:  "toy",
		Match: func(head []byte) bool { return bytes.HasPrefix(head, []byte("TOY")) },
		Header: func(_ context.Context, r io.Reader) (processors.FormatHeader, error) {
			var head [5]byte
			if _, err := io.ReadFull(r, head[:]); err != nil {
				return processors.FormatHeader{}, processors.ErrCorrupt
			}
			return processors.FormatHeader{Width: int(head[3]), Height: int(head[4]), Bytes: int64(head[3]) * int64(head[4])}, nil
		},
		Decode: func(_ context.Context, data []byte) (image.Image, error) {
			img := image.NewGray(image.Rect(0, 0, int(data[3]), int(data[4])))
			if copy(img.Pix, data[5:]) < len(img.Pix) {
				return nil, processors.ErrCorrupt
			}
			return img, nil
		},
	}
	file := append([]byte("TOY\x02\x01"), 10, 200) // 2 pixels wide, 1 high
	h, err := toy.Header(context.Background(), bytes.NewReader(file))
	fmt.Println(toy.Match(file), h.Width, h.Height, err)
	img, err := toy.Decode(context.Background(), file)
	fmt.Println(img.At(1, 0), err)
	// Pass it to a handler as thumbnail.Config{Formats: []processors.Format{toy}}.

	// Output:
	// true 2 1 <nil>
	// {200} <nil>
}
