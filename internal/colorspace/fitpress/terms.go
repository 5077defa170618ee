package main

import "math"

const degree = 3

// A term is a product of powers of the inks, with its coefficients.
type term struct {
	powers  [4]int
	factors [3]float64
}

func (t term) of(inks [4]float64) float64 {
	out := 1.0
	for i, p := range t.powers {
		out *= math.Pow(inks[i], float64(p))
	}
	return out
}

// fit solves the normal equations. The only constant term is 1, because paper is white.
func fit(patches []patch) (terms []term) {
	for i := 1; i < 256; i++ {
		t := term{powers: [4]int{i >> 6, i >> 4 & 3, i >> 2 & 3, i & 3}}
		if t.powers[0]+t.powers[1]+t.powers[2]+t.powers[3] <= degree {
			terms = append(terms, t)
		}
	}
	n := len(terms)
	rows := make([][]float64, n)
	for i := range rows {
		rows[i] = make([]float64, n+3)
	}
	values := make([]float64, n)
	for _, p := range patches {
		for i, t := range terms {
			values[i] = t.of(p.inks)
		}
		for i, v := range values {
			for j, w := range values {
				rows[i][j] += p.weight * v * w
			}
			for c, f := range p.f {
				rows[i][n+c] += p.weight * v * (f - 1)
			}
		}
	}
	eliminate(rows)
	for i := range terms {
		terms[i].factors = [3]float64(rows[i][n:])
	}
	return terms
}

// eliminate solves linear equations by Gauss-Jordan elimination with partial pivoting. The right-hand sides
// are the last columns.
func eliminate(rows [][]float64) {
	for i := range rows {
		best := i
		for j := i; j < len(rows); j++ {
			if math.Abs(rows[j][i]) > math.Abs(rows[best][i]) {
				best = j
			}
		}
		rows[i], rows[best] = rows[best], rows[i]
		pivot := rows[i][i]
		for k := range rows[i] {
			rows[i][k] /= pivot
		}
		for j := range rows {
			if j == i {
				continue
			}
			f := rows[j][i]
			for k := range rows[j] {
				rows[j][k] -= f * rows[i][k]
			}
		}
	}
}
