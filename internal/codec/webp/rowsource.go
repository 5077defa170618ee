package webp

import (
	"bytes"
	"context"
	"fmt"
	"image"

	"golang.org/x/image/vp8l"
)

// rows writes the frame's rows to s. It returns an error at the first that is missing or damaged,
// and reports whether alpha is, which only tolerant lets pass.
func (f *frame) rows(ctx context.Context, data []byte, s *sink, tolerant bool) (broken bool, err error) {
	content := f.image.of(data)
	if f.lossless() {
		img, err := vp8l.Decode(bytes.NewReader(content))
		if err != nil {
			return false, err
		}
		pix := img.(*image.NRGBA).Pix
		for range f.size.Y {
			row := s.row(f.size.X)
			pix = pix[copy(row, pix):]
			if !f.alpha {
				for i := 3; i < len(row); i += 4 {
					row[i] = 255
				}
			}
			s.next()
		}
		return false, nil
	}
	var d decoder
	if err := d.header(content); err != nil {
		return false, err
	}
	var alpha []byte
	if f.alpha {
		alpha, err = DecodeAlpha(bytes.NewReader(f.alphaChunk.of(data)), f.size)
		if broken = err != nil; broken && (!tolerant || fatal(err)) {
			return broken, fmt.Errorf("webp: alpha: %w", err)
		}
	}
	return broken, d.decode(ctx, func(y int) {
		row := s.row(d.width)
		d.convert(row, y)
		if alpha != nil {
			for x, a := range alpha[y*d.width:][:d.width] {
				row[4*x+3] = a
			}
		}
		s.next()
	})
}
