package engine

import (
	"bytes"
	"context"
	"image"

	"github.com/rest-thumbnails/thumbnail/internal/ability"
	"github.com/rest-thumbnails/thumbnail/processors"
)

// exceeds reports whether a thumbnail is larger than the file of the original, although it has the same
// format and no more pixels.
func (p *Picture) exceeds(out *output, img image.Image) bool {
	return out.len() > len(p.data) && area(img.Bounds().Size()) <= area(p.header.Stored) && p.header.Format.Match(out.head())
}

// tighten encodes the thumbnail once more, into fewer bytes, if the encoder is an OriginalEncoder. It keeps the shorter
// encoding. So no thumbnail costs more than two encodings.
func (p *Picture) tighten(ctx context.Context, out *output, encoder Encoder, img image.Image, original processors.Original) error {
	if _, ok := ability.Find[processors.OriginalEncoder](encoder); !ok {
		return nil
	}
	original.Exceeded = float64(out.len()) / float64(len(p.data))
	return again(ctx, out, encoder, img, original)
}

// again encodes once more, and keeps the new encoding if it is shorter.
func again(ctx context.Context, out *output, encoder Encoder, img image.Image, original processors.Original) error {
	var b bytes.Buffer
	second := newOutput(ctx, &b)
	defer second.close()
	err := encode(ctx, second, encoder, img, original)
	switch {
	case err != nil:
		return ctx.Err() // any other error is ignored, because the first encoding is valid
	case second.len() >= out.len():
		return nil
	}
	out.restart()
	_, err = out.Write(b.Bytes())
	return err
}
