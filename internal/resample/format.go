package resample

// Format is the layout of a pixel in the bytes of a row. Samples of 16 bits are big-endian, as in PNG and package image.
type Format uint8

const (
	Gray8       Format = iota
	Gray16             // for all 16-bit formats, the result has 8 bits and is rounded once
	GrayAlpha8         // gray, then alpha; not premultiplied
	GrayAlpha16        // gray, then alpha; not premultiplied
	RGB8
	RGB16
	RGBA8   // alpha-premultiplied, as image.RGBA
	RGBA16  // as image.RGBA64
	NRGBA8  // not premultiplied, as image.NRGBA and PNG
	NRGBA16 // as image.NRGBA64
	RGBX8   // four bytes; the last one is ignored
	CMYK8   // as image.CMYK; the result is RGB by (1-C)(1-K), as in image/color
	cmykRaw // four bytes that are filtered without conversion

	formats
)

var layouts = [formats]struct{ bytes, planes uint8 }{
	Gray8: {1, 1}, Gray16: {2, 1}, GrayAlpha8: {2, 4}, GrayAlpha16: {4, 4}, RGB8: {3, 3}, RGB16: {6, 3},
	RGBA8: {4, 4}, RGBA16: {8, 4}, NRGBA8: {4, 4}, NRGBA16: {8, 4}, RGBX8: {4, 3}, CMYK8: {4, 3}, cmykRaw: {4, 4},
}

// BytesPerPixel returns the size of a pixel.
func (f Format) BytesPerPixel() int { return int(layouts[f].bytes) }

// planes returns the number of planes that are filtered: 1 for gray, 3 for red, green and blue, and 1 more for alpha.
func (f Format) planes() int { return int(layouts[f].planes) }

// from16 converts a 16-bit sample to a sample between the passes: v·16320/65535, rounded.
func from16(v uint32) int16 { return int16((v*16320 + 32767) / 65535) }

func be16(b []byte) uint32 { return uint32(b[0])<<8 | uint32(b[1]) }

// toPlanes splits pixels lo to hi of row into planes of samples with 8+sampleBits bits. The planes begin with dst and are stride samples
// apart.
func (f Format) toPlanes(dst []int16, stride int, row []byte, lo, hi int) {
	n := f.BytesPerPixel()
	row = row[lo*n : hi*n]
	w := hi - lo
	d0 := dst[:w]
	switch f {
	case Gray8:
		widen(d0, row)
		return
	case Gray16:
		for i := range d0 {
			d0[i] = from16(be16(row[2*i:][:2]))
		}
		return
	}
	d1, d2 := dst[stride:][:w], dst[2*stride:][:w]
	switch f {
	case RGB8:
		splitRGB(dst, stride, row)
		return
	case RGBX8:
		for i := range d0 {
			p := row[4*i:][:4]
			d0[i], d1[i], d2[i] = int16(p[0])<<sampleBits, int16(p[1])<<sampleBits, int16(p[2])<<sampleBits
		}
		return
	case CMYK8:
		for i := range d0 {
			p := row[4*i:][:4]
			k := 255 - p[3]
			d0[i], d1[i], d2[i] = premul8(255-p[0], k), premul8(255-p[1], k), premul8(255-p[2], k)
		}
		return
	case RGB16:
		for i := range d0 {
			p := row[6*i:][:6]
			d0[i], d1[i], d2[i] = from16(be16(p)), from16(be16(p[2:])), from16(be16(p[4:]))
		}
		return
	}
	d3 := dst[3*stride:][:w]
	switch f {
	case RGBA8, cmykRaw:
		split(dst, stride, row)
	case NRGBA8:
		splitPremul(dst, stride, row)
	case GrayAlpha8:
		for i := range d0 {
			p := row[2*i:][:2]
			g := premul8(p[0], p[1])
			d0[i], d1[i], d2[i], d3[i] = g, g, g, int16(p[1])<<sampleBits
		}
	case GrayAlpha16:
		for i := range d0 {
			p := row[4*i:][:4]
			a := be16(p[2:])
			g := premul16(be16(p), a)
			d0[i], d1[i], d2[i], d3[i] = g, g, g, from16(a)
		}
	case RGBA16:
		for i := range d0 {
			p := row[8*i:][:8]
			d0[i], d1[i] = from16(be16(p)), from16(be16(p[2:]))
			d2[i], d3[i] = from16(be16(p[4:])), from16(be16(p[6:]))
		}
	case NRGBA16:
		for i := range d0 {
			p := row[8*i:][:8]
			a := be16(p[6:])
			d0[i], d1[i] = premul16(be16(p), a), premul16(be16(p[2:]), a)
			d2[i], d3[i] = premul16(be16(p[4:]), a), from16(a)
		}
	}
}
