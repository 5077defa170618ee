package icc

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestBothWaysFromYCbCrAreTheSame(t *testing.T) {
	rnd := rand.New(rand.NewPCG(7, 8))
	for n := range 70 {
		var planes [3][]byte
		for i := range planes {
			planes[i] = make([]byte, n)
			for j := range planes[i] {
				planes[i][j] = byte(rnd.IntN(256))
			}
		}
		const guard = 4
		want, got := make([]byte, 4*n+guard), make([]byte, 4*n+guard)
		toRGBGo(want[:4*n], planes[0], planes[1], planes[2])
		toRGB(got[:4*n], planes[0], planes[1], planes[2])
		assert.Equal(t, want, got)
	}
}
