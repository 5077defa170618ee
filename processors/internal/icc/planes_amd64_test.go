//go:build !noasm

package icc

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// withoutAVX2 does f with the twins in Go.
func withoutAVX2(f func()) {
	was := hasAVX2
	hasAVX2 = false
	defer func() { hasAVX2 = was }()
	f()
}

// Widths around the eight pixels that are taken at once, and rows that end where their memory ends.
func TestAssemblyAndGoConvertAlike(t *testing.T) {
	pq, err := New(rec2020, PQ(), false)
	require.NoError(t, err)
	hlg, err := New(rec2020, HLG(), true)
	require.NoError(t, err)
	transforms := map[string]*Transform{"PQ": pq, "HLG": hlg}
	for name, profile := range testProfiles() {
		transforms[name], err = Parse(profile)
		require.NoError(t, err)
	}
	rnd := rand.New(rand.NewPCG(7, 8))
	for name, tr := range transforms {
		for _, n := range []int{0, 1, 7, 8, 9, 15, 16, 17, 40, 801} {
			src := make([]byte, 4*n)
			for i := range src {
				src[i] = byte(rnd.IntN(256))
				if rnd.IntN(4) == 0 { // black, white, and the ends of a grid
					src[i] = byte(255 * rnd.IntN(2))
				}
			}
			want, got := make([]byte, len(src)), slices.Clone(src)
			r := run{Transform: tr}
			withoutAVX2(func() { r.row(want, src) })
			r.row(got, got)
			require.Equal(t, want, got, "%s, %d pixels, in place", name, n)
		}
	}
}

// What no Transform makes must not lead out of the memory of a table either.
func TestAssemblyStaysInItsTables(t *testing.T) {
	odd := []float32{float32(math.NaN()), float32(math.Inf(1)), float32(math.Inf(-1)), -1, -0.0001, 16.0001, 1e9, -1e9, math.MaxFloat32, 0, 0.5, 16}
	fill := func() *planes {
		var p planes
		p.resize(8 * len(odd))
		for c := range p {
			for i := range p[c] {
				p[c][i] = odd[(i*(c+1)+i/8)%len(odd)]
			}
		}
		return &p
	}
	for _, name := range []string{"rgb-lut16-lab-v2", "rgb-mab-all-v4", "cmyk-lut16-lab-v2"} {
		tr := parse(t, name)
		tr.lut.row(fill())
		pixels := make([]byte, 32*len(odd))
		tr.encode(pixels, pixels, fill())
		for _, p := range tr.lut.last {
			if p != nil {
				p.row(fill()[0])
			}
		}
	}
}

func TestAssemblyAndGoTurnYCbCrIntoTheSameRGB(t *testing.T) {
	rnd := rand.New(rand.NewPCG(7, 8))
	for n := range 70 {
		var planes [3][]byte
		for i := range planes {
			planes[i] = make([]byte, n)
			for j := range planes[i] {
				planes[i][j] = byte(rnd.IntN(256))
			}
		}
		want, got := make([]byte, 4*n), make([]byte, 4*n)
		toRGBGo(want, planes[0], planes[1], planes[2])
		toRGB(got, planes[0], planes[1], planes[2])
		assert.Equal(t, want, got)
	}
}
