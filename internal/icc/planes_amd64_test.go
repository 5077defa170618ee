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

// withoutAVX2 runs f with the Go twins.
func withoutAVX2(f func()) {
	was := hasAVX2
	hasAVX2 = false
	defer func() { hasAVX2 = was }()
	f()
}

// The widths are around eight pixels, which AVX2 processes at a time. The memory of a row ends at the last pixel.
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

// The positions include values outside the grid. The memory around the nodes is filled with NaN, so a read outside the nodes makes the
// result NaN. Only the position between two tetrahedra is always a number, because a NaN there would make every result NaN.
func TestAssemblyStaysOnItsGrid(t *testing.T) {
	nan := float32(math.NaN())
	odd := []float32{-1, -0.0001, 16.0001, 1e9, -1e9, 17, 0, 0.5, 16, nan, float32(math.Inf(1)), float32(math.Inf(-1)), math.MaxFloat32}
	for _, name := range []string{"rgb-lut16-lab-v2", "cmyk-lut16-lab-v2"} {
		g := *parse(t, name).lut.grid
		n := len(g.node)
		around := make([]float32, 3*n)
		for i := range around {
			around[i] = nan
		}
		copy(around[n:], g.node)
		g.node = around[n : 2*n : 2*n]
		var p planes
		p.resize(8 * len(odd) * len(odd))
		for i := range p[0] {
			for c := range p {
				p[c][i] = odd[(i*(c+1)+i/len(odd)*c)%len(odd)]
			}
			if g.inputs == 4 {
				p[0][i] = odd[i%9]
			}
		}
		g.row(&p)
		for _, values := range p[:3] {
			for i, v := range values {
				require.False(t, math.IsNaN(float64(v)), "%s: pixel %d", name, i)
			}
		}
	}
}

// Values that are not in the range of sRGB, such as NaN, must not be read from outside the table.
func TestAssemblyEncodesValuesOutsideTheRange(t *testing.T) {
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

func TestAssemblyAndGoConvertYCbCrToTheSameRGB(t *testing.T) {
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
