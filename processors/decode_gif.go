package processors

import (
	"context"
	"errors"
	"image"

	"github.com/rest-thumbnails/thumbnail/internal/codec/gif"
)

// decodeGIF decodes the first frame in its place on the canvas, which is transparent, as browsers
// do: the background colour of the file is ignored. A frame without pixels leaves it so.
func decodeGIF(ctx context.Context, data []byte, canvas image.Point) (image.Image, error) {
	file, err := gif.Parse(data, 1)
	switch {
	case len(file.Frames) == 0 && err != nil:
		return nil, err
	case len(file.Frames) == 0:
		return nil, errors.New("no frame")
	case file.Screen != canvas:
		return nil, errors.New("another size than in the header")
	}
	return new(gif.Decoder).Still(ctx, &file.Frames[0], canvas)
}
