package tiff

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// A palette that were packed for each row would take most of the time of narrow pictures.
func TestAPaletteIsPackedOncePerPicture(t *testing.T) {
	c := &converter{palette: make([][3]byte, 256)}
	c.layout, c.sample, c.wanted = &layout{bits: 8}, 1, []int{0}
	c.paletted(false, true)
	c.palette[7] = [3]byte{1, 2, 3}
	row := make([]byte, 6)
	c.finish(row, []byte{7, 7})
	assert.Equal(t, []byte{1, 2, 3, 1, 2, 3}, row)
	clear(c.palette)
	clear(row)
	c.finish(row, []byte{7, 7})
	assert.Equal(t, []byte{1, 2, 3, 1, 2, 3}, row, "the second row")
}
