package processors

import (
	"context"
	"fmt"
	"image"
	"sync"

	"github.com/rest-thumbnails/thumbnail/internal/codec/png"
	"github.com/rest-thumbnails/thumbnail/internal/resample"
)

// pngDecoders keep their buffers.
var pngDecoders = sync.Pool{New: func() any { return new(png.Decoder) }}

// decodePNG decodes a picture of which one of least pixels is wanted, as it is stored. A large one
// is shrunk row by row as it is read, so that memory follows its width.
func decodePNG(ctx context.Context, data []byte, h Header, least image.Point) (*Picture, error) {
	header, err := png.ReadHeader(data)
	if err != nil {
		return nil, err
	}
	if size := image.Pt(header.Width, header.Height); size != h.stored {
		return nil, fmt.Errorf("%v pixels where the header says %v", size, h.stored)
	}
	d := pngDecoders.Get().(*png.Decoder)
	defer pngDecoders.Put(d)
	var img image.Image
	if small := h.shrunk(least); small != (image.Point{}) {
		img, err = d.Shrink(ctx, data, resample.Full(image.Rectangle{Max: h.stored}), small, resample.Options{})
	} else {
		img, err = d.Decode(ctx, data)
	}
	if err != nil {
		return nil, err
	}
	return newPicture(img), nil
}
