//go:build !noasm

package png

// symbolsPairBMI2 decodes symbols of z and y in alternation. It ends when it has read one of the streams beyond its stop, or
// written one beyond its full, or when the caller has to continue: see the constants of pair.go.
// BenchmarkPairAgainstEachAlone measures its gain.
//
//go:noescape
func symbolsPairBMI2(z, y *inflater, stop1, full1, stop2, full2 int, periods *[17][16]byte) (result int)

const pairs = true

func symbolsPair(z, y *inflater, full1, full2 int) int {
	stop1, stop2 := z.in.end-lookahead, y.in.end-lookahead
	_, _ = z.in.buf[stop1+lookahead-1], z.window[full1+slop-1] // check the bounds of what the assembly reads and writes
	_, _ = y.in.buf[stop2+lookahead-1], y.window[full2+slop-1]
	return symbolsPairBMI2(z, y, stop1, full1, stop2, full2, &periods)
}

// periods has, for each distance of a match up to 16, the offsets of the first 16 bytes of the match from its source.
var periods = func() (p [17][16]byte) {
	for d := 1; d < len(p); d++ {
		for i := range 16 {
			p[d][i] = byte(i % d)
		}
	}
	return p
}()
