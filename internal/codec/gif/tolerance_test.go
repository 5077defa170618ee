package gif

import (
	"bytes"
	"context"
	"image"
	"image/color"
	stdgif "image/gif"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// blends returns a picture of blends of black and white, and the picture in the nearest of three colors.
func blends(size image.Point) (*image.Paletted, *image.NRGBA) {
	random := rand.New(rand.NewPCG(5, 6))
	source := image.NewNRGBA(image.Rectangle{Max: size})
	img := image.NewPaletted(source.Rect, color.Palette{color.NRGBA{A: 255}, color.NRGBA{128, 128, 128, 255}, color.NRGBA{255, 255, 255, 255}, color.NRGBA{}})
	for at := range img.Pix {
		v := random.IntN(256)
		if random.IntN(3) == 0 {
			v = []int{0, 128, 255}[random.IntN(3)]
		}
		copy(source.Pix[4*at:], []byte{byte(v), byte(v), byte(v), 255})
		img.Pix[at] = byte((v + 64) / 128)
	}
	return img, source
}

// encodedBlends returns the decoded blends, and the size of the file.
func encodedBlends(t *testing.T, slack int) (*image.Paletted, int) {
	img, source := blends(image.Pt(150, 120))
	e, err := NewEncoder(context.Background(), img.Rect.Size())
	require.NoError(t, err)
	e.Slack = slack
	require.NoError(t, e.AddFrom(img, source, 10))
	var b bytes.Buffer
	require.NoError(t, e.Write(&b, -1))
	size := b.Len()
	decoded, err := stdgif.Decode(&b)
	require.NoError(t, err)
	return decoded.(*image.Paletted), size
}

func TestSlackMakesFilesSmaller(t *testing.T) {
	_, last := encodedBlends(t, 0)
	for _, slack := range []int{64, 160} {
		_, size := encodedBlends(t, slack)
		assert.Less(t, size, last*98/100, "slack %d", slack)
		last = size
	}
}

func TestWithSlackOnlyPixelsBetweenColorsGetTheOther(t *testing.T) {
	const slack = 64 // so the other color is at most five thirds as far as the nearest
	img, source := blends(image.Pt(150, 120))
	made, _ := encodedBlends(t, slack)
	changed := 0
	for at := range img.Pix {
		want := int(source.Pix[4*at])
		own := int(img.Palette[img.Pix[at]].(color.NRGBA).R)
		r, _, _, _ := made.Palette[made.Pix[at]].RGBA()
		got := int(r >> 8)
		if got == own {
			continue
		}
		changed++
		require.NotEqual(t, want, own, "a pixel of a color in the palette keeps it")
		require.LessOrEqual(t, max(got-want, want-got), 5*max(own-want, want-own)/3+1, "%d became %d instead of %d", want, got, own)
	}
	assert.Greater(t, changed, 100)
}

func TestASourceOfAnotherSizeIsRefused(t *testing.T) {
	img, _ := blends(image.Pt(9, 8))
	e, err := NewEncoder(context.Background(), img.Rect.Size())
	require.NoError(t, err)
	assert.Error(t, e.AddFrom(img, image.NewNRGBA(image.Rect(0, 0, 8, 9)), 1))
}
