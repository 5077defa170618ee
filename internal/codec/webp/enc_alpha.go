package webp

import (
	"context"
	"image"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
)

// The header byte of an "ALPH" chunk (RFC 9649, 2.7.1.2).
const (
	alphaLossless = 1
	alphaReduced  = 1 << 4
)

// alphaStep is the distance between levels of reduced alpha. A change of alpha by 1 of 255 is invisible.
const alphaStep = 3

// Alpha with more than smoothLevels different levels counts as smooth.
const smoothLevels = 48

// encodeAlpha returns the alpha of img as the content of an "ALPH" chunk. The upper left corner of img is at (0,0).
// The alpha is compressed losslessly, with the filter that gives the fewest bytes. If reduce is true, smooth alpha is
// reduced to fewer levels. The account is charged as by encodeVP8L.
func encodeAlpha(ctx context.Context, img *image.NRGBA, effort int, reduce bool) ([]byte, error) {
	filters, reduce := filtersFor(img, reduce)
	var best []byte
	for _, filter := range filters {
		out, err := encodeAlphaBy(ctx, img, effort, filter, reduce)
		switch {
		case err != nil:
			release(ctx, best)
			return nil, err
		case best == nil || len(out) < len(best):
			release(ctx, best)
			best = out
		default:
			release(ctx, out)
		}
	}
	return best, nil
}

// release gives back the memory of a result of encodeVP8L or encodeAlpha.
func release(ctx context.Context, b []byte) { codec.AccountOf(ctx).Give(int64(cap(b))) }

func encodeAlphaBy(ctx context.Context, img *image.NRGBA, effort int, filter byte, reduce bool) ([]byte, error) {
	e, err := newVP8LEncoder(ctx, vp8lOptions{effort: effort, exact: true})
	if err != nil {
		return nil, err
	}
	defer e.close()
	e.width, e.height = img.Rect.Dx(), img.Rect.Dy()
	head := uint32(alphaLossless) | uint32(filter)<<2
	if reduce {
		head |= alphaReduced
	}
	e.w.put(head, 8)
	px, err := e.pixelsFor(0, e.width*e.height)
	if err != nil {
		return nil, err
	}
	var level [256]uint8
	for i := range level {
		level[i] = uint8(i)
		if reduce {
			level[i] = uint8((i + alphaStep/2) / alphaStep * alphaStep)
		}
	}
	for y := range e.height {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		filterAlpha(px[y*e.width:][:e.width], img.Pix, img.Stride, y, filter, &level)
	}
	if err := e.allocate(len(px)); err != nil {
		return nil, err
	}
	if err := e.pixels(px); err != nil {
		return nil, err
	}
	out, err := e.w.finish()
	if err == nil {
		e.w.buf = nil // the caller owns buf now
	}
	return out, err
}

// filterAlpha stores the differences between alpha and its prediction in the green samples of dst.
func filterAlpha(dst []uint32, pix []byte, stride, y int, filter byte, level *[256]uint8) {
	row := pix[y*stride+3:]
	var above []byte
	if y > 0 {
		above = pix[(y-1)*stride+3:]
	}
	left, corner := uint8(0), uint8(0)
	for x := range dst {
		v := level[row[4*x]]
		top := left // in the first row
		if above != nil {
			top = level[above[4*x]]
		}
		if x == 0 {
			left, corner = top, top
		}
		if above == nil {
			corner = left
		}
		dst[x] = 0xff000000 | uint32(v-predictAlpha(filter, x == 0 || above == nil, left, top, corner))<<8
		left, corner = v, top
	}
}

// predictAlpha returns the prediction of a filter. In the first row and the first column, left and top are the same
// pixel, so every filter predicts that pixel.
func predictAlpha(filter byte, edge bool, left, top, corner uint8) uint8 {
	switch {
	case filter == 0:
		return 0
	case edge:
		return left
	case filter == 1:
		return left
	case filter == 2:
		return top
	}
	return clip(int32(left) + int32(top) - int32(corner))
}

// filtersFor returns the filters to try, and whether the number of levels is reduced.
func filtersFor(img *image.NRGBA, reduce bool) ([]byte, bool) {
	var counts [4][256]uint32
	var levels [256]bool
	w, h := img.Rect.Dx(), img.Rect.Dy()
	for y := range h {
		row := img.Pix[y*img.Stride+3:]
		levels[row[0]] = true
		for x := 1; x < w; x++ {
			v, left := row[4*x], row[4*x-4]
			levels[v] = true
			if y == 0 || v == left {
				continue
			}
			above := img.Pix[(y-1)*img.Stride+3:]
			top, corner := above[4*x], above[4*x-4]
			if v == top {
				continue
			}
			for filter := range counts {
				counts[filter][v-predictAlpha(byte(filter), false, left, top, corner)]++
			}
		}
	}
	n := 0
	for _, there := range levels {
		if there {
			n++
		}
	}
	best, least := byte(0), entropy(counts[0][:])
	for filter := 1; filter < 4; filter++ {
		if e := entropy(counts[filter][:]); e < least {
			best, least = byte(filter), e
		}
	}
	if best == 0 {
		return []byte{0}, reduce && n > smoothLevels
	}
	return []byte{0, best}, reduce && n > smoothLevels
}
