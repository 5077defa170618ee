//go:build !noasm

package webp

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

func random(r *rand.Rand, b []byte) []byte {
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	return b
}

// sameState requires that two decoders of the same data have consumed the same bits and will read the same values. They may have loaded
// different numbers of bytes ahead.
func sameState(t *testing.T, want, got partition) {
	require.Equal(t, want.rng, got.rng)
	require.Equal(t, 8*want.pos-want.n, 8*got.pos-got.n, "bits taken")
	require.Equal(t, want.exhausted(), got.exhausted())
	require.Equal(t, want.uint(60), got.uint(60), "what follows")
}

func TestAssemblyAndGoReadTheSameCoefficients(t *testing.T) {
	if !hasBMI {
		t.Skip("this processor lacks LZCNT or BMI2, so the Go code is used")
	}
	r := rand.New(rand.NewPCG(1, 2))
	for range 10_000 {
		var probs planeProbs
		data := random(r, make([]byte, r.IntN(300)))
		extreme := r.IntN(2) == 0 // bytes of 0 or 255, so that bits shift the range by up to 7, the maximum
		if extreme {
			for i := range data {
				data[i] = byte(-r.IntN(2))
			}
		}
		for n := range probs {
			for c := range probs[n] {
				q := random(r, probs[n][c][:])
				for i := range r.IntN(4) { // blocks that do not end early, and large coefficients
					q[i] = byte(r.IntN(20))
				}
				if extreme {
					for i := range r.IntN(12) {
						q[i] = byte(-r.IntN(2))
					}
				}
			}
		}
		var steps [16]int32
		for i := range steps {
			steps[i] = 1 + r.Int32N(314)
		}
		p := newPartition(data)
		for range 1 + r.IntN(20) {
			p.bit(byte(r.Uint32()))
		}
		side := 1 << r.IntN(3)
		mask := byte(1<<side - 1)
		want := square{
			side, &probs, &steps, r.IntN(2), byte(r.Uint32()) & mask, byte(r.Uint32()) & mask,
			make([]group, 4), make([]uint8, 16),
		}
		got, q := want, p
		got.to, got.counts = make([]group, 4), make([]uint8, 16)
		p.readBlocksGo(&want)
		readBlocksBMI(&q, &got)
		require.Equal(t, want, got)
		sameState(t, p, q)
	}
}

func TestAssemblyAndGoReadTheSameModes(t *testing.T) {
	if !hasBMI {
		t.Skip("this processor lacks LZCNT or BMI2, so the Go code is used")
	}
	r := rand.New(rand.NewPCG(3, 4))
	for range 10_000 {
		p := newPartition(random(r, make([]byte, r.IntN(30))))
		for range r.IntN(20) {
			p.bit(byte(r.Uint32()))
		}
		q := p
		type border struct{ above, left [4]uint8 }
		var want, got [16]uint8
		var b border
		for i := range 4 {
			b.above[i], b.left[i] = uint8(r.IntN(modes)), uint8(r.IntN(modes))
		}
		c := b
		p.readBlockModesGo(&b.above, &b.left, &want)
		readBlockModesBMI(&q, &c.above, &c.left, &got)
		require.Equal(t, want, got)
		require.Equal(t, b, c)
		sameState(t, p, q)
	}
}

// randomGroup returns coefficients of about the same random magnitude. The largest ones overflow 16 bits in the transform.
func randomGroup(r *rand.Rand) (g group, counts [4]uint8) {
	magnitude := 1 << r.IntN(16)
	for b := range counts {
		counts[b] = []uint8{0, 1, 16}[r.IntN(3)]
		for n := range counts[b] {
			g[4*b+int(zigzag[n])] = int16(r.IntN(2*magnitude) - magnitude)
		}
	}
	return g, counts
}

func TestAssemblyAndGoAddTheSameResidue(t *testing.T) {
	if !hasAVX2 {
		t.Skip("this processor lacks AVX2, so the Go code is used")
	}
	r := rand.New(rand.NewPCG(5, 6))
	done := 0
	for range 4_000 {
		const stride = 48
		want := random(r, make([]byte, 8*stride))
		got := slices.Clone(want)
		g, counts := randomGroup(r)
		h := g
		others := []int{8, 4 * stride}[r.IntN(2)]
		addGroupGo(want, stride, others, &g, counts[:])
		if !addGroupAVX2(&got[0], stride, others, &h) {
			addGroupGo(got, stride, others, &h, counts[:]) // the assembly has changed nothing
		} else {
			done++
		}
		require.Equal(t, want, got)
		require.Equal(t, group{}, g)
		require.Equal(t, group{}, h)
	}
	require.Greater(t, done, 2_000)
}

func TestAssemblyAndGoPredictTheSameMacroblocks(t *testing.T) {
	if !hasAVX2 {
		t.Skip("this processor lacks AVX2, so the Go code is used")
	}
	r := rand.New(rand.NewPCG(15, 16))
	for range 4_000 {
		const stride, at = 64, 64 + 16
		want := random(r, make([]byte, 17*stride))
		got := slices.Clone(want)
		size, mode := 8<<r.IntN(2), uint8(r.IntN(4))
		predictGo(want, at, stride, size, mode, true, true)
		predictAVX2(&got[at], stride, size, mode)
		require.Equal(t, want, got, "mode %d, %d pixels", mode, size)
	}
}

func TestAssemblyAndGoPredictTheSameBlocks(t *testing.T) {
	if !hasAVX2 {
		t.Skip("this processor lacks AVX2, so the Go code is used")
	}
	r := rand.New(rand.NewPCG(7, 8))
	done := 0
	for range 4_000 {
		const stride, at = 64, 64 + 16
		want := random(r, make([]byte, 5*stride))
		got := slices.Clone(want)
		g, counts := randomGroup(r)
		h := g
		var mode [4]uint8
		for i := range mode {
			mode[i] = uint8(r.IntN(modes))
		}
		predictBlocksGo(want, at, stride, mode[:], &g, counts[:])
		if !predictBlocksAVX2(&got[at], stride, &mode[0], &h) {
			predictBlocksGo(got, at, stride, mode[:], &h, counts[:])
		} else {
			done++
		}
		require.Equal(t, want, got, "modes %v", mode)
		require.Equal(t, group{}, h)
	}
	require.Greater(t, done, 2_000)
}

// gentle returns pixels that mostly differ little from their neighbors, so that the loop filter changes them.
func gentle(r *rand.Rand, stride, rows int) *band {
	b := &band{make([]byte, stride*rows), stride, 0}
	least, most := r.IntN(200), r.IntN(100)
	for i := range b.pix {
		b.pix[i] = byte(min(least+r.IntN(1+most>>r.IntN(6)), 255))
	}
	for range 20 { // edges between blocks
		x, y := r.IntN(stride/4)*4, r.IntN(rows)
		for i := x; i < stride; i++ {
			b.pix[y*stride+i] += byte(r.IntN(5))
		}
	}
	return b
}

func TestAssemblyAndGoFilterTheSame(t *testing.T) {
	if !hasAVX2 {
		t.Skip("this processor lacks AVX2, so the Go code is used")
	}
	r := rand.New(rand.NewPCG(9, 10))
	changed := 0
	for range 20_000 {
		y, cb, cr := gentle(r, 40, 28), gentle(r, 32, 20), gentle(r, 32, 20)
		want := place{y, cb, cr, 8*y.stride + 16, 8*cb.stride + 16}
		got := want
		for _, b := range []**band{&got.y, &got.cb, &got.cr} {
			clone := **b
			clone.pix = slices.Clone(clone.pix)
			*b = &clone
		}
		s := newStrength(1+r.IntN(63), r.IntN(8))
		f := filtering{&s, edges(r.IntN(8))}
		before := slices.Clone(y.pix)
		filterGo(want, f)
		filter(got, f)
		require.Equal(t, want, got, "%+v of %+v", f.edges, s)
		if !slices.Equal(before, y.pix) {
			changed++
		}
	}
	require.Greater(t, changed, 10_000)
}

func TestAssemblyAndGoConvertTheSame(t *testing.T) {
	if !hasAVX2 {
		t.Skip("this processor lacks AVX2, so the Go code is used")
	}
	r := rand.New(rand.NewPCG(11, 12))
	for range 2_000 {
		width := 1 + r.IntN(200)
		half := (width + 1) / 2
		var want, got [2][]uint16
		for i := range want {
			near, far := random(r, make([]byte, half)), random(r, make([]byte, half))
			want[i], got[i] = make([]uint16, half), make([]uint16, half)
			blendGo(want[i], near, far)
			blendInner(got[i], near, far)
			want[i] = slices.Concat(want[i][:1], want[i], want[i][half-1:])
			got[i] = slices.Concat(got[i][:1], got[i], got[i][half-1:])
		}
		require.Equal(t, want, got)
		luma := random(r, make([]byte, width))
		a, b := make([]byte, 4*width), make([]byte, 4*width)
		convertRowGo(a, luma, want[0], want[1])
		convertRow(b, luma, want[0], want[1])
		require.Equal(t, a, b)
	}
}
