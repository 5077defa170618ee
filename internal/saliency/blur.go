package saliency

import "math"

// A blur smooths maps by a Gaussian. Beyond the border, the cells at the border repeat.
type blur struct {
	columns, rows int
	kernel        []float64 // weights from the center outward; after that of the center, their number is a multiple of four
	line          []float64 // a row, extended at both ends
	across        []float64 // the map after the horizontal pass
}

// newBlur returns a blur for maps of a size.
func newBlur(columns, rows int) *blur {
	return &blur{columns: columns, rows: rows, across: make([]float64, columns*rows)}
}

// by sets the standard deviation, in cells.
func (b *blur) by(deviation float64) *blur {
	reach := int(3*deviation) + 1
	taps := (reach + 3) &^ 3 // the added weights are 0
	b.kernel, b.line = make([]float64, 1+taps), make([]float64, b.columns+2*taps)
	sum := 0.0
	for i := range reach + 1 {
		x := float64(i) / deviation
		b.kernel[i] = math.Exp(-x * x / 2)
		sum += b.kernel[i]
		if i > 0 {
			sum += b.kernel[i]
		}
	}
	for i := range b.kernel {
		b.kernel[i] /= sum
	}
	return b
}

// of writes the smoothed map to dst, which may be the map itself.
func (b *blur) of(dst, values []float64) {
	if len(values) == 0 {
		return
	}
	taps := len(b.kernel) - 1
	n := b.columns
	for y := range b.rows {
		row := values[y*n:][:n]
		copy(b.line[taps:], row)
		for i := range taps {
			b.line[i], b.line[taps+n+i] = row[0], row[n-1]
		}
		out := b.across[y*n:][:n]
		scaleRow(out, b.line[taps:], b.kernel[0])
		for j := 1; j <= taps; j += 4 {
			before, after := b.line[taps-j-3:], b.line[taps+j:]
			addTaps(out, b.kernel[j:], [4][]float64{before[3:], before[2:], before[1:], before}, [4][]float64{after, after[1:], after[2:], after[3:]})
		}
	}
	row := func(y int) []float64 { return b.across[min(max(y, 0), b.rows-1)*n:][:n] }
	for y := range b.rows {
		out := dst[y*n:][:n]
		scaleRow(out, row(y), b.kernel[0])
		for j := 1; j <= taps; j += 4 {
			addTaps(out, b.kernel[j:], [4][]float64{row(y - j), row(y - j - 1), row(y - j - 2), row(y - j - 3)},
				[4][]float64{row(y + j), row(y + j + 1), row(y + j + 2), row(y + j + 3)})
		}
	}
}

// scaleRow sets a row to another row times factor.
func scaleRow(out, row []float64, factor float64) {
	row = row[:len(out)]
	for i := range out {
		out[i] = factor * row[i]
	}
}

// addTaps adds the contributions of four taps on either side.
func addTaps(out, kernel []float64, before, after [4][]float64) {
	n := len(out)
	k0, k1, k2, k3 := kernel[0], kernel[1], kernel[2], kernel[3]
	a0, a1, a2, a3 := before[0][:n], before[1][:n], before[2][:n], before[3][:n]
	b0, b1, b2, b3 := after[0][:n], after[1][:n], after[2][:n], after[3][:n]
	for i := range out {
		out[i] += float64(k0*(a0[i]+b0[i])) + float64(k1*(a1[i]+b1[i])) + (float64(k2*(a2[i]+b2[i])) + float64(k3*(a3[i]+b3[i])))
	}
}
