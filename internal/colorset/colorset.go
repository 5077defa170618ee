// Package colorset numbers the colors of a picture that has few.
package colorset

// Max is how many colors a [Set] holds.
const Max = 256

// A Set is up to [Max] colors in the order in which they came. What the 32 bits of a color mean
// is the caller's to say. The zero value is empty.
type Set struct {
	list   []uint32
	places [slots]uint16 // in list, plus 1
}

// slots is the size of a hash table that is never more than a quarter full: 1 << slotBits.
const (
	slotBits = 10
	slots    = 1 << slotBits
)

// List has the colors by their places. It is valid until the next call of Place.
func (s *Set) List() []uint32 { return s.list }

// Place returns the place of c, the next free one if c is new. ok is false if there are Max others.
func (s *Set) Place(c uint32) (place int, ok bool) {
	slot := c * 2654435761 >> (32 - slotBits) // 2³² by the golden ratio: D. Knuth, The Art of Computer Programming, volume 3, 6.4
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
