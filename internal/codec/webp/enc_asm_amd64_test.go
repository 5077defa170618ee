//go:build !noasm

package webp

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// randomQuads returns two quads that are similar, like a picture and its prediction, or unrelated.
func randomQuads(r *rand.Rand) (a, b quad) {
	spread := 1 << r.IntN(9)
	base := r.IntN(256)
	for i := range a {
		a[i] = byte(min(max(base+r.IntN(spread)-spread/2, 0), 255))
		b[i] = byte(min(max(base+r.IntN(spread)-spread/2, 0), 255))
		if r.IntN(20) == 0 && spread == 256 {
			a[i], b[i] = byte(255*r.IntN(2)), byte(255*r.IntN(2))
		}
	}
	if r.IntN(50) == 0 {
		for i := range a {
			a[i] = 255 * byte(i/8&1)
			b[i] = 255 - a[i]
		}
	}
	return a, b
}

func TestAssemblyAndGoTransformAndQuantizeTheSame(t *testing.T) {
	if !hasEncoderAVX2 {
		t.Skip("no AVX2")
	}
	r := rand.New(rand.NewPCG(5, 6))
	for range 20000 {
		src, pred := randomQuads(r)
		var want, got group
		forwardGo(&src, &pred, &want)
		forwardAVX2(&src, &pred, &got)
		require.Equal(t, want, got)

		require.Equal(t, hadamardGo(&src, &pred), func() (sums [4]int32) { hadamardAVX2(&src, &pred, 1, &sums); return }())

		q := newQuantizer(&[16]int32{int32(4 + r.IntN(154)), int32(4 + r.IntN(281))}, bias{int32(r.IntN(129)), int32(r.IntN(129))})
		var wantCoded, gotCoded coded
		quantizeGo(&want, q, &wantCoded)
		quantizeAVX2(&got, q, &gotCoded)
		require.Equal(t, want, got)
		require.Equal(t, wantCoded, gotCoded)

		var wantPixels, gotPixels quad
		var wantErrors, gotErrors [4]int32
		inverseGo(&want, &pred, &src, &wantPixels, &wantErrors)
		if inverseAVX2(&got, &pred, &src, &gotPixels, &gotErrors) {
			require.Equal(t, wantPixels, gotPixels)
			require.Equal(t, wantErrors, gotErrors)
		}
	}
}

func TestAssemblyAndGoPredictTheSameForAllModes(t *testing.T) {
	if !hasEncoderAVX2 {
		t.Skip("no AVX2")
	}
	r := rand.New(rand.NewPCG(7, 8))
	for range 5000 {
		const stride = 40
		buf := random(r, make([]byte, 5*stride))
		at := stride + 1 + r.IntN(24)
		var want, got [3]quad
		predictAllAVX2(&buf[at], stride, &got)
		var src quad
		random(r, src[:])
		var wantSums, gotSums [3][4]int32
		hadamardBlockAVX2(&src[4*(at%4)], &got, &gotSums)
		predictAllGo(buf, at, stride, &want)
		require.Equal(t, want, got)
		hadamardBlockGo(&src, at%4, &want, &wantSums)
		require.Equal(t, wantSums, gotSums)
	}
}

func TestAssemblyAndGoConvertToVideoRangeAlike(t *testing.T) {
	if !hasEncoderAVX2 {
		t.Skip("no AVX2")
	}
	r := rand.New(rand.NewPCG(9, 10))
	for range 2000 {
		w := 1 + r.IntN(70)
		rows := [2][]byte{random(r, make([]byte, 4*w)), random(r, make([]byte, 4*w))}
		var want, got [4][]byte
		for i, n := range [4]int{w, w, (w + 1) / 2, (w + 1) / 2} {
			want[i], got[i] = make([]byte, n), make([]byte, n)
		}
		convertQuadsGo(rows[0], rows[1], want[0], want[1], want[2], want[3])
		convertQuads(rows[0], rows[1], got[0], got[1], got[2], got[3])
		require.Equal(t, want, got)
	}
}
