package webp

import (
	"image"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// predicted returns the prediction of the value at x, y as the specification defines it.
func predicted(alpha []byte, width, x, y int, filter byte) byte {
	at := func(x, y int) int { return int(alpha[y*width+x]) }
	switch {
	case filter == 0 || x == 0 && y == 0:
		return 0
	case y == 0:
		return byte(at(x-1, y))
	case x == 0:
		return byte(at(x, y-1))
	case filter == 1:
		return byte(at(x-1, y))
	case filter == 2:
		return byte(at(x, y-1))
	}
	return byte(min(max(at(x-1, y)+at(x, y-1)-at(x-1, y-1), 0), 255))
}

func TestEveryFilterOfAlphaIsInverted(t *testing.T) {
	r := rand.New(rand.NewPCG(13, 14))
	for _, size := range []image.Point{{1, 1}, {1, 9}, {9, 1}, {17, 12}} {
		for filter := range byte(4) {
			want := make([]byte, size.X*size.Y)
			for i := range want {
				want[i] = byte(r.Uint32())
			}
			file := []byte{filter << 2}
			for i := range want {
				file = append(file, want[i]-predicted(want, size.X, i%size.X, i/size.X, filter))
			}
			got, err := decodeAlpha(t.Context(), file, size)
			require.NoError(t, err)
			require.Equal(t, want, got, "filter %d, %v", filter, size)

			for n := range file {
				_, err = decodeAlpha(t.Context(), file[:n], size)
				require.Error(t, err, "cut off")
			}
		}
	}
}

func TestAlphaOfAnUnknownCompressionIsAnError(t *testing.T) {
	for _, head := range []byte{1, 2, 3} { // 1 means lossless, but the data are not lossless data
		_, err := decodeAlpha(t.Context(), []byte{head, 0, 0, 0}, image.Pt(1, 1))
		assert.Error(t, err)
	}
}
