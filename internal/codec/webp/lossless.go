package webp

import (
	"context"
	"encoding/binary"
	"errors"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
)

// lossless decodes a lossless picture row by row (RFC 9649). It holds in memory the last million pixels, which
// backward references may reach, the tables of the used prefix codes, and the data of the transforms.
type lossless struct {
	ctx   context.Context
	meter *codec.Meter
	taken int64 // bytes taken from the account

	bits          bitReader
	width, height int
	transforms    []transform // in the order of the file
	pixels        *pixels
	line          []uint32
}

// newLossless reads the data before the pixels. data starts after the header of the picture. If there is no error, the
// caller closes the result.
func newLossless(ctx context.Context, data []byte, width, height int) (*lossless, error) {
	work := 1<<20 + 8*int64(len(data)) + int64(width)*int64(height)
	d := &lossless{ctx: ctx, meter: codec.NewMeter(ctx, work), width: width, height: height, bits: bitReader{data: data}}
	if err := d.begin(); err != nil {
		d.close()
		return nil, err
	}
	return d, nil
}

func (d *lossless) begin() (err error) {
	if err := d.ctx.Err(); err != nil {
		return err
	}
	width := d.width
	for seen := 0; d.bits.flag(); {
		kind := d.bits.read(2)
		if seen>>kind&1 != 0 {
			return errors.New("webp: a transform occurs twice")
		}
		seen |= 1 << kind
		t, err := d.readTransform(kind, width)
		if err != nil {
			return err
		}
		d.transforms = append(d.transforms, t)
		width = t.packed(width)
	}
	if d.pixels, err = d.newPixels(width, d.height, true); err != nil {
		return err
	}
	d.line, err = makeTaken[uint32](d, d.width, 4)
	return err
}

// row returns the next row as ARGB. The row is valid until the next call.
func (d *lossless) row() ([]uint32, error) {
	row, err := d.pixels.row()
	if err != nil {
		return nil, err
	}
	copy(d.line, row)
	for i := len(d.transforms) - 1; i >= 0; i-- {
		d.transforms[i].undo(d.line, d.pixels.y-1)
	}
	return d.line, nil
}

// subImage decodes an image that holds data of a transform or prefix code groups, not pixels of the picture.
func (d *lossless) subImage(width, height int, do func(y int, row []uint32)) error {
	p, err := d.newPixels(width, height, false)
	if err != nil {
		return err
	}
	for y := range height {
		row, err := p.row()
		if err != nil {
			return err
		}
		do(y, row)
	}
	p.release()
	return nil
}

func (d *lossless) take(n int64) error {
	if err := codec.AccountOf(d.ctx).Take(n); err != nil {
		return err
	}
	d.taken += n
	return nil
}

func (d *lossless) give(n int64) {
	codec.AccountOf(d.ctx).Give(n)
	d.taken -= n
}

func (d *lossless) close() { d.give(d.taken) }

// putRGBA writes pixels as R, G, B, A bytes.
func putRGBA(dst []byte, row []uint32) {
	dst = dst[:4*len(row)]
	for i, v := range row {
		binary.LittleEndian.PutUint32(dst[4*i:4*i+4], v&0xff00ff00|v>>16&0xff|v&0xff<<16)
	}
}

// putRGBX is like putRGBA, but sets alpha to 255. Opaque pictures may have other values there.
func putRGBX(dst []byte, row []uint32) {
	dst = dst[:4*len(row)]
	for i, v := range row {
		binary.LittleEndian.PutUint32(dst[4*i:4*i+4], v&0xff00|v>>16&0xff|v&0xff<<16|0xff<<24)
	}
}
