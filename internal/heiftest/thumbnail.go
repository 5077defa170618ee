package heiftest

import (
	"bytes"
	"context"
	"image"
	"image/png"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
	"github.com/rest-thumbnails/thumbnail/internal/engine"
	"github.com/rest-thumbnails/thumbnail/processors"
)

// Thumbnail makes a thumbnail of a file as the handler does that is given these formats, within the
// memory that is admitted for it.
func Thumbnail(ctx context.Context, file []byte, width int, formats ...processors.Format) (image.Image, error) {
	e, err := engine.New(formats, false)
	if err != nil {
		return nil, err
	}
	h, err := e.Header(ctx, codec.NewBytesReader(ctx, file))
	if err != nil {
		return nil, err
	}
	p, err := e.Plan(h, engine.Request{Processor: processors.Scale{}, Encoder: processors.PNG{}, Width: width})
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := e.Make(codec.WithAccount(ctx, codec.NewAccount(p.Bytes)), file, p, &b, nil); err != nil {
		return nil, err
	}
	return png.Decode(&b)
}
