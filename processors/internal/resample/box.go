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
	first := (s.lo - s.x.origin) / s.x.box
	w := s.hi - s.lo
	for p := range s.planes {
		d := dst[p*stride+first:]
		if b.direct {
			average(d, b.sum[p:], w, s.format.BytesPerPixel(), s.x.box, b.rows, 1<<sampleBits)
		} else {
			average(d, b.wide[p*w:], w, 1, s.x.box, b.rows, 1)
		}
	}
	clear(b.sum)
	clear(b.wide)
	b.rows = 0
}

// average writes the averages of boxes of box sums each, w sums in all, which are step apart and were made of rows samples; each is
// multiplied by unit. A last box that is cut short by the edge is the average of what is there.
func average[T uint16 | uint32](dst []int16, sum []T, w, step, box, rows, unit int) {
	const bits = 32
	scale := func(n int) uint64 { return (uint64(unit)<<bits + uint64(n*rows)/2) / uint64(n*rows) }
	all := scale(box)
	i, end := 0, w*step
	for x := 0; x < end; x += box * step {
		stop, f := x+box*step, all
		if stop > end {
			stop, f = end, scale((end-x)/step)
		}
		var t uint64
		for j := x; j < stop; j += step {
			if j < len(sum) {
				t += uint64(sum[j])
			}
		}
		dst[i] = int16((t*f + 1<<(bits-1)) >> bits)
		i++
	}
}
