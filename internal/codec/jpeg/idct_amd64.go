//go:build !noasm

package jpeg

import (
	"math"

	"golang.org/x/sys/cpu"
)

var hasAVX2 = cpu.X86.HasAVX2

// cosines holds, for n points and each output i of the first half, the factors of coefficients 0 to 7, each in all
// lanes.
var cosines = makeCosines()

func makeCosines() (c [9][4][8][8]float32) {
	for n := 3; n <= 8; n++ {
		for i := range 4 {
			for u := range n {
				v := float32(1)
				if u > 0 {
					v = float32(math.Sqrt2 * math.Cos(float64((2*i+1)*u)*math.Pi/float64(2*n)))
				}
				for lane := range 8 {
					if math.Abs(float64(v)) > 1e-6 { // otherwise it is the middle output, where the cosines of odd coefficients are 0
						c[n][i][u][lane] = v
					}
				}
			}
		}
	}
	return c
}

// idctAVX2 computes n points, from 5 to 8; idctSmallAVX2 computes 3 or 4. They save a third of the time of a
// picture at 3/8, and half of the time at 8/8: see BenchmarkInverseDCT and BenchmarkFullSize.
//
//go:noescape
func idctAVX2(b *block, dst *byte, stride, n int, cosines *[4][8][8]float32)

//go:noescape
func idctSmallAVX2(b *block, dst *byte, stride, n int, cosines *[4][8][8]float32)

// inverse computes the inverse DCT of the lowest n×n coefficients of b, 3 ≤ n ≤ 8. Coefficients after last are
// zero. All elements of b must be finite. dst has n rows of n samples, which are stride ≥ n apart.
func inverse(b *block, last uint, n int, dst []byte, stride int) {
	if !hasAVX2 {
		inverseGo(b, last, n, dst, stride)
		return
	}
	_ = dst[(n-1)*stride+n-1] // check the bounds of what the assembly writes
	if n <= 4 {
		idctSmallAVX2(b, &dst[0], stride, n, &cosines[n])
	} else {
		idctAVX2(b, &dst[0], stride, n, &cosines[n])
	}
}
