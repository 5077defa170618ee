package processors

import (
	"context"
	"image"
	"math"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
	"github.com/rest-thumbnails/thumbnail/internal/codec/png"
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

// unflatExcess is the largest factor by which these errors may grow in a picture that is not flat art.
const unflatExcess = 2.5

// sureFit is the largest part of the original's bytes at which an estimated size counts as fitting.
const sureFit = 0.95

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
	if err := account.Take(n); err != nil {
		return nil, release, err
	}
	taken = n
	out = image.NewPaletted(straight.Rect, nil)
	draw := func(p *quantize.Palette) {
		out.Palette = out.Palette[:0]
		for _, c := range p.Colors {
			out.Palette = append(out.Palette, c)
		}
		h.Draw(ctx, out, straight, p, 0)
	}
	p := e.choose(ctx, h, original, func(p *quantize.Palette) float64 {
		draw(p)
		return float64(estimate(ctx, out))
	})
	if p == nil || ctx.Err() != nil {
		return nil, release, ctx.Err()
	}
	draw(p)
	return out, release, ctx.Err()
}

// estimate returns the approximate size in bytes of a picture as a PNG. It encodes only a quarter of the rows, from
// the middle.
func estimate(ctx context.Context, img *image.Paletted) int {
	r := img.Rect
	rows := sampleRows(r.Dy())
	r.Min.Y += (r.Dy() - rows) / 2
	r.Max.Y = r.Min.Y + rows
	var n counter
	if err := png.Encode(ctx, &n, img.SubImage(r)); err != nil {
		return math.MaxInt
	}
	return int(float64(n) * float64(img.Rect.Dy()) / float64(rows))
}

// sampleRows returns the number of rows that estimate encodes of a picture with the given height.
func sampleRows(height int) int { return max(height/4, min(height, 32)) }

// A counter counts the bytes that are written to it.
type counter int

func (c *counter) Write(p []byte) (int, error) {
	*c += counter(len(p))
	return len(p), nil
}

// choose returns a palette, or nil. size estimates the bytes of the picture in a palette.
func (e PNG) choose(ctx context.Context, h *quantize.Histogram, original Original, size func(*quantize.Palette) float64) *quantize.Palette {
	flat := original.Palette || h.Share(flatColors) >= flatShare
	if e.Palette == PaletteAuto && !flat && original.Exceeded == 0 {
		return nil
	}
	most := h.Choose(ctx, 256)
	allowed := 1 + original.excess()
	switch {
	case e.Palette == PaletteAlways && !flat:
		return most
	case !flat:
		allowed = min(allowed, unflatExcess)
	}
	same := func(p *quantize.Palette) bool { return p.Error <= allowed*sameError && p.Missed <= allowed*sameMissed }
	if !same(most) {
		if e.Palette == PaletteAlways || original.Palette && original.Exceeded > 0 && most.Error <= goodError {
			return most
		}
		return nil
	}
	if original.Exceeded > 0 {
		if p, fits := fewer(ctx, h, most, original, same, size); flat || fits {
			return p
		}
		return nil // fewer colors would cost quality, and the file would still be too large
	}
	for n := 16; n < 256 && ctx.Err() == nil; n *= 2 {
		if p := h.Choose(ctx, n); same(p) {
			return p
		}
	}
	return h.Choose(ctx, 256)
}

// fewer returns the palette of the most colors with which the picture has no more bytes than the original, among those that
// look the same. If there is none, it returns the palette of the fewest colors that looks the same, and false.
func fewer(ctx context.Context, h *quantize.Histogram, most *quantize.Palette, original Original, same func(*quantize.Palette) bool, size func(*quantize.Palette) float64) (p *quantize.Palette, fits bool) {
	room := sureFit * float64(original.Bytes)
	estimated := size(most)
	if most.Error == 0 { // the previous encoding kept all colors, so its size shows how wrong the estimate is
		actual := original.Exceeded * float64(original.Bytes)
		room *= min(estimated/actual, 1)
	}
	p = most
	for n := 128; n >= 4 && ctx.Err() == nil && estimated > room; n /= 2 {
		next := h.Choose(ctx, n)
		if !same(next) {
			h.ErrorOf(p) // h draws with the palette that was used last
			break
		}
		p, estimated = next, size(next)
	}
	return p, estimated <= room
}
