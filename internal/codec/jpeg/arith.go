package jpeg

import "math/bits"

// conditioning is the conditioning of arithmetic coding that DAC defines (section B.2.4.3): the bounds L and U of
// DC differences, and Kx of AC coefficients.
type conditioning struct {
	dcLower, dcUpper [4]uint8
	acK              [4]uint8
}

var usualConditioning = conditioning{dcUpper: [4]uint8{1, 1, 1, 1}, acK: [4]uint8{5, 5, 5, 5}}

// readDAC reads the conditioning of arithmetic coding.
func (t *tables) readDAC(seg []byte) error {
	if len(seg)%2 != 0 {
		return corrupt("DAC has a wrong length")
	}
	for ; len(seg) > 0; seg = seg[2:] {
		class, id, value := seg[0]>>4, seg[0]&15, seg[1]
		switch {
		case class > 1 || id > 3:
			return corrupt("bad arithmetic coding table number")
		case class == 1 && (value < 1 || value > 63), class == 0 && value&15 > value>>4:
			return corrupt("bad arithmetic coding conditioning")
		case class == 1:
			t.acK[id] = value
		default:
			t.dcLower[id], t.dcUpper[id] = value&15, value>>4
		}
	}
	return nil
}

// The statistics areas of a table (section F.1.4.4): one bin for each context.
const (
	dcBins = 49
	acBins = 245
)

// bin is the state of a context. Its low 7 bits are an index into estimates. Its highest bit is the more probable
// value.
type bin uint8

// fixedBin is a state that never changes. Both values have the same probability.
const fixedBin = bin(len(estimates) - 1)

// arithmetic decodes one entropy-coded segment as annex D describes.
type arithmetic struct {
	in *input

	c     uint32 // code register; its upper half is compared with a
	a     uint32 // size of the interval, 0x8000 to 0x10000
	shift uint   // number of shifts of c before the next byte is needed
	end   bool   // a marker or the end of the file was reached; next then returns zeros
	cut   bool   // the end of the file was reached
	extra int    // number of zeros that next has returned after the end

	dc         [4][dcBins]bin // by number of the table
	ac         [4][acBins]bin
	context    [4]uint8 // by component: the context of the next DC difference
	fixed      bin
	overflowed bool // a magnitude or a run of zeros was too large
}

// reset sets all contexts to their initial state, for a new scan or after a restart marker.
func (a *arithmetic) reset() {
	clear(a.dc[:])
	clear(a.ac[:])
	clear(a.context[:])
}

// begin starts to read at the current offset of in (section D.2.5).
func (a *arithmetic) begin(in *input) {
	a.in, a.end, a.cut, a.extra, a.overflowed = in, false, false, 0, false
	a.c = a.next() << 24
	a.c |= a.next() << 16
	a.a, a.shift = 0x10000, 0
}

// next reads a byte. After the end of the segment it returns 0 (section D.2.6).
func (a *arithmetic) next() uint32 {
	in := a.in
	if a.end {
		a.extra++
		return 0
	}
	if in.off < len(in.data) {
		b := in.data[in.off]
		if b != 0xFF {
			in.off++
			return uint32(b)
		}
		if in.off+1 < len(in.data) && in.data[in.off+1] == 0 {
			in.off += 2
			return 0xFF
		}
	}
	a.end = true
	a.cut = !markerFollows(in)
	a.extra++
	return 0
}

// markerFollows reports whether the next bytes of in are a marker: any number of fill bytes (0xFF), and then a byte that is not a fill byte.
func markerFollows(in *input) bool {
	for i := in.off; i < len(in.data); i++ {
		if in.data[i] != 0xFF {
			return true
		}
	}
	return false
}

// maxExtra is the maximum number of zero bytes that may be read after the end of a file. The decoder reads two
// bytes ahead, and encoders omit zeros at the end. Before a marker there is no limit, because an encoder may omit
// all data of a picture of one color.
const maxExtra = 8

// overrun reports whether the decoder has read more than the file contains, or an impossible value.
func (a *arithmetic) overrun() bool {
	return a.overflowed || a.extra > maxExtra && a.cut
}

// decode decodes one binary decision in the context s (sections D.2.1 to D.2.4).
func (a *arithmetic) decode(s *bin) int {
	state := *s
	e := &estimates[state&127]
	mps := int(state >> 7)
	qe := uint32(e.qe)
	a.a -= qe
	if a.c>>16 < a.a {
		if a.a >= 0x8000 {
			return mps
		}
		if a.a < qe { // conditional exchange
			*s = e.lps(state)
			mps ^= 1
		} else {
			*s = state&128 | e.nextMPS
		}
	} else {
		a.c -= a.a << 16
		if a.a < qe {
			*s = state&128 | e.nextMPS
		} else {
			*s = e.lps(state)
			mps ^= 1
		}
		a.a = qe
	}
	a.renormalize()
	return mps
}

// lps returns the state that follows a less probable value.
func (e *estimate) lps(state bin) bin { return (state&128 ^ e.exchange) | e.nextLPS }

// renormalize doubles a until it is at least 0x8000 (section D.2.4).
func (a *arithmetic) renormalize() {
	n := uint(bits.LeadingZeros16(uint16(a.a)))
	a.a <<= n
	for n > 0 {
		if a.shift == 0 {
			a.c |= a.next() << 8
			a.shift = 8
		}
		step := min(n, a.shift)
		a.c <<= step
		a.shift -= step
		n -= step
	}
}
