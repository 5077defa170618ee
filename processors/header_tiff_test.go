package processors

import (
	"bytes"
	"encoding/binary"
	"image"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestATIFFThatWouldBeDecodedWronglyIsErrFormat(t *testing.T) {
	clear := gradient(9, 7)
	clear.Pix[3] = 0
	const xResolution = 0x011a
	for name, c := range map[string]struct {
		img         *image.NRGBA
		tag, is, as uint16
	}{
		"bits from right to left":   {gradient(9, 7), xResolution, tiffFillOrder, 2},
		"separate planes":           {gradient(9, 7), xResolution, tiffPlanar, 2},
		"a sample without meaning":  {clear, tiffExtraSamples, tiffExtraSamples, 0},
		"another number of samples": {clear, tiffSamples, tiffSamples, 5},
	} {
		file, order := encodeTIFF(t, c.img), binary.LittleEndian
		_, err := DecodeHeader(bytes.NewReader(file))
		require.NoError(t, err)
		entry := file[order.Uint32(file[4:])+2:]
		for order.Uint16(entry) != c.tag {
			entry = entry[12:]
		}
		copy(entry, []byte{byte(c.is), byte(c.is >> 8), 3, 0, 1, 0, 0, 0, byte(c.as), 0, 0, 0})
		_, err = DecodeHeader(bytes.NewReader(file))
		assert.ErrorIs(t, err, ErrFormat, name)
	}
}
