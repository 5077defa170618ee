package thumbnail

import (
	"fmt"
	"strconv"
)

// maxSide is the longest side that a path can spell, in pixels: five digits. Config.MaxWidth and
// Config.MaxHeight are the limits that matter.
const maxSide = 99999

// Size is the requested size of a thumbnail, in pixels. A side that is 0 follows from the other one and
// the aspect ratio of the original; they must not both be 0.
type Size struct{ Width, Height int }

// ParseSize parses "100x50", "100x" or "x50", and also "100x0" and "0x50", the spelling of
// django-rest-thumbnails. For anything else, such as signs, leading zeros, more than five digits or
// "0x0", the error matches [ErrInvalid].
func ParseSize(s string) (Size, error) {
	size, ok := parseSize(s)
	if !ok {
		return Size{}, fmt.Errorf("%w: size %q is not of the form 100x100, 100x or x100, with sides of 1 to %d pixels", ErrInvalid, s, maxSide)
	}
	return size, nil
}

func parseSize(s string) (Size, bool) {
	w, i, ok := parseSide(s, 0)
	if !ok || i == len(s) || s[i] != 'x' {
		return Size{}, false
	}
	h, i, ok := parseSide(s, i+1)
	size := Size{w, h}
	return size, ok && i == len(s) && size.valid()
}

// parseSide reads the digits at s[i:], of which there may be none, and returns where they end.
func parseSide(s string, i int) (n, end int, ok bool) {
	start := i
	for ; i < len(s) && '0' <= s[i] && s[i] <= '9'; i++ {
		if i-start == 5 || n == 0 && i > start { // too long, or a leading zero
			return 0, i, false
		}
		n = n*10 + int(s[i]-'0')
	}
	return n, i, true
}

// String returns the canonical spelling, which is also the one that [HMACSigner] signs: "100x50",
// "100x" or "x50".
func (s Size) String() string { return string(s.append(make([]byte, 0, 11))) }

// MarshalText returns what String does, for JSON. The zero Size is empty.
func (s Size) MarshalText() ([]byte, error) {
	if s == (Size{}) {
		return nil, nil
	}
	return s.append(nil), nil
}

// UnmarshalText reads what [ParseSize] does.
func (s *Size) UnmarshalText(text []byte) (err error) {
	*s, err = ParseSize(string(text))
	return err
}

func (s Size) append(b []byte) []byte {
	if s.Width != 0 {
		b = strconv.AppendInt(b, int64(s.Width), 10)
	}
	b = append(b, 'x')
	if s.Height != 0 {
		b = strconv.AppendInt(b, int64(s.Height), 10)
	}
	return b
}

// check is the error for a size that is not valid.
func (s Size) check() error {
	if s.valid() {
		return nil
	}
	return fmt.Errorf("size %dx%d is not two sides of 1 to %d pixels, of which one may be 0", s.Width, s.Height, maxSide)
}

func (s Size) valid() bool {
	return 0 <= s.Width && s.Width <= maxSide && 0 <= s.Height && s.Height <= maxSide && s != Size{}
}
