package colorset

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"pgregory.net/rapid"
)

func TestPlacesAreThoseOfTheFirstColorsInTheirOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		color := rapid.OneOf(rapid.Uint32(), rapid.Uint32Range(0, 300), rapid.Map(rapid.Uint32Range(0, 300), func(i uint32) uint32 { return i << 22 }))
		var set Set
		places := map[uint32]int{}
		for _, c := range rapid.SliceOfN(color, 0, 1000).Draw(t, "colors") {
			want, known := places[c]
			if !known && len(places) < Max {
				want, known = len(places), true
				places[c] = want
			}
			got, ok := set.Place(c)
			assert.Equal(t, known, ok)
			assert.Equal(t, want, got)
		}
		assert.Len(t, set.List(), len(places))
		for place, c := range set.List() {
			assert.Equal(t, places[c], place)
		}
	})
}
