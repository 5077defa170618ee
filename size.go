package thumbnail

import (
	"fmt"
	"strconv"
)

// maxSide is the longest side that a path can express, in pixels: five digits. Config.MaxWidth and
// Config.MaxHeight are the effective limits.
const maxSide = 99999

// Size is the requested size of a thumbnail, in pixels. A side of 0 is computed from the other side and the
// aspect ratio of the original. At most one side may be 0.
type Size struct{ Width, Height int }

// ParseSize parses "100x50", "100x" or "x50", and also "100x0" and "0x50", the form of
// django-rest-thumbnails. For any other text, such as one with signs, leading zeros or more than five
// digits, or "0x0", the error matches [ErrInvalid].
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

// parseSide parses the digits at s[i:], if any, and returns where they end.
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

// String returns the canonical form, "100x50", "100x" or "x50". [HMACSigner] signs this form.
func (s Size) String() string { return string(s.append(make([]byte, 0, 11))) }

// MarshalText returns the result of String, for JSON. The zero Size becomes the empty text.
func (s Size) MarshalText() ([]byte, error) {
	if s == (Size{}) {
		return nil, nil
	}
	return s.append(nil), nil
}

// UnmarshalText parses text as [ParseSize] does.
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

// check returns an error if the size is invalid.
func (s Size) check() error {
	if s.valid() {
		return nil
	}
	return fmt.Errorf("size %dx%d is not two sides of 1 to %d pixels, of which one may be 0", s.Width, s.Height, maxSide)
}

func (s Size) valid() bool {
	return 0 <= s.Width && s.Width <= maxSide && 0 <= s.Height && s.Height <= maxSide && s != Size{}
}
