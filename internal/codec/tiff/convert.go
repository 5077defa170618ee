package tiff

import (
	"context"
	"encoding/binary"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
	"github.com/rest-thumbnails/thumbnail/internal/resample"
)

// A converter converts the samples of the file to pixels.
type converter struct {
	layout  *layout
	format  resample.Format
	indexed bool     // pixels are palette indices
	wanted  []int    // indices of the samples that are needed: color, then alpha
	rows    [][]byte // the current row of each lane
	width   int
	sample  int // bytes per sample

	picked  []byte // a row of the wanted samples only
	out     []byte
	finish  func(dst, src []byte) // converts picked to out; nil means no conversion
	inks    func(dst, src []byte) // codec.Options.Inks
	palette [][3]byte
	packed  *[256]uint32 // the palette for lookUpBytes, red in the lowest byte; nil before the first row
	cut     bool         // some palette values are missing
}

// newConverter returns a converter for a layout. If colors is true, the converter converts palette indices to
// colors; otherwise pixels may stay indices.
func newConverter(ctx context.Context, l *layout, data []byte, colors bool, o codec.Options) (*converter, error) {
	c := new(converter)
	c.plan(l, colors)
	if l.photometric == palette {
		if err := c.readPalette(ctx, data, o.Tolerant); err != nil {
			return nil, err
		}
	}
	c.inks = o.Inks
	err := codec.AccountOf(ctx).Take(c.inkBytes()) // the memory that inks allocates
	if err != nil {
		return nil, err
	}
	if c.picks() {
		if c.picked, err = codec.Bytes(ctx, l.width*len(c.wanted)*c.sample); err != nil {
			return nil, err
		}
	}
	if c.finish != nil {
		c.out, err = codec.Bytes(ctx, l.width*c.format.BytesPerPixel())
	}
	return c, err
}

// plan chooses the conversion. It allocates only a few small slices.
func (c *converter) plan(l *layout, colors bool) {
	c.layout, c.width, c.sample = l, l.width, l.sampleBytes()
	for i := range l.colors() {
		c.wanted = append(c.wanted, i)
	}
	alpha := l.alpha != alphaNone
	if alpha {
		c.wanted = append(c.wanted, l.alphaAt)
	}
	c.rows = make([][]byte, len(c.wanted))
	c.choose(alpha, colors)
}

// bytes returns the number of bytes that newConverter allocates.
func (c *converter) bytes() (n int64) {
	l := c.layout
	if c.picks() {
		n += int64(l.width) * int64(len(c.wanted)*c.sample)
	}
	if c.finish != nil {
		n += int64(l.width) * int64(c.format.BytesPerPixel())
	}
	if l.photometric == palette {
		n += 3 << l.bits
	}
	return n + c.inkBytes()
}

// picks reports whether the wanted samples of a pixel are not contiguous in a row.
func (c *converter) picks() bool {
	return len(c.wanted) > 1 && c.layout.planar || !c.layout.planar && c.layout.samples != len(c.wanted)
}

// choose sets the format of the pixels, and the conversion of samples to that format.
func (c *converter) choose(alpha, colors bool) {
	l, wide := c.layout, c.sample == 2
	either := func(narrow, other resample.Format) resample.Format {
		if wide {
			return other
		}
		return narrow
	}
	switch {
	case !alpha:
		c.format = either(resample.RGB8, resample.RGB16)
	case l.alpha == alphaScaled:
		c.format = either(resample.RGBA8, resample.RGBA16)
	default:
		c.format = either(resample.NRGBA8, resample.NRGBA16)
	}
	switch l.photometric {
	case whiteIsZero, blackIsZero, transparencyMask:
		c.gray(alpha, either(resample.Gray8, resample.Gray16))
	case palette:
		c.paletted(alpha, colors)
	case separated:
		c.separated(alpha)
	case yCbCr:
		if !l.isJPEG() {
			c.finish = newChroma(l).convert(len(c.wanted))
		}
	case cieLab, iccLab:
		c.finish = newLab(l.photometric == iccLab, c.sample, len(c.wanted)).convert
	}
	if c.format == resample.RGBA8 || c.format == resample.RGBA16 {
		c.clamp()
	}
}

// row converts the row in c.rows to pixels.
func (c *converter) row() []byte {
	row := c.rows[0]
	if c.picks() {
		c.pick()
		row = c.picked
	}
	if c.finish == nil {
		return row
	}
	c.finish(c.out, row)
	return c.out
}

// pick copies the wanted samples to c.picked.
func (c *converter) pick() {
	n := c.sample
	to := len(c.wanted) * n
	for i, sample := range c.wanted {
		src, step := c.rows[i], n
		if !c.layout.planar {
			src, step = c.rows[0][sample*n:], c.layout.samples*n
		}
		dst := c.picked[i*n:]
		if n == 1 {
			for x := range c.width {
				dst[x*to] = src[x*step]
			}
			continue
		}
		for x := range c.width {
			dst[x*to], dst[x*to+1] = src[x*step], src[x*step+1]
		}
	}
}

// gray chooses the conversion of gray. Gray with alpha becomes RGB with alpha. Premultiplied WhiteIsZero samples are inverted without dividing
// them by alpha first, as in libtiff and libvips. TIFF 6.0 does not define whether samples are inverted before or after the multiplication.
func (c *converter) gray(alpha bool, format resample.Format) {
	flip := byte(0)
	if c.layout.photometric == whiteIsZero {
		flip = 0xff
	}
	if !alpha {
		c.format = format
		if flip != 0 {
			c.finish = invert
		}
		return
	}
	n := c.sample
	c.finish = func(dst, src []byte) {
		for len(dst) >= 4*n && len(src) >= 2*n {
			for i := range n {
				v := src[i] ^ flip
				dst[i], dst[n+i], dst[2*n+i], dst[3*n+i] = v, v, v, src[n+i]
			}
			dst, src = dst[4*n:], src[2*n:]
		}
	}
}

// invert flips all bits of src.
func invert(dst, src []byte) {
	src = src[:len(dst)]
	for ; len(dst) >= 8; dst, src = dst[8:], src[8:] {
		binary.LittleEndian.PutUint64(dst, ^binary.LittleEndian.Uint64(src))
	}
	for i, v := range src {
		dst[i] = ^v
	}
}

// narrow converts 16-bit samples to their upper 8 bits.
func narrow(dst, src []byte) {
	for i := range dst {
		dst[i] = src[2*i]
	}
}

// clamp limits premultiplied colors to their alpha.
func (c *converter) clamp() {
	before, n := c.finish, 4*c.sample
	c.finish = func(dst, src []byte) {
		if before == nil {
			copy(dst, src)
		} else {
			before(dst, src)
		}
		for ; len(dst) >= n; dst = dst[n:] {
			if n == 4 {
				a := dst[3]
				dst[0], dst[1], dst[2] = min(dst[0], a), min(dst[1], a), min(dst[2], a)
				continue
			}
			for i := 0; i < 6; i += 2 {
				if dst[i] > dst[6] || dst[i] == dst[6] && dst[i+1] > dst[7] {
					dst[i], dst[i+1] = dst[6], dst[7]
				}
			}
		}
	}
}
