package jpeg

import (
	"bytes"
	"image"
	"image/color"
	stdjpeg "image/jpeg"
	"math/rand"
	"testing"

	"github.com/rest-thumbnails/thumbnail/internal/imagetest/pieces"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestFourComponentsHaveTheMeaningOfImageCMYK(t *testing.T) {
	for _, adobe := range []int{0, 2} {
		c := randomCoded(rand.New(rand.NewSource(3)), 40, 40, [2]int{1, 1}, [2]int{1, 1}, [2]int{1, 1}, [2]int{1, 1})
		c.adobe = adobe
		data := c.file()
		want, err := stdjpeg.Decode(bytes.NewReader(data))
		require.NoError(t, err)
		got, err := decode(data, 8)
		require.NoError(t, err)
		// The conversion of YCCK multiplies the difference between the inverse DCTs, 1, by up to 2.8.
		assert.LessOrEqual(t, maxDifference(t, "CMYK", got, want), 3)
		if adobe == 0 { // a file without the marker must give the same picture
			c.adobe = -1
			unmarked, err := decode(c.file(), 8)
			require.NoError(t, err)
			assert.Equal(t, got, unmarked)
		}
	}
}

// The expected values are those of libjpeg.
func TestTheMeaningOfThreeComponentsIsDecidedByJFIFThenAdobeThenTheirNames(t *testing.T) {
	var b bytes.Buffer
	require.NoError(t, stdjpeg.Encode(&b, image.NewRGBA(image.Rect(0, 0, 8, 8)), nil))
	jfif := pieces.JPEG(mAPP0, []byte("JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"))
	adobe := func(transform byte) []byte {
		return pieces.JPEG(mAPP14, []byte("Adobe\x00d\x00\x00\x00\x00"), []byte{transform})
	}
	for _, c := range []struct {
		names    string
		segments []byte
		rgb      bool
	}{
		{"\x01\x02\x03", nil, false},
		{"RGB", nil, true},
		{"rgb", nil, false},
		{"RGB", jfif, false},
		{"\x01\x02\x03", adobe(0), true},
		{"RGB", adobe(0), true},
		{"RGB", adobe(1), false},
		{"RGB", adobe(2), false},
		{"RGB", append(adobe(0), adobe(1)...), false},
		{"RGB", append(adobe(0), jfif...), false},
	} {
		data := pieces.IntoJPEG(b.Bytes(), c.segments)
		frame, scan := bytes.LastIndex(data, []byte{0xFF, mSOF0}), bytes.LastIndex(data, []byte{0xFF, mSOS})
		for i := range 3 {
			data[frame+10+3*i], data[scan+5+2*i] = c.names[i], c.names[i]
		}
		img, err := decode(data, 8)
		require.NoError(t, err)
		assert.Equal(t, c.rgb, img.ColorModel() == color.RGBAModel, "%+v", c)
	}
}
