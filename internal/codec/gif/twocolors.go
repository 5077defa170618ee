package gif

import "io"

// A twoColors decompresses data with a minimum code size of 1, which package lzw refuses. Appendix F of the specification demands 2 for
// pictures of two colors, but browsers accept 1.
type twoColors struct {
	in    *blocks
	bits  uint32
	count uint // number of valid bits
	width uint // bits of a code

	next   int // the code that gets the next string
	last   int // the previous code, or -1
	prefix [4096]uint16
	suffix [4096]byte

	buffer [4096]byte
	rest   []byte // the end of buffer: what has been decompressed and not been read
}

const (
	twoClear = 2
	twoEnd   = 3
)

func (t *twoColors) reset(in *blocks) {
	t.in, t.bits, t.count, t.rest = in, 0, 0, nil
	t.clear()
}

func (t *twoColors) clear() { t.width, t.next, t.last = 2, twoEnd, -1 }

// Read returns io.EOF at the end of the data.
func (t *twoColors) Read(p []byte) (n int, err error) {
	for n < len(p) {
		if len(t.rest) == 0 {
			if err := t.code(); err != nil {
				return n, err
			}
		}
		k := copy(p[n:], t.rest)
		n, t.rest = n+k, t.rest[k:]
	}
	return n, nil
}

// code reads a code and decompresses its string.
func (t *twoColors) code() error {
	for t.count < t.width {
		b, err := t.in.ReadByte()
		if err != nil {
			return err
		}
		t.bits |= uint32(b) << t.count
		t.count += 8
	}
	code := int(t.bits & (1<<t.width - 1))
	t.bits, t.count = t.bits>>t.width, t.count-t.width
	switch {
	case code == twoClear:
		t.clear()
		return nil
	case code == twoEnd:
		return io.EOF
	case code > t.next:
		return errCode
	}
	t.expand(code)
	if t.next == len(t.prefix) {
		return nil // the table is full
	}
	t.last = code
	if t.next++; t.next == 1<<t.width && t.width < 12 {
		t.width++
	}
	return nil
}

// expand decompresses the string of a code, and defines the next string: that of the previous code and the first byte that follows it.
func (t *twoColors) expand(code int) {
	at, c := len(t.buffer), code
	if code == t.next { // its string ends with its own first byte
		at, c = at-1, t.last
	}
	for ; c >= twoClear; c = int(t.prefix[c]) {
		at--
		t.buffer[at] = t.suffix[c]
	}
	at--
	t.buffer[at] = byte(c)
	if code == t.next {
		t.buffer[len(t.buffer)-1] = byte(c)
	}
	if t.last >= 0 && t.next < len(t.prefix) {
		t.prefix[t.next], t.suffix[t.next] = uint16(t.last), byte(c)
	}
	t.rest = t.buffer[at:]
}
