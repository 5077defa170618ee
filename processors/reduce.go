package processors

import (
	"context"
	"image"
	"io"

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
	if img.Bounds().Empty() || e.Palette == PaletteAuto && !worthReducing(img, original) {
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
	table := quantize.Bytes(n) + quantize.CompareBytes(straight.Rect.Dx())
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

// worthReducing reports whether fewer colors may save bytes without a visible difference: in scaled flat art, and if the thumbnail of
// a lossless original has more bytes than the original. Such an original is a drawing of few colors, to which scaling added
// many along the edges. worthReducing is much faster than counting the colors, and never returns false for flat art.
func worthReducing(img image.Image, original Original) bool {
	switch {
	case original.Palette && (original.Scaled || original.Exceeded > 0):
		return true
	case !original.Scaled:
		return false
	}
	return original.Exceeded > 0 && original.Quality == 0 || quantize.ShareAtMost(img, flatColors) >= flatShare
}

// A reducer chooses the palette of a picture, and draws the picture in it.
type reducer struct {
	ctx       context.Context
	original  Original
	histogram *quantize.Histogram
	img       *image.NRGBA
	out       *image.Paletted
	encode    encodeFunc
}

// An encodeFunc encodes a picture in the format of the thumbnail, to find out its size.
type encodeFunc func(ctx context.Context, w io.Writer, img image.Image) error

// choose returns a palette, or nil if the picture should stay unchanged. If the first encoding has more bytes than the original, the
// palette should avoid that. Otherwise only flat art gets a palette, because few colors make its file much smaller.
func (e PNG) choose(r *reducer) (p *quantize.Palette) {
	flat := r.original.Palette || r.histogram.Share(flatColors) >= flatShare
	switch {
	case e.Palette == PaletteAlways && !flat:
		// 256 colors are few enough
	case r.original.Exceeded > 0:
		p = r.smaller()
	case flat:
		p = r.fewest()
	}
	if p == nil && e.Palette == PaletteAlways {
		p = r.histogram.Choose(r.ctx, 256)
	}
	return p
}

// fewest returns the palette of the fewest colors with which the picture looks the same, or nil if there is none.
func (r *reducer) fewest() *quantize.Palette {
	same := func(p *quantize.Palette) bool { return p.Error <= sameError && p.Missed <= sameMissed }
	if !same(r.histogram.Choose(r.ctx, 256)) {
		return nil
	}
	for n := 16; n < 256 && r.ctx.Err() == nil; n *= 2 {
		if p := r.histogram.Choose(r.ctx, n); same(p) {
			return p
		}
	}
	return r.histogram.Choose(r.ctx, 256)
}

// draw draws the picture in p, which must be the palette that the histogram has chosen last.
func (r *reducer) draw(p *quantize.Palette) {
	r.out.Palette = r.out.Palette[:0]
	for _, c := range p.Colors {
		r.out.Palette = append(r.out.Palette, c)
	}
	r.histogram.Draw(r.ctx, r.out, r.img, p, 0)
}
