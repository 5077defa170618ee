package webp

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
)

// rows writes the frame's rows to s. It returns an error at the first that is missing or damaged,
// and reports whether alpha is, which only tolerant lets pass.
func (f *frame) rows(ctx context.Context, data []byte, s *sink, tolerant bool) (broken bool, err error) {
	content := f.image.of(data)
	if f.lossless() {
		return false, f.losslessRows(ctx, content, s)
	}
	var d decoder
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
	if len(content) < 5 {
		return errShort
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

// decodeAlpha is DecodeAlpha with memory from the account of ctx.
func decodeAlpha(ctx context.Context, content []byte, size image.Point) ([]byte, error) {
	if len(content) == 0 {
		return nil, errShort
	}
	if content[0]&3 != 1 {
		if err := take(ctx, area(size)); err != nil {
			return nil, err
		}
		return DecodeAlpha(bytes.NewReader(content), size)
	}
	if err := take(ctx, area(size)); err != nil {
		return nil, err
	}
	d, err := newLossless(ctx, content[1:], size.X, size.Y)
	if err != nil {
		return nil, errors.Join(errAlpha, err)
	}
	defer d.close()
	alpha := make([]byte, size.X*size.Y)
	for y := range size.Y {
		row, err := d.row()
		if err != nil {
			return nil, errors.Join(errAlpha, err)
		}
		for x, v := range row {
			alpha[y*size.X+x] = byte(v >> 8)
		}
	}
	unfilter(alpha, size.X, content[0]>>2&3)
	return alpha, nil
}

var errAlpha = errors.New("webp: alpha is damaged")
