package jpeg

import (
	"math/rand"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
)

// acTable returns an AC table of 40 symbols. Most symbols have long codes and many magnitude bits. codes and lengths are the codes of the
// symbols.
func acTable(t *testing.T, rng *rand.Rand) (h *huffman, codes [256]uint, lengths [256]int) {
	t.Helper()
	symbols := []byte{0x00, 0xF0}
	for _, s := range rng.Perm(256) {
		if s&15 > 11 || s&15 > 0 && rng.Intn(8) == 0 {
			symbols = append(symbols, byte(s))
		}
	}
	rng.Shuffle(40, func(i, j int) { symbols[i], symbols[j] = symbols[j], symbols[i] })
	segment := make([]byte, 17)
	segment[0] = 1 << 4
	code, k := uint(0), 0
	for length := 1; length <= 16; length++ {
		n := 0
		switch {
		case length == 16:
			n = 40 - k
		case length > 9:
			n = rng.Intn(10)
		case length < 4:
			n = 1
		}
		for range min(n, 40-k) {
			codes[symbols[k]], lengths[symbols[k]] = code, length
			segment[length]++
			code++
			k++
		}
		code <<= 1
	}
	var tables tables
	require.NoError(t, tables.readDHT(append(segment, symbols[:k]...)))
	h = &tables.huff[1][0]
	require.NoError(t, h.ready(codec.NewMeter(t.Context(), 1<<40)))
	h.makeSkips()
	return h, codes, lengths
}

func TestSkippingCoefficientsConsumesTheSameBitsAsReadingThem(t *testing.T) {
	rng := rand.New(rand.NewSource(11))
	for range 40 {
		h, codes, lengths := acTable(t, rng)
		var symbols []int
		for s, n := range lengths {
			if n > 0 && s != 0 {
				symbols = append(symbols, s)
			}
		}
		var w writer
		const blocks = 100
		for i := range blocks { // each block has random coefficients, and is followed by its number
			for k := 0; ; {
				s := symbols[rng.Intn(len(symbols))]
				if k += s>>4 + 1; k > 63 {
					w.bits(codes[0], lengths[0])
					break
				}
				w.bits(codes[s], lengths[s])
				w.bits(uint(rng.Intn(1<<15)), s&15)
				if k == 63 {
					break
				}
			}
			w.bits(uint(i), 8)
		}
		w.flush()
		for n := 1; n <= 8; n++ {
			var r bitReader
			r.begin(&input{data: w.Bytes()})
			var b block
			for i := range blocks {
				r.ready()
				var ok bool
				if n == 1 {
					ok = r.skipAC(h, 0)
				} else {
					_, ok = r.decodeAC(h, new([64]placement), slotsFor[n].last, &b)
				}
				require.True(t, ok, "block %d at %d/8", i, n)
				require.EqualValues(t, i, r.take(8), "behind block %d at %d/8", i, n)
			}
			require.False(t, r.overrun())
		}
	}
}
