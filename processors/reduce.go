package processors

import (
	"context"
	"image"
	"image/color"

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

// goodError is the largest error of a picture of 256 colors that is acceptable if the original had no more
// colors.
const goodError = 0.012

// A picture is flat art if flatColors colors cover at least the share flatShare of its pixels.
const (
	flatColors = 16
	flatShare  = 0.5
)

// reduce returns a picture in the fewest colors that suffice, or nil if the picture should stay unchanged.
// The result is valid until release is called.
func (e PNG) reduce(ctx context.Context, img image.Image, original Original) (out *image.Paletted, release func(), err error) {
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
	table := quantize.Bytes(n)
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
	p := e.choose(ctx, h, original)
	if p == nil || ctx.Err() != nil {
		return nil, release, ctx.Err()
	}
	if err := account.Take(n); err != nil {
		return nil, release, err
	}
	taken = n
	palette := make(color.Palette, len(p.Colors))
	for i, c := range p.Colors {
		palette[i] = c
	}
	out = image.NewPaletted(straight.Rect, palette)
	h.Draw(ctx, out, straight, p, 0)
	return out, release, ctx.Err()
}

// choose returns a palette, or nil.
func (e PNG) choose(ctx context.Context, h *quantize.Histogram, original Original) *quantize.Palette {
	flat := original.Palette || h.Share(flatColors) >= flatShare
	if e.Palette == PaletteAuto && !flat {
		return nil
	}
	most := h.Choose(ctx, 256)
	allowed := 1 + original.excess()
	switch {
	case e.Palette == PaletteAlways && !flat:
		return most
	case most.Error > allowed*sameError || most.Missed > allowed*sameMissed:
		if e.Palette == PaletteAlways || original.Palette && original.Exceeded > 0 && most.Error <= goodError {
			return most
		}
		return nil
	}
	for n := 16; n < 256 && ctx.Err() == nil; n *= 2 {
		if p := h.Choose(ctx, n); p.Error <= allowed*sameError && p.Missed <= allowed*sameMissed {
			return p
		}
	}
	return h.Choose(ctx, 256)
}
