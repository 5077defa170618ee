package processors

import (
	"context"
	"image"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
	"github.com/rest-thumbnails/thumbnail/internal/colorset"
	"github.com/rest-thumbnails/thumbnail/internal/pixels"
	"github.com/rest-thumbnails/thumbnail/internal/quantize"
)

// These are the largest errors at which a picture looks the same. sameError is the root mean square distance in
// Oklab of all pixels, and sameMissed that of the pixels whose color is not in the palette. At these errors the
// mean SSIMULACRA 2 score of screenshots is above 90.
const (
	sameError  = 0.004
	sameMissed = 0.0085
)

// A picture is flat art if flatColors colors cover at least the share flatShare of its pixels.
const (
	flatColors = 16
	flatShare  = 0.5
)

// reduce returns a picture in the fewest colors that suffice, or nil if the picture should stay unchanged.
// The result is valid until release is called.
func (e PNG) reduce(ctx context.Context, img image.Image, original Original, encode encodeFunc) (out *image.Paletted, release func(), err error) {
	account, taken := codec.AccountOf(ctx), int64(0)
	release = func() { account.Give(taken) }
	if e.Palette == PaletteAuto && !original.Scaled && !(original.Palette && original.Exceeded > 0) {
		return nil, release, nil
	}
	straight, fresh, err := pixels.NRGBA(ctx, img)
	if err != nil {
		return nil, release, err
	}
	if fresh {
		defer pixels.Give(ctx, straight)
	}
	n := area(straight.Rect.Size())
	table := quantize.Bytes(n) + quantize.VisibleBytes(straight.Rect.Dx())
	if err := account.Take(table); err != nil {
		return nil, release, err
	}
	defer account.Give(table)
	h := quantize.NewHistogram(n, false)
	h.Add(ctx, straight)
	if err := ctx.Err(); err != nil {
		return nil, release, err
	}
	if h.Exact() && h.Colors() <= colorset.Max && e.Palette == PaletteAuto && original.Exceeded == 0 {
		return nil, release, nil // all colors are kept
	}
	if err := account.Take(n); err != nil {
		return nil, release, err
	}
	taken = n
	r := &reducer{ctx: ctx, encode: encode, original: original, histogram: h, img: straight, out: image.NewPaletted(straight.Rect, nil)}
	p := e.choose(r)
	if p == nil || ctx.Err() != nil {
		return nil, release, ctx.Err()
	}
	r.draw(p)
	return r.out, release, ctx.Err()
}

// choose returns a palette, or nil.
func (e PNG) choose(r *reducer) *quantize.Palette {
	h := r.histogram
	flat := r.original.Palette || h.Share(flatColors) >= flatShare
	switch {
	case e.Palette == PaletteAlways && !flat:
		return h.Choose(r.ctx, 256)
	case r.original.Exceeded > 0:
		p := r.smaller()
		if p == nil && e.Palette == PaletteAlways {
			p = h.Choose(r.ctx, 256)
		}
		return p
	case !flat:
		return nil
	}
	same := func(p *quantize.Palette) bool { return p.Error <= sameError && p.Missed <= sameMissed }
	most := h.Choose(r.ctx, 256)
	if !same(most) {
		if e.Palette == PaletteAlways {
			return most
		}
		return nil
	}
	for n := 16; n < 256 && r.ctx.Err() == nil; n *= 2 {
		if p := h.Choose(r.ctx, n); same(p) {
			return p
		}
	}
	return h.Choose(r.ctx, 256)
}
