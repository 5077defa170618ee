// Package colorset assigns indices to the colors of a picture with few colors.
package colorset

// Max is the maximum number of colors in a [Set].
const Max = 256

// A Set has up to [Max] colors in the order in which they were added. The caller defines the meaning of the
// 32 bits of a color. The zero value is empty.
type Set struct {
	list   []uint32
	places [slots]uint16 // index in list, plus 1
}

// slots is the size of a hash table that is never more than a quarter full: 1 << slotBits.
const (
	slotBits = 10
	slots    = 1 << slotBits
)

// List returns the colors in the order of their indices. It is valid until the next call of Place.
func (s *Set) List() []uint32 { return s.list }

// Place returns the index of c, and adds c if it is new. ok is false if the set already has Max other
// colors.
func (s *Set) Place(c uint32) (place int, ok bool) {
	slot := c * 2654435761 >> (32 - slotBits) // 2³² divided by the golden ratio: D. Knuth, The Art of Computer Programming, volume 3, 6.4
	for s.places[slot] != 0 {
		if place := int(s.places[slot]) - 1; s.list[place] == c {
			return place, true
		}
		slot = (slot + 1) % slots
	}
	if len(s.list) == Max {
		return 0, false
	}
	s.list = append(s.list, c)
	s.places[slot] = uint16(len(s.list))
	return len(s.list) - 1, true
}
