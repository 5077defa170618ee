package resample

// boxes adds up rows of the source until a row of boxes is full, and then makes averages of them.
// Rows of bytes are added as they lie in memory; others, which are rare, are spread over planes first.
type boxes struct {
	s      *Shrinker
	rows   int      // in the sum
	direct bool     // sum is of the row's bytes, maxBox of which fit; otherwise wide is, of plane's samples
	sum    []uint16 // (hi-lo) × bytes per pixel
	pre    []byte   // a premultiplied row
	wide   []uint32 // planes × (hi-lo)
	plane  []int16
}

func (b *boxes) bytes() int { return 2*cap(b.sum) + cap(b.pre) + 4*cap(b.wide) + 2*cap(b.plane) }

func (b *boxes) reset(s *Shrinker) {
	b.s, b.rows = s, 0
	if s.x.box == 1 && s.y.box == 1 {
		return
	}
	w := s.hi - s.lo
	n := w * s.format.BytesPerPixel()
	switch s.format {
	case NRGBA8:
		b.pre = grow(b.pre, n)
		fallthrough
	case Gray8, RGB8, RGBA8, RGBX8, cmykRaw:
		b.direct = true
		b.sum = grow(b.sum, n)
		clear(b.sum)
	default:
		b.direct = false
		b.plane = grow(b.plane, w*s.planes)
		b.wide = grow(b.wide, w*s.planes)
		clear(b.wide)
	}
}

// add takes a row of the source.
func (b *boxes) add(row []byte) {
	f, n := b.s.format, b.s.format.BytesPerPixel()
	row = row[b.s.lo*n : b.s.hi*n]
	b.rows++
	if !b.direct {
		w := b.s.hi - b.s.lo
		f.toPlanes(b.plane, w, row, 0, w)
		wide := b.wide[:len(b.plane)]
		for i, v := range b.plane {
			wide[i] += uint32(v)
		}
		return
	}
	if f == NRGBA8 {
		row = premultiplied(b.pre, row)
	}
	addRow(b.sum, row)
}

// flush writes the averages of a row of boxes and begins the next one.
func (b *boxes) flush(dst []int16, stride int) {
	s := b.s
	dst = dst[(s.lo-s.x.origin)/s.x.box:]
	w := s.hi - s.lo
	switch {
	case !b.direct:
		for p := range s.planes {
			average(dst[p*stride:], b.wide[p*w:][:w], s.x.box, b.rows, 1)
		}
	case s.planes == 1:
		average(dst, b.sum, s.x.box, b.rows, 1<<sampleBits)
	default:
		averagePixels(dst, stride, s.planes, b.sum, s.format.BytesPerPixel(), s.x.box, b.rows)
	}
	clear(b.sum)
	clear(b.wide)
	b.rows = 0
}

// reciprocal is unit/n with reciprocalBits fraction bits. n samples of value v add up to n·v, and
// n·v·reciprocal rounds to v·unit exactly.
func reciprocal(n, unit int) uint64 {
	return (uint64(unit)<<reciprocalBits + uint64(n)/2) / uint64(n)
}

const (
	reciprocalBits = 32
	reciprocalHalf = 1 << (reciprocalBits - 1)
)

// average writes the averages of boxes of box sums each, which were made of rows samples, multiplied by unit. A last box
// that is cut short by the edge is the average of what is there.
func average[T uint16 | uint32](dst []int16, sum []T, box, rows, unit int) {
	f := reciprocal(box*rows, unit)
	for i := 0; len(sum) > 0; i++ {
		if box > len(sum) {
			box = len(sum)
			f = reciprocal(box*rows, unit)
		}
		var a, b uint64
		s := sum[:box]
		for len(s) >= 2 {
			a += uint64(s[0])
			b += uint64(s[1])
			s = s[2:]
		}
		if len(s) > 0 {
			a += uint64(s[0])
		}
		dst[i] = int16(((a+b)*f + reciprocalHalf) >> reciprocalBits)
		sum = sum[box:]
	}
}

// averagePixels is average of three or four planes whose sums lie side by side, n of them per pixel.
func averagePixels(dst []int16, stride, planes int, sum []uint16, n, box, rows int) {
	f := reciprocal(box*rows, 1<<sampleBits)
	d0, d1, d2, d3 := dst, dst[stride:], dst[2*stride:], dst[(planes-1)*stride:]
	for i := 0; len(sum) > 0; i++ {
		if n*box > len(sum) {
			box = len(sum) / n
			f = reciprocal(box*rows, 1<<sampleBits)
		}
		var r, g, b, a uint64
		s := sum[:n*box]
		if n == 4 {
			for len(s) >= 4 {
				r += uint64(s[0])
				g += uint64(s[1])
				b += uint64(s[2])
				a += uint64(s[3])
				s = s[4:]
			}
		} else {
			for len(s) >= 3 {
				r += uint64(s[0])
				g += uint64(s[1])
				b += uint64(s[2])
				s = s[3:]
			}
		}
		if planes == 4 { // else d3 is d2
			d3[i] = int16((a*f + reciprocalHalf) >> reciprocalBits)
		}
		d0[i] = int16((r*f + reciprocalHalf) >> reciprocalBits)
		d1[i] = int16((g*f + reciprocalHalf) >> reciprocalBits)
		d2[i] = int16((b*f + reciprocalHalf) >> reciprocalBits)
		sum = sum[n*box:]
	}
}
