package png

import (
	"encoding/binary"

	"github.com/rest-thumbnails/thumbnail/internal/resample"
)

// expansion converts rows of the file to a format of package resample: without palette, transparent color key or
// samples of fewer than 8 bits.
type expansion struct {
	to  resample.Format
	row func(dst, src []byte) // nil if rows already have that format
}

func (f *file) expansion() expansion {
	deep := f.Depth == 16
	switch {
	case f.Color == colorIndexed:
		if f.Transparent {
			return expansion{resample.NRGBA8, f.colorOf()}
		}
		return expansion{resample.RGBX8, f.colorOf()}
	case f.Color == colorGray && f.trns && deep:
		return expansion{resample.GrayAlpha16, f.keyed16}
	case f.Color == colorGray && f.trns:
		return expansion{resample.GrayAlpha8, f.keyedGray}
	case f.Color == colorGray && f.Depth < 8:
		return expansion{resample.Gray8, f.gray}
	case f.Color == colorRGB && f.trns && deep:
		return expansion{resample.NRGBA16, f.keyed16}
	case f.Color == colorRGB && f.trns:
		return expansion{resample.NRGBA8, f.keyedRGB}
	}
	formats := map[colorType][2]resample.Format{
		colorGray: {resample.Gray8, resample.Gray16}, colorRGB: {resample.RGB8, resample.RGB16},
		colorGrayAlpha: {resample.GrayAlpha8, resample.GrayAlpha16}, colorRGBA: {resample.NRGBA8, resample.NRGBA16},
	}
	if deep {
		return expansion{to: formats[f.Color][1]}
	}
	return expansion{to: formats[f.Color][0]}
}

// unpack unpacks len(dst) samples of depth bits to one byte each.
func unpack(dst, src []byte, depth int) {
	if depth == 8 {
		copy(dst, src)
		return
	}
	per, mask := 8/depth, byte(1<<depth-1)
	for len(dst) > 0 {
		v := src[0]
		src = src[1:]
		n := min(per, len(dst))
		for i := range n {
			dst[i] = v >> (8 - depth*(i+1)) & mask
		}
		dst = dst[n:]
	}
}

// colorOf returns a function that converts a row of indices to colors.
func (f *file) colorOf() func(dst, src []byte) {
	var colors [256]uint32
	for i, c := range f.palette {
		colors[i] = binary.LittleEndian.Uint32(c[:])
	}
	return func(dst, src []byte) {
		w := len(dst) / 4
		indices := src
		if f.Depth < 8 { // unpacked at the end of dst, so that writing does not overtake reading
			indices = dst[3*w:][:w]
			unpack(indices, src, f.Depth)
		}
		for _, v := range indices[:w] {
			binary.LittleEndian.PutUint32(dst, colors[v])
			dst = dst[4:]
		}
	}
}

// scale returns the factor that scales a sample to 8 bits.
func (f *file) scale() byte { return byte(255 / (1<<min(f.Depth, 8) - 1)) }

func (f *file) gray(dst, src []byte) {
	unpack(dst, src, f.Depth)
	scale := f.scale()
	for i, v := range dst {
		dst[i] = v * scale
	}
}

func (f *file) keyedGray(dst, src []byte) {
	w := len(dst) / 2
	samples := dst[w:]
	unpack(samples, src, f.Depth)
	key, scale := byte(f.key[0]), f.scale()
	for i, v := range samples {
		alpha := byte(255)
		if v == key {
			alpha = 0
		}
		dst[2*i], dst[2*i+1] = v*scale, alpha
	}
}

func (f *file) keyedRGB(dst, src []byte) {
	key := [3]byte{byte(f.key[0]), byte(f.key[1]), byte(f.key[2])}
	for len(dst) >= 4 && len(src) >= 3 {
		c := [3]byte(src)
		copy(dst, c[:])
		dst[3] = 255
		if c == key {
			dst[3] = 0
		}
		dst, src = dst[4:], src[3:]
	}
}

// keyed16 adds the alpha of the color key to gray or RGB of 16 bits.
func (f *file) keyed16(dst, src []byte) {
	n := 2 * f.samples()
	var key [6]byte
	for i, v := range f.key {
		binary.BigEndian.PutUint16(key[2*i:], v)
	}
	for len(src) >= n {
		alpha := byte(255)
		if string(src[:n]) == string(key[:n]) {
			alpha = 0
		}
		copy(dst, src[:n])
		dst[n], dst[n+1] = alpha, alpha
		dst, src = dst[n+2:], src[n:]
	}
}

// straight returns a function that converts a row of the file to 8-bit NRGBA.
func (d *decoder) straight() func(dst, src []byte) {
	x := d.expansion()
	return func(dst, src []byte) {
		n := len(dst) / 4
		if x.row != nil {
			d.wide = grow(d.wide, n*x.to.BytesPerPixel())
			x.row(d.wide, src)
			src = d.wide
		}
		toNRGBA(dst, src[:n*x.to.BytesPerPixel()], x.to)
	}
}

// toNRGBA converts a row of format f to 8-bit NRGBA.
func toNRGBA(dst, src []byte, f resample.Format) {
	n, size := len(dst)/4, 1 // size of a sample in bytes
	switch f {
	case resample.Gray16, resample.GrayAlpha16, resample.RGB16, resample.NRGBA16:
		size = 2
	}
	var from [4]int // indices of the samples of red, green, blue and alpha; -1 means opaque
	switch f {
	case resample.Gray8, resample.Gray16:
		from = [4]int{0, 0, 0, -1}
	case resample.GrayAlpha8, resample.GrayAlpha16:
		from = [4]int{0, 0, 0, 1}
	case resample.RGB8, resample.RGB16, resample.RGBX8:
		from = [4]int{0, 1, 2, -1}
	default:
		from = [4]int{0, 1, 2, 3}
	}
	pixel := len(src) / n
	for i := range n {
		p, q := src[i*pixel:][:pixel], dst[4*i:][:4]
		for j, at := range from {
			switch {
			case at < 0:
				q[j] = 255
			case size == 2:
				v := uint32(p[2*at])<<8 | uint32(p[2*at+1])
				q[j] = byte((v*255 + 32767) / 65535)
			default:
				q[j] = p[at]
			}
		}
	}
}
