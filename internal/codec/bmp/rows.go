package bmp

import (
	"bytes"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
	"github.com/rest-thumbnails/thumbnail/internal/resample"
)

// buffers allocates the buffers for a row.
func (d *decoder) buffers() (err error) {
	if d.row, err = codec.Bytes(d.ctx, d.width*d.format.BytesPerPixel()); err != nil {
		return err
	}
	if !d.info.rle() {
		return nil
	}
	if d.places, err = codec.Bytes(d.ctx, d.width*max(d.bits/8, 1)); err != nil {
		return err
	}
	if d.covered, err = codec.Bytes(d.ctx, d.width); err != nil {
		return err
	}
	in := d.data[min(d.pixels, int64(len(d.data))):]
	d.rle = &rle{meter: d.meter, in: in, bits: d.bits, width: d.width}
	return nil
}

// next decodes row i, in the order of the file. The row is valid until the next call.
func (d *decoder) next(i int) ([]byte, error) {
	if i < d.rest {
		err := d.decodeRow(i)
		if err == nil {
			return d.row, nil
		}
		if !d.tolerant || d.ctx.Err() != nil || isLimit(err) {
			return nil, err
		}
		d.rest = i
	}
	switch {
	case d.indexed:
		return nil, errColors
	case d.alpha:
		clear(d.row)
	default:
		for i := range d.row {
			d.row[i] = 128
		}
	}
	return d.row, nil
}

func (d *decoder) decodeRow(i int) error {
	if d.rle != nil {
		return d.runs()
	}
	row, err := d.stored(i)
	if err != nil {
		return err
	}
	switch d.bits {
	case 24:
		d.triples(row)
	case 16, 32:
		d.samples(row)
	case 8:
		d.lookUp(row)
	default:
		d.unpack(row)
	}
	if d.masked {
		d.transparent(i)
	}
	return nil
}

// runs decodes a row of RLE. Pixels that the file skips are black, as in Chromium.
func (d *decoder) runs() error {
	if err := d.rle.next(d.places, d.covered); err != nil {
		return err
	}
	if d.bits == 24 {
		d.triples(d.places)
		return nil
	}
	d.lookUp(d.places)
	if bytes.IndexByte(d.covered, 0) < 0 {
		return nil
	}
	if d.indexed {
		return errColors
	}
	for x, v := range d.covered {
		if v == 0 {
			clear(d.row[3*x : 3*x+3])
		}
	}
	return nil
}

// lookUp converts palette indices of 8 bits to colors, or copies them if pixels stay indices.
func (d *decoder) lookUp(places []byte) {
	dst := d.row
	switch {
	case d.indexed:
		copy(dst, places)
	case d.alpha:
		for _, v := range places {
			*(*[4]byte)(dst) = d.colors[v]
			dst = dst[4:]
		}
	default:
		for _, v := range places {
			c := &d.colors[v]
			dst[0], dst[1], dst[2] = c[0], c[1], c[2]
			dst = dst[3:]
		}
	}
}

// unpack is like lookUp, for indices of fewer than 8 bits.
func (d *decoder) unpack(row []byte) {
	bits := d.bits
	n := d.format.BytesPerPixel()
	for x := range d.width {
		bit := x * bits
		v := row[bit/8] >> (8 - bits - bit%8) & (1<<bits - 1)
		if d.indexed {
			d.row[x] = v
		} else {
			copy(d.row[x*n:x*n+n], d.colors[v][:])
		}
	}
}

// triples converts pixels of blue, green and red.
func (d *decoder) triples(row []byte) {
	dst := d.row
	if d.format == resample.RGB8 {
		for len(dst) >= 3 && len(row) >= 3 {
			dst[0], dst[1], dst[2] = row[2], row[1], row[0]
			dst, row = dst[3:], row[3:]
		}
		return
	}
	for len(dst) >= 4 && len(row) >= 3 {
		dst[0], dst[1], dst[2], dst[3] = row[2], row[1], row[0], 255
		dst, row = dst[4:], row[3:]
	}
}

// samples converts pixels whose samples are extracted by masks.
func (d *decoder) samples(row []byte) {
	n, dst := d.bits/8, d.row
	switch {
	case d.masked:
		for ; len(row) >= n && len(dst) >= 4; row, dst = row[n:], dst[4:] {
			v := pixel(row, n)
			dst[0], dst[1], dst[2], dst[3] = d.masks[0].of(v), d.masks[1].of(v), d.masks[2].of(v), 255
		}
		return
	case d.alpha:
		for ; len(row) >= n && len(dst) >= 4; row, dst = row[n:], dst[4:] {
			v := pixel(row, n)
			dst[0], dst[1], dst[2], dst[3] = d.masks[0].of(v), d.masks[1].of(v), d.masks[2].of(v), d.masks[3].of(v)
		}
		return
	}
	for ; len(row) >= n && len(dst) >= 3; row, dst = row[n:], dst[3:] {
		v := pixel(row, n)
		dst[0], dst[1], dst[2] = d.masks[0].of(v), d.masks[1].of(v), d.masks[2].of(v)
	}
}
