//go:build !noasm

package webp

import (
	"math/rand/v2"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/internal/imagetest/codectest"
)

// placed returns a T of random bytes next to an inaccessible page.
func placed[T any](tb testing.TB, r *rand.Rand, place func(testing.TB, int) []byte) *T {
	var zero T
	b := random(r, place(tb, int(unsafe.Sizeof(zero))))
	return (*T)(unsafe.Pointer(&b[0]))
}

func TestTheEncodersAssemblyStaysWithinItsOperands(t *testing.T) {
	if !hasEncoderAVX2 {
		t.Skip("no AVX2")
	}
	r := rand.New(rand.NewPCG(21, 22))
	for _, place := range []func(testing.TB, int) []byte{codectest.AtPageEnd, codectest.AtPageStart} {
		src, pred, out := placed[quad](t, r, place), placed[quad](t, r, place), placed[quad](t, r, place)
		g, c, errors := placed[group](t, r, place), placed[coded](t, r, place), placed[[4]int32](t, r, place)
		q := placed[quantizer](t, r, place)
		*q = *newQuantizer(&[16]int32{8, 9}, bias{100, 90})
		forwardAVX2(src, pred, g)
		quantizeAVX2(g, q, c)
		*g = group{1, 2, 3}
		require.True(t, inverseAVX2(g, pred, src, out, errors))
		hadamardAVX2(src, pred, 1, errors)
		preds, sums := placed[[3]quad](t, r, place), placed[[3][4]int32](t, r, place)
		for block := range 4 {
			hadamardBlockAVX2(&src[4*block], preds, sums)
		}
		for _, n := range []int{8, 24} {
			convertQuadsAVX2(&place(t, 4*n)[0], &place(t, 4*n)[0], &place(t, n)[0], &place(t, n)[0], &place(t, n/2)[0], &place(t, n/2)[0], n)
		}
	}
	// The assembly reads the 16 bytes from the corner on, and the pixels on the left down to the lowest row.
	const stride = 32
	above := codectest.AtPageStart(t, 5*stride)
	predictAllAVX2(&above[stride+1], stride, placed[[3]quad](t, r, codectest.AtPageEnd))
	below := codectest.AtPageEnd(t, 4*stride+4)
	predictAllAVX2(&below[stride+4], stride, placed[[3]quad](t, r, codectest.AtPageStart))
}
