package png

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// joinedOneByOne is joinLiterals index by index, from the highest one: an entry is built from entries with lower indices that still hold
// single literals.
func joinedOneByOne(t *litTable, lengths []byte) {
	least := uint32(litBits)
	for _, n := range lengths[:256] {
		if n != 0 {
			least = min(least, uint32(n))
		}
	}
	if 2*least > litBits {
		return // no two literals fit into the index, as in most photos
	}
	for i := 1<<litBits - 1; i >= 0; i-- {
		e := t[i]
		n := e & taken
		if e&literals == 0 || n+least > litBits {
			continue
		}
		f := t[i>>n]
		m := n + f&taken
		if f&literals == 0 || m > litBits {
			continue
		}
		e = 2*oneLiteral | e&0xff00 | f&0xff00<<8 | m
		if m+least <= litBits {
			f = t[i>>m]
			if k := m + f&taken; f&literals != 0 && k <= litBits {
				e = 3*oneLiteral | e&0xffff00 | f&0xff00<<16 | k
			}
		}
		t[i] = e
	}
}

func TestLiteralsAreJoinedAsIndexByIndex(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 1))
	joined := 0
	for n := range 3000 {
		lengths := randomLengths(rng, 257+rng.IntN(30), 1+n%15)
		var got, want, single litTable
		if !build(single[:], litBits, lengths, litSymbols[:]) {
			continue
		}
		got, want = single, single
		joinLiterals(&got, lengths)
		joinedOneByOne(&want, lengths)
		require.Equal(t, want, got, lengths)
		if want != single {
			joined++
		}
	}
	require.Greater(t, joined, 1000)
}

// randomLengths returns the code lengths of symbols of which some are unused. It splits codes at random until there are enough.
func randomLengths(rng *rand.Rand, symbols, skew int) []byte {
	codes := []byte{0}
	for want := 1 + rng.IntN(symbols); len(codes) < want; {
		i := rng.IntN(1 + len(codes)*skew/15)
		if i >= len(codes) || codes[i] == 15 {
			i = rng.IntN(len(codes))
		}
		if codes[i] == 15 {
			break
		}
		codes[i]++
		codes = append(codes, codes[i])
	}
	if len(codes) == 1 {
		codes[0] = 1 // the code may be incomplete then
	}
	lengths := make([]byte, symbols)
	for i, s := range rng.Perm(symbols)[:len(codes)] {
		lengths[s] = codes[i]
	}
	return lengths
}
