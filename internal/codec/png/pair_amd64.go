//go:build !noasm

package png

// symbolsPairBMI2 decodes symbols of z and y in alternation, until one of them has been read beyond its stop or written
// beyond its full, or something occurs that it leaves to the caller: see the constants of pair.go.
// BenchmarkPairAgainstEachAlone measures its gain.
//
//go:noescape
func symbolsPairBMI2(z, y *inflater, stop1, full1, stop2, full2 int, periods *[17][16]byte) (result int)

const pairs = true

func symbolsPair(z, y *inflater, full1, full2 int) int {
	stop1, stop2 := z.in.end-lookahead, y.in.end-lookahead
	_, _ = z.in.buf[stop1+lookahead-1], z.window[full1+slop-1] // the assembly's reach
	_, _ = y.in.buf[stop2+lookahead-1], y.window[full2+slop-1]
	return symbolsPairBMI2(z, y, stop1, full1, stop2, full2, &periods)
}

// periods has, for each distance of a match, the offsets from its source of its first 16 bytes.
var periods = func() (p [17][16]byte) {
	for d := 1; d < len(p); d++ {
		for i := range 16 {
			p[d][i] = byte(i % d)
		}
	}
	return p
}()
