package engine

import (
	"bytes"
	"context"
	"errors"
	"image"
	"io"

	"github.com/rest-thumbnails/thumbnail/internal/ability"
	"github.com/rest-thumbnails/thumbnail/processors"
)

// Encode encodes img, a result of Apply or animate, and appends it to w.
//
// Encode appends the file without its metadata instead if all of the following hold: img is the undamaged original
// in its own size, upright and not converted; encoder is a processors.Keeper of its format; and the stripped file is
// shorter than the output of encoder. The stripped file contains no EXIF, XMP, profile, comment or preview, and
// nothing after the end of the image.
//
// If the frames of an animation turn out to differ in size, Encode encodes only the first frame.
func (p *Picture) Encode(ctx context.Context, w *bytes.Buffer, encoder Encoder, img image.Image) error {
	out := newOutput(ctx, w)
	defer out.close()
	original := p.original(encoder, img)
	err := encode(ctx, out, encoder, img, original)
	if moving, ok := img.(*processors.Animation); ok && errors.Is(err, errSizes) {
		out.restart()
		img = moving.Image
		err = encode(ctx, out, encoder, img, original)
	}
	if err != nil {
		return err
	}
	if kept, err := p.keep(ctx, out, encoder, img); kept || err != nil {
		return err
	}
	if p.exceeds(out, img) {
		return p.tighten(ctx, out, encoder, img, original)
	}
	return nil
}

// original describes the original for an encoder.
func (p *Picture) original(encoder Encoder, img image.Image) processors.Original {
	o := processors.Original{Palette: p.header.Palette, Quality: p.header.Quality, HalfChroma: p.header.HalfChroma, Scaled: img.Bounds().Size() != p.Size(), Size: p.Size()}
	if keeper, ok := ability.Find[processors.Keeper](encoder); ok && keeper.Keeps(encoder, p.header.Format.Name) {
		o.Bytes = len(p.data)
	}
	return o
}

// keep replaces the encoder's output by the file without its metadata, if that is allowed and shorter.
func (p *Picture) keep(ctx context.Context, out *output, encoder Encoder, img image.Image) (kept bool, err error) {
	keeper, ok := ability.Find[processors.Keeper](encoder)
	if !ok || p.header.Format.Strip == nil || !p.isOriginal(img) || !keeper.Keeps(encoder, p.header.Format.Name) {
		return false, nil
	}
	if file := p.header.Format.Strip(p.data, p.header); file != nil && len(file) < out.len() && p.isSound(ctx, img) {
		out.restart()
		_, err = out.Write(file)
		return true, err
	}
	return false, nil
}

// encode calls EncodeOriginal if encoder has that method, otherwise EncodeContext, otherwise Encode.
func encode(ctx context.Context, w *output, encoder Encoder, img image.Image, original processors.Original) error {
	if e, ok := ability.Find[processors.OriginalEncoder](encoder); ok {
		return e.EncodeOriginal(ctx, w, img, original)
	}
	if e, ok := ability.Find[processors.ContextEncoder](encoder); ok {
		return e.EncodeContext(ctx, w, img)
	}
	return encoder.Encode(w, img)
}

// isOriginal reports whether img is the whole decoded original, unchanged.
func (p *Picture) isOriginal(img image.Image) bool {
	if moving, ok := img.(*processors.Animation); ok {
		return moving == p.moving && p.movingOriginal
	}
	return p.img != nil && samePointer(img, p.img) && !p.converted && !p.decoded.Partial && !p.decoded.Surplus &&
		p.header.FrameCount <= 1 && img.Bounds().Size() == p.header.Stored
}

// isSound reports whether the original is complete and undamaged. A tolerant Engine does not report damaged
// frames of an animation, so isSound then decodes the frames again, strictly.
func (p *Picture) isSound(ctx context.Context, img image.Image) bool {
	if _, ok := img.(*processors.Animation); !ok || !p.tolerant {
		return !p.decoded.Partial
	}
	strict := *p
	strict.tolerant = false
	m := movie{picture: &strict}
	defer m.close(ctx)
	if p.decoded.Partial || m.open(ctx) != nil {
		return false
	}
	for i := 0; ; i++ {
		if _, err := m.next(ctx, i); err != nil {
			return err == io.EOF
		}
	}
}

// samePointer reports whether a and b are the same image. It returns false for types that can't be compared.
func samePointer(a, b image.Image) (same bool) {
	defer func() {
		if recover() != nil {
			same = false
		}
	}()
	return a == b
}
