package resample

// boxes adds up rows of the source until a row of boxes is full, and then makes averages of them.
//
// Rows of bytes are added eight bytes at a time, as they lie in memory: the even bytes of a word into the four 16-bit lanes of one
// sum and the odd bytes into those of another. Rows of 16 bits, which are rare, are spread over planes first.
type boxes struct {
	s     *Shrinker
	n     int      // rows in the sum, at most 257 of them in wide
	wide  []uint64 // sums of 8-bit samples
	sum   []uint32 // sums of samples that were in planes, and of wide where it would overflow
	plane []int16
	pre   []byte // a premultiplied row
	words int
}

func (b *boxes) bytes() int { return 8*cap(b.wide) + 4*cap(b.sum) + 2*cap(b.plane) + cap(b.pre) }

func (b *boxes) reset(s *Shrinker) {
	b.s, b.n = s, 0
	if s.x.box == 1 && s.y.box == 1 {
		return
	}
	w := s.hi - s.lo
	b.sum = grow(b.sum, w*s.planes)
	b.plane = grow(b.plane, w*s.planes)
	clear(b.sum)
}

// add takes a row of the source.
func (b *boxes) add(row []byte) {
	s := b.s
	w := s.hi - s.lo
	n := s.format.BytesPerPixel()
	s.format.toPlanes(b.plane, w, row[s.lo*n:], 0, w)
	sum := b.sum[:len(b.plane)]
	for i, v := range b.plane {
		sum[i] += uint32(v)
	}
	b.n++
}

// flush writes the averages of a row of boxes and begins the next one.
func (b *boxes) flush(dst []int16, stride int) {
	s := b.s
	w := s.hi - s.lo
	first := (s.lo - s.x.origin) / s.x.box
	for p := range s.planes {
		sum := b.sum[p*w:][:w]
		d := dst[p*stride+first:]
		for i := 0; len(sum) > 0; i++ {
			k := min(s.x.box, len(sum))
			var t uint64
			for _, v := range sum[:k] {
				t += uint64(v)
			}
			area := uint64(k * b.n)
			d[i] = int16((t + area/2) / area)
			sum = sum[k:]
		}
	}
	clear(b.sum)
	b.n = 0
}
