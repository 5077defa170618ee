package processors

import (
	"errors"
	"image"
	"image/draw"
	"image/gif"
	"io"
)

// decodeGIF decodes the first frame and puts it in its place on the canvas, which is transparent, as browsers do: the
// background colour of the file is ignored.
func decodeGIF(r io.Reader, canvas image.Point) (image.Image, error) {
	frame, err := gif.Decode(r)
	if err != nil {
		return nil, err
	}
	whole := image.Rectangle{Max: canvas}
	switch b := frame.Bounds(); {
	case b == whole:
		return frame, nil
	case b.Empty() || !b.In(whole):
		return nil, errors.New("the first frame is empty or lies outside of the canvas")
	}
	img := image.NewRGBA(whole)
	draw.Draw(img, frame.Bounds(), frame, frame.Bounds().Min, draw.Src)
	return img, nil
}
