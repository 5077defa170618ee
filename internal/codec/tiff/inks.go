package tiff

import (
	"encoding/binary"
	"image/color"

	"github.com/rest-thumbnails/thumbnail/internal/icc"
	"github.com/rest-thumbnails/thumbnail/internal/resample"
)

// separated chooses the conversion of CMYK. With alpha it becomes RGB with alpha here; otherwise the engine converts it.
func (c *converter) separated(alpha bool) {
	switch {
	case alpha:
		c.format, c.finish = resample.NRGBA8, c.fromInks
	case c.sample == 2:
		c.format, c.finish = resample.CMYK8, narrow
	default:
		c.format = resample.CMYK8
	}
}

// inkBytes returns the memory that c.inks allocates.
func (c *converter) inkBytes() int64 {
	if c.layout.photometric != separated || c.layout.alpha == alphaNone {
		return 0
	}
	return int64(c.width) * icc.RowBytes
}

// fromInks converts pixels of four inks and alpha. Premultiplied inks are divided by alpha.
func (c *converter) fromInks(dst, src []byte) {
	n := 5 * c.sample
	level := func(p []byte) uint32 { // 16 bits
		if c.sample == 1 {
			return uint32(p[0]) * 257
		}
		return uint32(binary.BigEndian.Uint16(p))
	}
	for x := range c.width {
		pixel := src[x*n:][:n]
		a := max(level(pixel[4*c.sample:]), 1)
		for i := range 4 {
			ink := level(pixel[i*c.sample:])
			if c.layout.alpha == alphaScaled {
				ink = min(ink, a) * 65535 / a
			}
			dst[4*x+i] = byte(ink >> 8)
		}
	}
	if c.inks != nil {
		c.inks(dst, dst)
	} else {
		naive(dst)
	}
	for x := range c.width {
		dst[4*x+3] = src[x*n+4*c.sample]
	}
}

// naive converts CMYK to RGB in place by (1-C)(1-K).
func naive(row []byte) {
	for ; len(row) >= 4; row = row[4:] {
		row[0], row[1], row[2] = color.CMYKToRGB(row[0], row[1], row[2], row[3])
	}
}
