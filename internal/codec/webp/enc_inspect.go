package webp

import (
	"context"
	"encoding/binary"
	"image"
)

// An inspection says whether a picture may be flat art.
type inspection struct {
	colors int     // number of colors; manyColors if there are more
	plain  float64 // share of the visible pixels that equal their neighbors on the left and above
	even   float64 // share of the visible pixels that equal their neighbor on the left or above
	icon   bool    // the picture is so small that a few more bytes do not matter
}

const (
	fewColors  = 16
	manyColors = 256 + 1
)

// flat reports whether lossless compression is worth a try.
func (i inspection) flat() bool {
	return i.colors <= fewColors || i.plain > 0.2 || i.colors < manyColors && i.plain > 0.05 || i.icon ||
		i.even > 0.95 // such as a gradient in one direction
}

// worth returns the maximum ratio of the lossless size to the lossy size at which the lossless picture is chosen. Lossy
// compression blurs edges and letters and leaves noise around them. The noise is most visible if most of the picture is
// plain.
func (i inspection) worth() float64 {
	switch {
	case i.plain > 0.4:
		return 2.5
	case i.colors < manyColors:
		return 2
	}
	return 1.25
}

// reducedWorth is the number of pixels per byte up to which a lossless picture of at most fewColors colors is compared with
// a lossy one, if its colors were reduced.
const reducedWorth = 32

// worthAnyway is the number of bytes by which the lossless picture may always be larger than the lossy one. It matters
// for icons.
const worthAnyway = 1 << 10

// inspect examines the pixels. It first samples some rows, and stops if these show that the picture is not flat art.
func inspect(ctx context.Context, img *image.NRGBA) (i inspection, err error) {
	if h := img.Rect.Dy(); h > 64 {
		some, err := inspectRows(ctx, img, 16)
		if err != nil || !some.flat() {
			return some, err
		}
	}
	return inspectRows(ctx, img, 1)
}

// inspectRows examines every step-th row and the row above it.
func inspectRows(ctx context.Context, img *image.NRGBA, step int) (i inspection, err error) {
	w, h := img.Rect.Dx(), img.Rect.Dy()
	table := new(colorTable)
	plain, even, seen, few := 0, 0, 0, true
	for y := 0; y < h; y += step {
		if err := ctx.Err(); err != nil {
			return i, err
		}
		row := img.Pix[y*img.Stride:][:4*w]
		above := img.Pix[max(y-1, 0)*img.Stride:][:4*w]
		left := ^binary.LittleEndian.Uint32(row)
		for x := 0; x < len(row); x += 4 {
			v := binary.LittleEndian.Uint32(row[x:])
			if v>>24 == 0 {
				left = 0
				continue
			}
			seen++
			same := y > 0 && binary.LittleEndian.Uint32(above[x:]) == v
			if v != left {
				few = few && table.add([]uint32{v})
			} else if same || y == 0 {
				plain++
			}
			if v == left || same {
				even++
			}
			left = v
		}
	}
	i.icon = w*h <= 64*64
	i.colors, i.plain, i.even = manyColors, float64(plain)/float64(max(seen, 1)), float64(even)/float64(max(seen, 1))
	if few {
		i.colors = len(table.colors)
	}
	return i, nil
}
