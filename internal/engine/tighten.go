package engine

import (
	"bytes"
	"context"
	"errors"
	"image"

	"github.com/rest-thumbnails/thumbnail/internal/ability"
	"github.com/rest-thumbnails/thumbnail/internal/codec"
	"github.com/rest-thumbnails/thumbnail/processors"
)

// exceeds reports whether a thumbnail is larger than the file of the original, although it has the same
// format and no more pixels.
func (p *Picture) exceeds(out *output, img image.Image) bool {
	return out.len() > len(p.data) && area(img.Bounds().Size()) <= area(p.header.Stored) && p.header.Format.Match(out.head())
}

// attempts is the maximum number of times that a thumbnail that is too large is encoded again.
const attempts = 3

// tighten encodes the thumbnail again, to make it smaller, if the encoder is an OriginalEncoder. It stops
// when the thumbnail is no larger than the original's file, or does not become smaller.
func (p *Picture) tighten(ctx context.Context, out *output, encoder Encoder, img image.Image, original processors.Original) error {
	if _, ok := ability.Find[processors.OriginalEncoder](encoder); !ok {
		return nil
	}
	for original.Exceeded < attempts && out.len() > len(p.data) {
		original.Exceeded++
		shorter, err := again(ctx, out, encoder, img, original)
		if !shorter || err != nil {
			return err
		}
	}
	return nil
}

// again encodes once more, and keeps the new encoding if it is smaller.
func again(ctx context.Context, out *output, encoder Encoder, img image.Image, original processors.Original) (shorter bool, err error) {
	var b bytes.Buffer
	second := newOutput(ctx, &b)
	defer second.close()
	err = encode(ctx, second, encoder, img, original)
	switch {
	case ctx.Err() == nil && errors.Is(err, codec.ErrTooLarge):
		return false, nil // the earlier encoding is used
	case err != nil:
		return false, err
	case second.len() >= out.len():
		return false, nil
	}
	out.restart()
	_, err = out.Write(b.Bytes())
	return true, err
}
