//go:build !noasm

package png

// subAVX undoes the filter Sub. vectors is the number of vectors, at least 1, and bytes is the number of bytes at the
// start of each vector that are whole pixels. It accesses 16 bytes from the start of each vector. BenchmarkSubAgainstGo
// measures its gain.
//
//go:noescape
func subAVX(dst, src *byte, tables *[5][16]byte, bytes, vectors int)

// subTables has the shuffle tables of subAVX by the number of bytes per pixel. Four tables shift a vector by 1, 2, 4 and 8
// pixels, and one repeats the last pixel. An index of 128 gives a zero.
var subTables = func() (t [9][5][16]byte) {
	for n := 1; n < len(t); n++ {
		last := 16 - 16%n - n
		for i := range 16 {
			for j := range 4 {
				from := i - n<<j
				if from < 0 {
					from = 128
				}
				t[n][j][i] = byte(from)
			}
			t[n][4][i] = byte(last + i%n)
		}
	}
	return t
}()

// unfilterSub undoes the filter Sub. It leaves the last pixels to unfilterSubGo, because the assembly would access bytes
// beyond the row.
func unfilterSub(dst, src []byte, n int) {
	done := 0
	if len(dst) >= 16 && n < len(subTables) && hasAVX {
		bytes := 16 - 16%n
		vectors := (len(dst)-16)/bytes + 1
		_ = src[len(dst)-1] // check the bounds of what the assembly reads
		subAVX(&dst[0], &src[0], &subTables[n], bytes, vectors)
		done = vectors * bytes
	}
	unfilterSubGo(dst, src, n, done)
}
