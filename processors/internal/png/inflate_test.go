package png

import (
	"compress/flate"
	"hash/adler32"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

func inflated(t *testing.T, stream []byte, n int) []byte {
	t.Helper()
	var z inflater
	require.NoError(t, z.reset(appendChunk(appendChunk(nil, "IDAT", stream), "IEND", nil), n))
	got, err := z.next(t.Context(), n)
	require.NoError(t, err)
	require.NoError(t, z.finish(t.Context()))
	return got
}

func TestCodesOfAllLengthsAreRead(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 8))
	for _, symbols := range []int{1, 2, 3, 10, 17, 19, 40, 256} { // as rare as makes codes of up to 15 bits
		var raw []byte
		for a, b, s := 1, 1, 0; s < symbols; s++ {
			for range min(a, 3000) {
				raw = append(raw, byte(s))
			}
			a, b = b, min(a+b, 1<<20)
		}
		rng.Shuffle(len(raw), func(i, j int) { raw[i], raw[j] = raw[j], raw[i] })
		for _, level := range []int{flate.HuffmanOnly, flate.BestCompression} {
			require.Equal(t, raw, inflated(t, deflated(raw, level), len(raw)))
		}
	}
}

func TestMatchesOfAllDistancesAndLengthsAreCopied(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 9))
	var raw []byte
	for period := 1; period < 40_000; period += 1 + period/20 {
		part := make([]byte, period)
		for i := range part {
			part[i] = byte(rng.Uint32())
		}
		for range 2 + rng.IntN(600)/period {
			raw = append(raw, part...)
		}
	}
	require.Equal(t, raw, inflated(t, deflated(raw, flate.BestCompression), len(raw)))
}

func TestTheChecksumIsAdler32(t *testing.T) {
	p := make([]byte, 20_000)
	for _, fill := range []func() byte{func() byte { return 255 }, func() byte { return byte(rand.Uint32()) }} {
		for i := range p {
			p[i] = fill()
		}
		for n := 0; n < len(p); n += 1 + n/7 {
			sum := newAdler()
			sum.add(p[:n])
			require.Equal(t, adler32.Checksum(p[:n]), sum.sum(), "%d bytes", n)
			sum.add(p[n:])
			require.Equal(t, adler32.Checksum(p), sum.sum())
		}
	}
}
