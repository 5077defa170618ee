package jpeg

import (
	"image"
	"math/rand"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/internal/imagetest/codectest"
)

// places are functions that return n bytes next to an inaccessible page.
var places = []func(testing.TB, int) []byte{codectest.AtPageEnd, codectest.AtPageStart}

func TestTheForwardTransformStaysWithinItsArguments(t *testing.T) {
	rng := rand.New(rand.NewSource(1))
	for _, place := range places {
		b := (*codedBlock)(unsafe.Pointer(&place(t, int(unsafe.Sizeof(codedBlock{})))[0]))
		q := (*quantizer)(unsafe.Pointer(&place(t, int(unsafe.Sizeof(quantizer{})))[0]))
		q.set(tableFor(EncodeOptions{Quality: 85}, 0, image.Pt(800, 600)))
		for _, stride := range []int{8, 9, 16, 100} {
			src := place(t, 7*stride+8)
			fillRandom(rng, src, stride)
			var want codedBlock
			nonzero, weak := forwardGo(&want, src, stride, q)
			gotNonzero, gotWeak := forward(b, src, stride, q)
			require.Equal(t, want, *b)
			require.Equal(t, [2]uint64{nonzero, weak}, [2]uint64{gotNonzero, gotWeak})
		}
	}
}

func TestTheConversionStaysWithinItsArguments(t *testing.T) {
	rng := rand.New(rand.NewSource(2))
	for _, place := range places {
		for width := 1; width < 40; width++ {
			upper, lower := place(t, 4*width), place(t, 4*width)
			rng.Read(upper)
			rng.Read(lower)
			want, got := [4][]byte{}, [4][]byte{}
			for c, n := range []int{width, width, (width + 1) / 2, (width + 1) / 2} {
				want[c], got[c] = make([]byte, n), place(t, n)
			}
			convertQuadsGo(upper, lower, want[0], want[1], want[2], want[3])
			convertQuads(upper, lower, got[0], got[1], got[2], got[3])
			require.Equal(t, want, got, "%d pixels", width)
		}
	}
}

func TestInverseTransformsStayWithinTheirArguments(t *testing.T) {
	rng := rand.New(rand.NewSource(3))
	for _, place := range places {
		b := (*block)(unsafe.Pointer(&place(t, int(unsafe.Sizeof(block{})))[0]))
		for n := 3; n <= 8; n++ {
			for _, stride := range []int{n, n + 1, 40} {
				for i := range b {
					b[i] = float32(rng.NormFloat64() * 20)
				}
				want, got := make([]byte, (n-1)*stride+n), place(t, (n-1)*stride+n)
				inverseGo(b, 63, n, want, stride)
				inverse(b, 63, n, got, stride)
				require.Equal(t, want, got, "%d points", n)
			}
		}
	}
}
