package icc

import (
	"image/color"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestYCbCrBecomesRGBAsInPackageColor(t *testing.T) {
	for _, luma := range []byte{0, 1, 99, 254, 255} {
		for cb := range 256 {
			for cr := range 256 {
				var got [4]byte
				toRGB(got[:], []byte{luma}, []byte{byte(cb)}, []byte{byte(cr)})
				r, g, b := color.YCbCrToRGB(luma, byte(cb), byte(cr))
				if want := [4]byte{r, g, b, 255}; got != want {
					assert.Equal(t, want, got)
				}
			}
		}
	}
}
