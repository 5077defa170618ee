package webp

import (
	"context"
	"errors"
	"fmt"
	"image"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
)

// rows writes the rows of the frame to s. It returns an error at the first missing or damaged row. broken reports
// missing or damaged alpha, which is an error unless tolerant is true.
func (f *frame) rows(ctx context.Context, data []byte, s *sink, tolerant bool) (broken bool, err error) {
	content := f.image.of(data)
	if f.lossless() {
		return false, f.losslessRows(ctx, content, s)
	}
	d := decoder{tolerant: tolerant, cut: int64(len(content)) < f.image.size}
	if err := d.header(content); err != nil {
		return false, err
	}
	var alpha []byte
	if f.alpha {
		alpha, err = decodeAlpha(ctx, f.alphaChunk.of(data), f.size)
		if broken = err != nil; broken && (!tolerant || fatal(err)) {
			return broken, fmt.Errorf("webp: alpha: %w", err)
		}
	}
	defer give(ctx, int64(len(alpha)))
	if s.reduction() >= unfiltered {
		d.filtered = false
	}
	if s.planes != nil {
		return broken, d.decode(ctx, func(y int) { s.nextPlanar(d.planes(y)) })
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

// losslessRows writes the rows of the lossless picture in content to s.
func (f *frame) losslessRows(ctx context.Context, content []byte, s *sink) error {
	if len(content) < 5 || int64(len(content)) < min(f.image.size, 8) {
		return errShort
	}
	if f.empty() {
		return s.fill(ctx, f.size)
	}
	d, err := newLossless(ctx, content[5:], f.size.X, f.size.Y)
	if err != nil {
		return err
	}
	defer d.close()
	put := putRGBX
	if f.alpha {
		put = putRGBA
	}
	for range f.size.Y {
		row, err := d.row()
		if err != nil {
			return err
		}
		put(s.row(f.size.X), row)
		s.next()
	}
	return nil
}

// decodeAlpha decodes the content of an "ALPH" chunk (WebP Container Specification, "Alpha"). The result has one byte per
// pixel. The caller gives the memory of the result back to the account.
func decodeAlpha(ctx context.Context, content []byte, size image.Point) ([]byte, error) {
	if len(content) == 0 {
		return nil, errShort
	}
	n := size.X * size.Y
	alpha, err := codec.Bytes(ctx, n)
	if err != nil {
		return nil, err
	}
	switch content[0] & 3 {
	case 0:
		if copy(alpha, content[1:]) < n {
			err = errShort
		}
	case 1:
		err = greenOf(ctx, alpha, content[1:], size)
	default:
		err = errAlpha
	}
	if err != nil {
		give(ctx, int64(n))
		return nil, err
	}
	unfilter(alpha, size.X, content[0]>>2&3)
	return alpha, nil
}

// greenOf copies the green samples of a lossless picture without a header to alpha.
func greenOf(ctx context.Context, alpha, data []byte, size image.Point) error {
	d, err := newLossless(ctx, data, size.X, size.Y)
	if err != nil {
		return err
	}
	defer d.close()
	for range size.Y {
		row, err := d.row()
		if err != nil {
			return err
		}
		for x, v := range row {
			alpha[x] = byte(v >> 8)
		}
		alpha = alpha[len(row):]
	}
	return nil
}

var errAlpha = errors.New("webp: unknown compression of alpha")
