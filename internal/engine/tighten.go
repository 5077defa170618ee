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

// exceeds reports whether a thumbnail has more bytes than the original has, though it is in the same format and
// has no more pixels.
func (p *Picture) exceeds(out *output, img image.Image) bool {
	return out.len() > len(p.data) && area(img.Bounds().Size()) <= area(p.header.Stored) && p.header.Format.Match(out.head())
}

// tighten encodes once more, into fewer bytes, with an encoder that can. The shorter result stays.
func (p *Picture) tighten(ctx context.Context, out *output, encoder Encoder, img image.Image, original processors.Original) error {
	if _, ok := ability.Find[processors.OriginalEncoder](encoder); !ok {
		return nil
	}
	original.Exceeded = true
	var again bytes.Buffer
	second := newOutput(ctx, &again)
	defer second.close()
	err := encode(ctx, second, encoder, img, original)
	switch {
	case ctx.Err() == nil && errors.Is(err, codec.ErrTooLarge):
		return nil // there is a thumbnail already
	case err != nil:
		return err
	case second.len() >= out.len():
		return nil
	}
	out.restart()
	_, err = out.Write(again.Bytes())
	return err
}
