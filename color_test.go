package thumbnail_test

import (
	"bytes"
	"image"
	"image/color"
	"image/color/palette"
	"image/gif"
	"image/png"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail"
	"github.com/rest-thumbnails/thumbnail/internal/imagetest/pieces"
	"github.com/rest-thumbnails/thumbnail/storage"
)

func TestAnAnimatedUploadHasAColor(t *testing.T) {
	h := newSite(t).handler(t)
	frames := []*image.Paletted{image.NewPaletted(image.Rect(0, 0, 40, 30), palette.Plan9), image.NewPaletted(image.Rect(0, 0, 40, 30), palette.WebSafe)}
	for i := range frames[0].Pix {
		frames[0].Pix[i] = 77
	}
	var b bytes.Buffer
	require.NoError(t, gif.EncodeAll(&b, &gif.GIF{Image: frames, Delay: []int{5, 5}}))
	data := b.Bytes()
	info, err := h.Check(t.Context(), bytes.NewReader(data))
	require.NoError(t, err)
	want, err := thumbnail.Describer{Color: true}.Describe(t.Context(), storage.FS(fstest.MapFS{"a.gif": {Data: data}}), "a.gif")
	require.NoError(t, err)
	assert.Equal(t, want, info)
	assert.NotEmpty(t, info.Color)
}

// cmykTIFF returns a picture of one color.
func cmykTIFF(c, m, y, k byte) []byte {
	return pieces.NewTIFF(8, 8, 8, 4, 5, bytes.Repeat([]byte{c, m, y, k}, 8*8)).Encode()
}

func TestNaiveCMYKIsWhatBrowsersShow(t *testing.T) {
	look := func(naive bool) color.NRGBA {
		s := newSite(t)
		s.NaiveCMYK = naive
		s.source.source = storage.FS(fstest.MapFS{"k.jpg": {Data: cmykTIFF(255, 0, 0, 51)}})
		w := get(s.handler(t), s.url(t, "k.jpg", "8x8", "crop", ".png"))
		require.Equal(t, 200, w.Code, w.Body)
		img, err := png.Decode(w.Body)
		require.NoError(t, err)
		return color.NRGBAModel.Convert(img.At(4, 4)).(color.NRGBA)
	}
	assert.Equal(t, color.NRGBA{0, 204, 204, 255}, look(true))
	assert.NotEqual(t, color.NRGBA{0, 204, 204, 255}, look(false))
}
