package tiff_test

import (
	"math/bits"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
	"github.com/rest-thumbnails/thumbnail/internal/codec/tiff"
	"github.com/rest-thumbnails/thumbnail/internal/imagetest/codectest"
	"github.com/rest-thumbnails/thumbnail/internal/imagetest/pieces"
)

func TestSamplesOf16BitsMayHaveReversedBits(t *testing.T) {
	r := rand.New(rand.NewPCG(16, 4))
	raw, reversed := make([]byte, 30*20*6), make([]byte, 30*20*6)
	for i := range raw {
		raw[i] = byte(r.Uint32())
		reversed[i] = bits.Reverse8(raw[i])
	}
	for _, compression := range []uint16{1, 8} {
		for predictor := uint16(1); predictor <= compression && predictor <= 2; predictor++ {
			var files [2][]byte
			for i, pixels := range [][]byte{raw, reversed} {
				f := pieces.NewTIFF(30, 20, 16, 3, 2).Set(278, []uint32{20}).Set(259, []uint16{compression}).Set(317, []uint16{predictor})
				if f.Parts = [][]byte{pixels}; compression == 8 {
					f.Parts[0] = deflated(raw)
				}
				if i == 1 {
					f.Set(266, []uint16{2})
					for j, v := range f.Parts[0] {
						if compression == 8 {
							f.Parts[0][j] = bits.Reverse8(v)
						}
					}
				}
				files[i] = f.Encode()
			}
			_, want, err := codectest.Decode(t.Context(), tiff.Format, files[0], codec.Options{})
			require.NoError(t, err)
			_, got, err := codectest.Decode(t.Context(), tiff.Format, files[1], codec.Options{})
			require.NoError(t, err)
			require.Equal(t, want.Image, got.Image, "compression %d, predictor %d", compression, predictor)
		}
	}
}
