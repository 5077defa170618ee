package icc

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestCurvesAndAMatrixConvertAlikeInOnePassAndInSeveral(t *testing.T) {
	rnd := rand.New(rand.NewPCG(7, 8))
	src := make([]byte, 4*801)
	for i := range src {
		src[i] = byte(rnd.IntN(256))
	}
	for name, profile := range testProfiles() {
		tr, err := Parse(profile)
		if err != nil || tr.lut != nil || tr.tone != nil {
			continue
		}
		want, got := make([]byte, len(src)), make([]byte, len(src))
		var p planes
		p.resize(len(src) / 4)
		for c := range tr.channels() {
			lookUp(p[c], &tr.in[c], src, c)
		}
		tr.convert(want, src, &p)
		tr.direct(got, src)
		assert.Equal(t, want, got, name)
	}
}

// Values outside the range of sRGB, and NaN, must not be used as indices beyond the table.
func TestValuesOutsideTheRangeAreEncodedAsTheNearest(t *testing.T) {
	odd := []float32{float32(math.NaN()), float32(math.Inf(1)), float32(math.Inf(-1)), math.MaxFloat32, -math.MaxFloat32, 2, -1, 0}
	var p planes
	p.resize(len(odd))
	for _, values := range p {
		copy(values, odd)
	}
	tr := &Transform{matrix: newLinear(matrix{{1}, {0, 1}, {0, 0, 1}})}
	pixels := make([]byte, 4*len(odd))
	tr.encode(pixels, pixels, &p)
	assert.Equal(t, []byte{255, 255, 255}, pixels[4*5:][:3])
	assert.Equal(t, []byte{0, 0, 0}, pixels[4*6:][:3])
}
