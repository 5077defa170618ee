package png

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
	"github.com/rest-thumbnails/thumbnail/internal/imagetest/codectest"
)

// unfilterPlainly undoes a filter directly as 9.2 defines it.
func unfilterPlainly(filter byte, src, above []byte, n int) []byte {
	dst := make([]byte, len(src))
	for i := range src {
		a, b, c := 0, int(above[i]), 0
		if i >= n {
			a, c = int(dst[i-n]), int(above[i-n])
		}
		var predicted int
		switch filter {
		case filterSub:
			predicted = a
		case filterUp:
			predicted = b
		case filterAverage:
			predicted = (a + b) / 2
		case filterPaeth:
			p := a + b - c
			pa, pb, pc := max(p-a, a-p), max(p-b, b-p), max(p-c, c-p)
			switch {
			case pa <= pb && pa <= pc:
				predicted = a
			case pb <= pc:
				predicted = b
			default:
				predicted = c
			}
		}
		dst[i] = src[i] + byte(predicted)
	}
	return dst
}

func TestUnfilterFollowsTheStandardAndStaysWithinTheRows(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	const most = 8 * 40
	srcs, aboves, gots := codectest.AtPageEnd(t, most), codectest.AtPageEnd(t, most), codectest.AtPageEnd(t, most)
	for _, n := range []int{1, 2, 3, 4, 6, 8} {
		for range 300 {
			size := n * rng.IntN(40)
			src, above, got := srcs[most-size:], aboves[most-size:], gots[most-size:]
			for i := range src {
				src[i], above[i] = byte(rng.Uint32()), byte(rng.Uint32())
			}
			for filter := byte(0); filter <= filterPaeth; filter++ {
				clear(got)
				require.NoError(t, unfilter(filter, got, src, above, n))
				require.Equal(t, unfilterPlainly(filter, src, above, n), got, "filter %d, %d bytes", filter, n)
			}
			// unfilter uses the assembly for Sub and Paeth, so their Go functions are tested here.
			clear(got)
			unfilterSubGo(got, src, n, 0)
			require.Equal(t, unfilterPlainly(filterSub, src, above, n), got)
			clear(got)
			unfilterPaethGo(got, src, above, n, 0)
			require.Equal(t, unfilterPlainly(filterPaeth, src, above, n), got)
		}
	}
	require.ErrorIs(t, unfilter(5, make([]byte, 9), make([]byte, 9), make([]byte, 9), 3), codec.ErrCorrupt)
}
