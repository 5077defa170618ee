package processors

import (
	"image"
	"image/color"

	"github.com/rest-thumbnails/thumbnail/internal/quantize"
)

// drawChosen draws the held frames in the palette that [GIF] would choose for them, if their original has few colors. It
// returns false if GIF would choose no such palette. Translucent pixels keep a coarse alpha.
func (f *flattener) drawChosen() (drawn bool, err error) {
	g := &gifWriter{ctx: f.ctx, held: f.held, moving: len(f.held) > 1, scaled: true, colors: f.colors, original: f.original}
	defer g.close()
	if err := g.decide(); err != nil || g.recipe.palette == nil {
		return false, err
	}
	size := f.held[0].Image.Rect.Size()
	n := area(size)
	if err := g.take(quantize.DithererBytes(n) + 9*n); err != nil {
		return false, nil // the usual way takes less memory
	}
	p := g.recipe.palette
	d := quantize.Ditherer{Palette: p, Transparent: uint8(len(p.Colors)), Plain: true, Calm: true, Calmer: g.recipe.calmer, Curve: g.recipe.curve}
	out, solid := image.NewPaletted(image.Rectangle{Max: size}, nil), image.NewNRGBA(image.Rectangle{Max: size})
	shown := &quantize.Palette{Colors: append(append([]color.NRGBA(nil), p.Colors...), color.NRGBA{})}
	for _, frame := range f.held {
		makeSolid(solid, frame.Image)
		d.Draw(f.ctx, out, solid)
		img := colored(out, shown)
		for i := 3; i < len(img.Pix); i += 4 {
			if img.Pix[i] > 0 {
				img.Pix[i] = coarseAlpha(frame.Image.Pix[i])
			}
		}
		frame.Image = img
		if err := f.draw(frame); err != nil {
			return true, err
		}
	}
	return true, f.ctx.Err()
}

// makeSolid copies a picture, and makes all visible pixels opaque.
func makeSolid(dst, src *image.NRGBA) {
	copy(dst.Pix, src.Pix)
	for i := 3; i < len(dst.Pix); i += 4 {
		if dst.Pix[i] > 0 {
			dst.Pix[i] = 255
		}
	}
}

// coarseAlpha rounds alpha to one of a few levels.
func coarseAlpha(a uint8) uint8 {
	const step = 51
	return uint8((int(a) + step/2) / step * step)
}
