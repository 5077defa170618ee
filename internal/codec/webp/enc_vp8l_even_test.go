package webp

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
)

// noisyCounts returns counts that differ only by noise, of symbols below n.
func noisyCounts(n int) []uint32 {
	random := rand.New(rand.NewPCG(3, 4))
	counts := make([]uint32, 256)
	for s := range n {
		counts[s] = uint32(4 + random.IntN(8))
	}
	return counts
}

func TestCountsThatAreAboutEqualGetEqualCodeLengths(t *testing.T) {
	shorter := 0
	for n := 60; n <= 256; n += 7 {
		counts := noisyCounts(n)
		var m codeMaker
		lengths := make([]uint8, len(counts))
		m.lengths(counts, maxLength, lengths)
		plain := m.describe(nil, lengths)
		even := slices.Clone(lengths)
		text := m.shorter(plain, nil, counts, even)
		before, after := plain.bits+symbolBits(counts, lengths), text.bits+symbolBits(counts, even)
		assert.LessOrEqual(t, after, before)
		if after < before {
			shorter++
		}

		var space int
		for s, length := range even {
			assert.Equal(t, counts[s] > 0, length > 0)
			if length > 0 {
				space += 1 << (maxLength - length)
			}
		}
		assert.Equal(t, 1<<maxLength, space, "the code is complete")
	}
	assert.Greater(t, shorter, 5)
}

func TestTheOrderOfAPaletteTakesNoMoreBitsThanASortedOne(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	for _, of := range []func(i int) uint32{
		func(i int) uint32 { return 0xff000000 | uint32(i)*0x010203&0xff0f0f | uint32(i/3) }, // a gradient
		func(i int) uint32 { return random.Uint32()&0x0f00ffff | 0xf0000000 },
		func(i int) uint32 { return random.Uint32()>>24<<24 | uint32(i)*0x010101 }, // alpha is unrelated to the color
	} {
		var table colorTable
		for i := range 100 {
			table.add([]uint32{of(i)})
		}
		table.sort()
		got, colors := paletteCost(&table), slices.Clone(table.colors)
		for i, v := range colors {
			assert.Equal(t, uint16(i+1), table.slots[table.slot(v)])
		}
		slices.Sort(table.colors)
		assert.LessOrEqual(t, got, paletteCost(&table))
		for _, weight := range []int{1, 8} {
			table.chain(weight)
			assert.LessOrEqual(t, got, paletteCost(&table), "%d", weight)
		}
	}
}
