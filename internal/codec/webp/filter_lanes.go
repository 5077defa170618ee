package webp

import "encoding/binary"

// These are the loop filters of filter.go for four positions along an edge at a time. A word has a lane of 16 bits for each
// position. A constant is added to lanes that may be negative, so that no lane borrows from the next one. The number in a
// name such as d256 is that constant.
const (
	ones   = 0x0001000100010001 // n·ones has n in each lane
	low8   = 255 * ones
	top    = 0x8000 * ones
	inWord = 0x0000FFFF0000FFFF // mask of every other lane
)

// laneLimits are the limits of a strength, in the form that smooth needs. Let d be a difference and v its limit. The
// top bit of a lane of low + d256 is set if d is at least -v, and that of high - d256 is set if d is at most v.
type laneLimits struct{ edge, inner, interiorLow, interiorHigh, hevLow, hevHigh uint64 }

func newLaneLimits(s *strength) laneLimits {
	low, high := func(v int32) uint64 { return uint64(0x8000-256+v) * ones }, func(v int32) uint64 { return uint64(0x8000+256+v) * ones }
	return laneLimits{
		edge: uint64(0x8000+2*s.edge+1) * ones, inner: uint64(0x8000+2*s.inner+1) * ones,
		interiorLow: low(s.interior), interiorHigh: high(s.interior), hevLow: low(s.hev), hevHigh: high(s.hev),
	}
}

// lanes holds the pixels across an edge at four positions: p3, p2, p1, p0, q0, q1, q2, q3.
type lanes [8]uint64

// absolute returns the magnitude of the difference in d256.
func absolute(d256 uint64) uint64 {
	negative := ^d256 >> 8 & ones
	return (d256&low8 ^ (negative<<8 - negative)) + negative
}

// all turns lanes with the top bit set into 0xFFFF, and other lanes into 0.
func all(lanes uint64) uint64 {
	lanes &= top
	return lanes | (lanes - lanes>>15)
}

// smooth returns masks of the lanes whose differences are within the limits, and of those with high edge variance.
func (l *lanes) smooth(limit uint64, s *laneLimits) (ok, high uint64) {
	const bias = 256 * ones
	lo, hi := s.interiorLow, s.interiorHigh
	dp, dq := l[2]+bias-l[3], l[5]+bias-l[4]
	ok = (dp + lo) & (hi - dp) & (dq + lo) & (hi - dq)
	ok &= limit - 4*absolute(l[3]+bias-l[4]) - absolute(l[2]+bias-l[5])
	if ok&top == 0 {
		return 0, 0
	}
	d := l[0] + bias - l[1]
	ok &= (d + lo) & (hi - d)
	d = l[1] + bias - l[2]
	ok &= (d + lo) & (hi - d)
	d = l[6] + bias - l[5]
	ok &= (d + lo) & (hi - d)
	d = l[7] + bias - l[6]
	ok = all(ok & (d + lo) & (hi - d))
	calm := (dp + s.hevLow) & (s.hevHigh - dp) & (dq + s.hevLow) & (s.hevHigh - dq)
	return ok, ok &^ all(calm)
}

// steps returns the adjustments f1 = (a+4)>>3 and f2 = (a+3)>>3 of common, with 128 added. far has bits set if an
// adjustment would have to be clamped to five bits, which is rare.
func steps(a1024 uint64) (f1, f2, far uint64) {
	f1, f2 = (a1024+4*ones)>>3&(0x1FFF*ones), (a1024+3*ones)>>3&(0x1FFF*ones)
	return f1, f2, ((f1 + 16*ones ^ 128*ones) | (f2 + 16*ones ^ 128*ones)) & (0xFFE0 * ones)
}

// inner applies innerFilter to the lanes. changed is false if no lane needs the filter. limited is true if a result
// would have to be clamped; then the lanes are not changed.
func (l *lanes) inner(s *laneLimits) (changed, limited bool) {
	const bias = 256 * ones
	ok, high := l.smooth(s.inner, s)
	if ok == 0 {
		return false, false
	}
	p1, p0, q0, q1 := l[2], l[3], l[4], l[5]
	a256 := (q0+bias-p0^bias)&ok ^ bias
	c256 := (p1+bias-q1^bias)&high ^ bias
	f1, f2, far := steps(3*a256 + c256)
	far |= (c256 + 128*ones ^ bias) & (0x300 * ones)
	b64 := ((f1+ones)>>1&(0x7FFF*ones)^64*ones)&^high ^ 64*ones
	q0, p0 = q0+(256+128)*ones-f1, p0+(256-128)*ones+f2
	q1, p1 = q1+(256+64)*ones-b64, p1+(256-64)*ones+b64
	far |= ((q0 ^ bias) | (p0 ^ bias) | (q1 ^ bias) | (p1 ^ bias)) & (0x300 * ones)
	if far != 0 {
		return false, true
	}
	l[2], l[3], l[4], l[5] = p1&low8, p0&low8, q0&low8, q1&low8
	return true, false
}

// edge applies edgeFilter to the lanes. Its results mean the same as those of inner.
func (l *lanes) edge(s *laneLimits) (changed, limited bool) {
	const bias, four = 256 * ones, 1024 * ones
	ok, high := l.smooth(s.edge, s)
	if ok == 0 {
		return false, false
	}
	p2, p1, p0, q0, q1, q2 := l[1], l[2], l[3], l[4], l[5], l[6]
	c256 := (p1+bias-q1^bias)&ok ^ bias
	a1024 := 3*((q0+bias-p0^bias)&ok^bias) + c256
	f1, f2, far := steps((a1024^four)&high ^ four)
	w := (a1024^four)&^high ^ four
	far |= (c256+128*ones^bias)&(0x300*ones) | (w+128*ones^four)&(0xFF00*ones)
	w = (w + 128*ones) & low8
	nine := 9 * w
	a9, a18 := (nine+63*ones)>>7&low8, (2*nine+63*ones)>>7&low8
	a27 := (3*nine + 63*ones) >> 7 & low8
	p0, q0 = p0+(256-128-27)*ones+f2+a27, q0+(256+128+27)*ones-f1-a27
	p1, q1 = p1+(256-18)*ones+a18, q1+(256+18)*ones-a18
	p2, q2 = p2+(256-9)*ones+a9, q2+(256+9)*ones-a9
	far |= ((p0 ^ bias) | (q0 ^ bias) | (p1 ^ bias) | (q1 ^ bias) | (p2 ^ bias) | (q2 ^ bias)) & (0x300 * ones)
	if far != 0 {
		return false, true
	}
	l[1], l[2], l[3], l[4], l[5], l[6] = p2&low8, p1&low8, p0&low8, q0&low8, q1&low8, q2&low8
	return true, false
}

// transpose exchanges rows and columns.
func transpose(a, b, c, d uint64) (_, _, _, _ uint64) {
	t := (a>>16 ^ b) & inWord
	a, b = a^t<<16, b^t
	t = (c>>16 ^ d) & inWord
	c, d = c^t<<16, d^t
	const half = 1<<32 - 1
	return a&half | c<<32, b&half | d<<32, a>>32 | c&^half, b>>32 | d&^half
}

// readRows reads four rows of pix. The first row starts at pix[at-4].
func (l *lanes) readRows(pix []byte, at, stride int) {
	a := binary.LittleEndian.Uint64(pix[at-4:])
	b := binary.LittleEndian.Uint64(pix[at+stride-4:])
	c := binary.LittleEndian.Uint64(pix[at+2*stride-4:])
	d := binary.LittleEndian.Uint64(pix[at+3*stride-4:])
	l[0], l[2], l[4], l[6] = transpose(a&low8, b&low8, c&low8, d&low8)
	l[1], l[3], l[5], l[7] = transpose(a>>8&low8, b>>8&low8, c>>8&low8, d>>8&low8)
}

// writeRows writes the rows that readRows reads.
func (l *lanes) writeRows(pix []byte, at, stride int) {
	a, b, c, d := transpose(l[0]|l[1]<<8, l[2]|l[3]<<8, l[4]|l[5]<<8, l[6]|l[7]<<8)
	binary.LittleEndian.PutUint64(pix[at-4:], a)
	binary.LittleEndian.PutUint64(pix[at+stride-4:], b)
	binary.LittleEndian.PutUint64(pix[at+2*stride-4:], c)
	binary.LittleEndian.PutUint64(pix[at+3*stride-4:], d)
}

// filterColumns filters a vertical edge of n pixels on the left of pix[at], four at a time. outer selects edgeFilter,
// for edges of macroblocks.
func filterColumns(pix []byte, at, stride, n int, s *strength, outer bool) {
	var l lanes
	for range n / 4 {
		l.readRows(pix, at, stride)
		changed, limited := l.filter(s, outer)
		if changed {
			l.writeRows(pix, at, stride)
		} else if limited {
			oneByOne(pix, at, stride, 1, 4, s, outer)
		}
		at += 4 * stride
	}
}

// filterRows filters a horizontal edge of n pixels above pix[at], eight at a time.
func filterRows(pix []byte, at, stride, n int, s *strength, outer bool) {
	var even, odd lanes
	for range n / 8 {
		from := at - 4*stride
		for i := range even {
			v := binary.LittleEndian.Uint64(pix[from:])
			even[i], odd[i] = v&low8, v>>8&low8
			from += stride
		}
		changed, limited := even.filter(s, outer)
		if !limited {
			var more bool
			more, limited = odd.filter(s, outer)
			changed = changed || more
		}
		switch {
		case limited:
			oneByOne(pix, at, 1, stride, 8, s, outer)
		case changed:
			from = at - 3*stride
			for i := 1; i < 7; i++ { // rows 0 and 7, the outermost pixels, never change
				binary.LittleEndian.PutUint64(pix[from:], even[i]|odd[i]<<8)
				from += stride
			}
		}
		at += 8
	}
}

func (l *lanes) filter(s *strength, outer bool) (changed, limited bool) {
	if outer {
		return l.edge(&s.lanes)
	}
	return l.inner(&s.lanes)
}

// oneByOne filters n pixels of an edge without lanes.
func oneByOne(pix []byte, at, along, across, n int, s *strength, outer bool) {
	for range n {
		if outer {
			edgeAt(pix, at, across, s.edge, s)
		} else {
			innerAt(pix, at, across, s.inner, s)
		}
		at += along
	}
}
