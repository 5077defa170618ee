package webp

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// The test compares the filter in lanes with the filter that processes one position at a time. It filters along both directions, with small
// differences and with differences beyond all limits.
func TestFilteringInLanesAndOneByOneGiveTheSamePixels(t *testing.T) {
	r := rand.New(rand.NewPCG(21, 22))
	const stride, at = 24, 8*24 + 8
	limited, changed := 0, 0
	for range 30_000 {
		want := make([]byte, 24*stride)
		least, most := r.IntN(256), r.IntN(256)>>r.IntN(8)
		if r.IntN(2) == 0 {
			least &= 1
			least *= 255 // extreme values, for which results must be clamped
		}
		for i := range want {
			want[i] = byte(min(max(least+r.IntN(2*most+1)-most, 0), 255))
		}
		got := slices.Clone(want)
		s, outer := newStrength(1+r.IntN(63), r.IntN(8)), r.IntN(2) == 0
		if r.IntN(2) == 0 {
			oneByOne(want, at, 1, stride, 8, &s, outer)
			filterRows(got, at, stride, 8, &s, outer)
		} else {
			var l lanes
			l.readRows(want, at, stride)
			oneByOne(want, at, stride, 1, 8, &s, outer)
			filterColumns(got, at, stride, 8, &s, outer)
			if _, beyond := l.filter(&s, outer); beyond {
				limited++
			}
		}
		require.Equal(t, want, got, "%+v, outer %v", s, outer)
		if want[at] != want[at+1] {
			changed++
		}
	}
	require.Greater(t, limited, 100)
	require.Greater(t, changed, 10_000)
}
