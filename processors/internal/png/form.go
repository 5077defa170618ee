package png

import (
	"cmp"
	"encoding/binary"
	"image"
	"slices"
)

// form is how a picture is written.
type form struct {
	Header
	colours colourSet // of an Indexed one: those that are not opaque first
}

// chooseForm looks at all pixels and chooses the form that takes the fewest bits for each, grey before indices as it
// has no palette.
func chooseForm(size image.Point, row func(y int) []byte) *form {
	f := &form{Header: Header{Width: size.X, Height: size.Y, Depth: 8}}
	few, gray, opaque, grayDepth := true, true, true, 1
	for y := 0; y < size.Y && (few || gray || opaque); y++ {
		last := uint32(1) // which no pixel is
		for p := row(y); len(p) >= 4; p = p[4:] {
			c := binary.LittleEndian.Uint32(p)
			if c == last {
				continue
			}
			last = c
			few = few && f.colours.add(c)
			opaque = opaque && c>>24 == 255
			if gray = gray && (c^c>>8)&0xffff == 0; gray {
				grayDepth = max(grayDepth, depthOf(byte(c)))
			}
		}
	}
	indexDepth := 64 // worse than all others
	if few {
		indexDepth = indexDepthOf(len(f.colours.list))
	}
	switch {
	case gray && opaque && grayDepth <= indexDepth:
		f.Color, f.Depth = Gray, grayDepth
	case few:
		f.Color, f.Depth = Indexed, indexDepth
		f.colours.sort()
	case gray:
		f.Color = GrayAlpha
	case opaque:
		f.Color = RGB
	default:
		f.Color = RGBA
	}
	return f
}

// indexDepthOf is how many bits an index takes into n colours, at most 256.
func indexDepthOf(n int) int {
	depth := 1
	for 1<<depth < n {
		depth *= 2
	}
	return depth
}

// depthOf is how many bits the grey value v takes.
func depthOf(v byte) int {
	switch {
	case v%0xff == 0:
		return 1
	case v%0x55 == 0:
		return 2
	case v%0x11 == 0:
		return 4
	default:
		return 8
	}
}

// pack makes a row of the file from one of NRGBA.
func (f *form) pack(dst, src []byte) {
	switch f.Color {
	case RGBA:
		copy(dst, src)
	case RGB:
		for len(dst) >= 3 && len(src) >= 4 {
			dst[0], dst[1], dst[2] = src[0], src[1], src[2]
			dst, src = dst[3:], src[4:]
		}
	case GrayAlpha:
		for len(dst) >= 2 && len(src) >= 4 {
			dst[0], dst[1] = src[0], src[3]
			dst, src = dst[2:], src[4:]
		}
	case Gray:
		clear(dst)
		for bit := 0; len(src) >= 4; bit += f.Depth {
			dst[bit/8] |= src[0] >> (8 - f.Depth) << (8 - f.Depth - bit%8)
			src = src[4:]
		}
	case Indexed:
		clear(dst)
		for bit := 0; len(src) >= 4; bit += f.Depth {
			dst[bit/8] |= f.colours.index(binary.LittleEndian.Uint32(src)) << (8 - f.Depth - bit%8)
			src = src[4:]
		}
	}
}

// colourSet is up to 256 colours, R | G<<8 | B<<16 | A<<24, and the way from a colour to its place in the list.
type colourSet struct {
	list   []uint32
	places [colourSlots]uint16 // in the list, plus 1: a hash table that is never more than a quarter full
}

const colourSlots = 1024

// slot is where c is in places, or where it belongs.
func (s *colourSet) slot(c uint32) uint32 {
	i := c * 2654435761 >> 22 // Knuth's multiplicative hash
	for s.places[i] != 0 && s.list[s.places[i]-1] != c {
		i = (i + 1) % colourSlots
	}
	return i
}

// add takes in c, unless there are 256 others.
func (s *colourSet) add(c uint32) bool {
	i := s.slot(c)
	if s.places[i] != 0 {
		return true
	}
	if len(s.list) == 256 {
		return false
	}
	s.list = append(s.list, c)
	s.places[i] = uint16(len(s.list))
	return true
}

func (s *colourSet) index(c uint32) byte { return byte(s.places[s.slot(c)] - 1) }

// sort puts colours with less alpha first, as tRNS wants it, and darker ones of the same.
func (s *colourSet) sort() {
	sorted := s.list
	slices.SortFunc(sorted, func(a, b uint32) int {
		return cmp.Or(cmp.Compare(a>>24, b>>24), cmp.Compare(luma(a), luma(b)), cmp.Compare(a, b))
	})
	*s = colourSet{}
	for _, c := range sorted {
		s.add(c)
	}
}

func luma(c uint32) uint32 { return 2*(c&255) + 5*(c>>8&255) + c>>16&255 }
