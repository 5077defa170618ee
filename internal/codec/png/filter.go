package png

import "math"

// filtered returns the row with the filter in front that makes the sum of its bytes, as signed
// numbers without their signs, the least: the heuristic that the standard names (12.7).
func (e *encoder) filtered(row, above []byte, n int) []byte {
	best, least := 0, math.MaxInt
	for i, try := range e.tries {
		filterRow(byte(i), try[1:], row, above, n)
		if sum := magnitude(try[1:]); sum < least {
			best, least = i, sum
		}
	}
	return e.tries[best]
}

// filterRow applies a filter (9.2). All rows have the same length; n is the number of bytes of a pixel.
func filterRow(filter byte, dst, row, above []byte, n int) {
	row, above = row[:len(dst)], above[:len(dst)]
	first := min(n, len(dst))
	switch filter {
	case filterNone:
		copy(dst, row)
	case filterSub:
		copy(dst, row[:first])
		for i := first; i < len(dst); i++ {
			dst[i] = row[i] - row[i-first]
		}
	case filterUp:
		for i := range dst {
			dst[i] = row[i] - above[i]
		}
	case filterAverage:
		for i := range first {
			dst[i] = row[i] - above[i]/2
		}
		for i := first; i < len(dst); i++ {
			dst[i] = row[i] - byte((int(row[i-first])+int(above[i]))/2)
		}
	case filterPaeth:
		for i := range first {
			dst[i] = row[i] - above[i]
		}
		for i := first; i < len(dst); i++ {
			dst[i] = row[i] - paeth(int(row[i-first]), int(above[i]), int(above[i-first]))
		}
	}
}

func magnitude(p []byte) int {
	sum := 0
	for _, v := range p {
		sum += abs(int(int8(v)))
	}
	return sum
}
