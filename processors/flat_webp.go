package processors

import (
	"context"
	"image"
	"image/color"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
	"github.com/rest-thumbnails/thumbnail/internal/quantize"
)

// A flattener reduces the frames of a scaled animation of flat art to a palette with which they look the same.
// Scaling adds colors along edges. These colors break the runs that lossless compression depends on. The
// flattener holds frames, because their palette is chosen together.
type flattener struct {
	ctx   context.Context
	held  []Frame
	taken int64
	draw  func(Frame) error

	colors   func() []color.NRGBA // see Animation
	original Original
}

// add adds a frame. When it holds many frames, it draws them.
func (f *flattener) add(frame Frame) error {
	n := 4 * area(frame.Image.Rect.Size())
	if len(f.held) > 0 && int64(len(f.held)+1)*n > heldBytes {
		if err := f.flush(); err != nil {
			return err
		}
	}
	if err := codec.AccountOf(f.ctx).Take(n); err != nil {
		return err
	}
	f.taken += n
	f.held = append(f.held, frame)
	return nil
}

// close gives the memory back.
func (f *flattener) close() {
	codec.AccountOf(f.ctx).Give(f.taken)
	f.taken, f.held = 0, nil
}

// flush draws the held frames.
func (f *flattener) flush() error {
	defer f.close()
	if len(f.held) == 0 {
		return nil
	}
	n := int64(len(f.held)) * area(f.held[0].Image.Rect.Size())
	account, table := codec.AccountOf(f.ctx), quantize.Bytes(n)
	if err := account.Take(table); err != nil {
		return err
	}
	h := quantize.NewHistogram(n, false)
	for _, frame := range f.held {
		h.Add(f.ctx, frame.Image)
	}
	var p *quantize.Palette
	if h.Share(flatColors) >= flatShare {
		if drawn, err := f.drawChosen(); drawn || err != nil {
			account.Give(table)
			return err
		}
		p = f.choose(h)
	}
	if p == nil {
		h = nil
		account.Give(table)
		table = 0
	}
	defer func() { account.Give(table) }()
	if err := f.ctx.Err(); err != nil {
		return err
	}
	var out *image.Paletted
	for _, frame := range f.held {
		if h != nil {
			if out == nil {
				out = image.NewPaletted(frame.Image.Rect, nil)
			}
			h.Draw(f.ctx, out, frame.Image, p, 0)
			frame.Image = colored(out, p)
		}
		if err := f.draw(frame); err != nil {
			return err
		}
	}
	return f.ctx.Err()
}

// choose returns the palette to draw flat art in. It returns nil if the frames should stay unchanged.
func (f *flattener) choose(h *quantize.Histogram) *quantize.Palette {
	if h.Colors() <= exactFlat {
		return nil
	}
	for n := 3; n <= 256 && f.ctx.Err() == nil; n += 1 + n/8 {
		p := h.Choose(f.ctx, n)
		if p.Error <= movingError && p.Missed <= movingMissed {
			return p
		}
	}
	return nil
}

func colored(img *image.Paletted, p *quantize.Palette) *image.NRGBA {
	out := image.NewNRGBA(img.Rect)
	for i, place := range img.Pix {
		c := p.Colors[place]
		copy(out.Pix[4*i:4*i+4], []byte{c.R, c.G, c.B, c.A})
	}
	return out
}
