package tiff

import (
	"context"
	"encoding/binary"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
	"github.com/rest-thumbnails/thumbnail/internal/resample"
)

// paletted chooses the format of a palette picture. If colors is true, indices become colors.
func (c *converter) paletted(alpha, colors bool) {
	switch {
	case alpha:
		c.format, c.finish = resample.NRGBA8, c.lookUp
	case !colors && c.layout.bits <= 8:
		c.format, c.indexed = resample.Gray8, true
	default:
		c.format, c.finish = resample.RGB8, c.lookUp
	}
}

// readPalette reads the palette: all reds, then all greens, then all blues. Values have 16 bits. If no value is above 255, they count as values
// of 8 bits, because old programs wrote such palettes. Colors that the field does not contain are black. If tolerant is true, readPalette also
// reads a palette that is cut off.
func (c *converter) readPalette(ctx context.Context, data []byte, tolerant bool) error {
	l := c.layout
	n := int64(1) << l.bits
	var err error
	if c.palette, err = codec.Make[[3]byte](ctx, max(1<<8, 1<<l.bits), 3); err != nil {
		return err
	}
	if n = min(n, l.colorMap.count/3); n == 0 {
		return corrupt("no palette")
	}
	values, ok := l.colorMap.bytes(data)
	if !ok && tolerant && l.colorMap.offset < int64(len(data)) {
		return c.cutPalette(data[l.colorMap.offset:], n)
	}
	if !ok || l.colorMap.kind != typeShort {
		return corrupt("the palette is not in the file")
	}
	shift := 0
	for i := range 3 * n {
		if l.order.Uint16(values[2*i:]) > 255 {
			shift = 8
			break
		}
	}
	for i := range n {
		for j := range int64(3) {
			c.palette[i][j] = byte(l.order.Uint16(values[2*(j*n+i):]) >> shift)
		}
	}
	return nil
}

// cutPalette reads a palette of n colors of which only the first values are in the file. A missing component is the
// mean of the other components of its color. A color without any component is mid-gray.
func (c *converter) cutPalette(values []byte, n int64) error {
	if c.layout.colorMap.kind != typeShort || len(values) < 2 {
		return corrupt("the palette is not in the file")
	}
	at := func(i int64) (v int, ok bool) {
		if 2*i+2 > int64(len(values)) {
			return 0, false
		}
		return int(c.layout.order.Uint16(values[2*i:])), true
	}
	shift := 0
	for i := range 3 * n {
		if v, _ := at(i); v > 255 {
			shift = 8
			break
		}
	}
	for i := range n {
		rest := 128
		sum, count := 0, 0
		for j := range int64(3) {
			v, ok := at(j*n + i)
			if v >>= shift; ok {
				sum, count = sum+v, count+1
				rest = sum / count
			} else {
				v = rest
			}
			c.palette[i][j] = byte(v)
		}
	}
	c.cut = true
	return nil
}

// lookUp converts palette indices, with or without alpha, to colors.
func (c *converter) lookUp(dst, src []byte) {
	n, alpha := c.format.BytesPerPixel(), c.format == resample.NRGBA8
	step := c.sample * len(c.wanted)
	if c.sample == 1 && !alpha {
		c.lookUpBytes(dst, src)
		return
	}
	for ; len(dst) >= n; dst, src = dst[n:], src[step:] {
		place := int(src[0])
		if c.sample == 2 {
			place = int(binary.BigEndian.Uint16(src))
		}
		v := &c.palette[place]
		dst[0], dst[1], dst[2] = v[0], v[1], v[2]
		if !alpha {
			continue
		}
		a := int(src[c.sample])
		if c.sample == 2 {
			a = int(binary.BigEndian.Uint16(src[2:]))
		}
		dst[3] = byte(a * 255 / (1<<c.layout.bits - 1))
	}
}

// lookUpBytes is lookUp for indices of one byte, without alpha.
func (c *converter) lookUpBytes(dst, src []byte) {
	if c.packed == nil {
		c.packed = new([256]uint32)
		for i, v := range c.palette[:256] {
			c.packed[i] = uint32(v[0]) | uint32(v[1])<<8 | uint32(v[2])<<16
		}
	}
	colors := c.packed
	for ; len(dst) >= 4 && len(src) > 0; dst, src = dst[3:], src[1:] {
		binary.LittleEndian.PutUint32(dst, colors[src[0]]) // the fourth byte is overwritten by the next pixel
	}
	if len(dst) >= 3 && len(src) > 0 {
		v := colors[src[0]]
		dst[0], dst[1], dst[2] = byte(v), byte(v>>8), byte(v>>16)
	}
}
