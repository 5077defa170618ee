package engine

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"image/draw"
	"image/gif"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/internal/imagetest"
	"github.com/rest-thumbnails/thumbnail/internal/imagetest/pieces"
	"github.com/rest-thumbnails/thumbnail/internal/imagetest/specimen"
	"github.com/rest-thumbnails/thumbnail/processors"
)

// A stamp is a Processor that draws on a copy of the picture, without changing its size.
type stamp struct{ processors.Crop }

func (stamp) Process(_ context.Context, src image.Image, _, _ int) (image.Image, error) {
	n := nrgbaOf(src)
	out := &image.NRGBA{Pix: bytes.Clone(n.Pix), Stride: n.Stride, Rect: n.Rect}
	out.SetNRGBA(0, 0, color.NRGBA{255, 0, 255, 255})
	return out, nil
}

// An embedding encoder may differ from the one that it embeds.
type embedding struct{ processors.JPEG }

func TestTheOriginalIsStoredIfItIsUnchangedAndSmaller(t *testing.T) {
	jpg := withSecrets(t)["jpeg"]
	want := stripJPEG(jpg)
	require.Less(t, len(want), len(encoded(t, processors.JPEG{}, imagetest.Gradient(80, 60))))
	for name, got := range map[string][]byte{
		"in its size": stored(t, jpg, processors.Crop{}, processors.JPEG{}, 80), "not enlarged": stored(t, jpg, processors.Fit{}, processors.JPEG{}, 800), "smart": stored(t, jpg, processors.Smart{}, processors.JPEG{}, 80),
		"with quality": stored(t, jpg, processors.Scale{}, processors.JPEG{Quality: 95, Subsampling: processors.Subsampling444}, 80),
	} {
		assert.Equal(t, want, got, name)
	}
	for name, got := range map[string][]byte{
		"smaller":               stored(t, jpg, processors.Crop{}, processors.JPEG{}, 79),
		"larger":                stored(t, jpg, processors.Crop{}, processors.JPEG{}, 81),
		"stamped":               stored(t, jpg, stamp{}, processors.JPEG{}, 80),
		"another encoder":       stored(t, jpg, processors.Crop{}, embedding{}, 80),
		"another format":        stored(t, jpg, processors.Crop{}, processors.PNG{}, 80),
		"turned":                stored(t, pieces.IntoJPEG(encoded(t, processors.JPEG{Quality: 20}, imagetest.Gradient(80, 60)), pieces.APP1(pieces.EXIF(3))), processors.Crop{}, processors.JPEG{}, 80),
		"encoded, smaller":      stored(t, jpg, processors.Crop{}, processors.JPEG{Quality: 2}, 80),
		"PNG of a JPEG":         stored(t, withSecrets(t)["png"], processors.Crop{}, processors.JPEG{}, 40),
		"first of an animation": stored(t, withSecrets(t)["gif"], processors.Crop{}, processors.PNG{}, 40),
	} {
		assert.NotEqual(t, want, got, name)
		assert.NotContains(t, string(got), secret, name)
	}
}

func TestAConvertedOriginalIsNotStored(t *testing.T) {
	deep := image.NewNRGBA64(image.Rect(0, 0, 40, 30))
	draw.Draw(deep, deep.Rect, imagetest.Gradient(40, 30), image.Point{}, draw.Src)
	for name, c := range map[string]struct {
		file     []byte
		original bool
	}{
		"16 bits, linear light": {specimen.PNG(deep, 1), false}, // converted during decoding
		"8 bits, linear light":  {specimen.PNG(imagetest.Gradient(40, 30), 1), false},
		"16 bits":               {encodePNG(t, deep), true},
	} {
		h, err := DecodeHeader(bytes.NewReader(c.file))
		require.NoError(t, err)
		pic, err := Decode(t.Context(), c.file, h, image.Point{})
		require.NoError(t, err)
		img, err := pic.Apply(t.Context(), processors.Crop{}, 40, 0)
		require.NoError(t, err)
		assert.Equal(t, c.original, pic.isOriginal(img), name)
	}
}

// A keeper is an encoder from outside this module. Its Keeps accepts WebP.
type keeper struct{ encoder }

func (k keeper) Keeps(encoder any, format string) bool { return encoder == k && format == "webp" }

func TestAForeignEncoderMayKeepTheOriginal(t *testing.T) {
	file := withSecrets(t)["webp"]
	assert.Equal(t, stripWebP(file), stored(t, file, processors.Crop{}, keeper{processors.PNG{}}, 40))
	assert.NotEqual(t, stripWebP(file), stored(t, file, processors.Crop{}, processors.PNG{}, 40))
	assert.NotEqual(t, stripWebP(file), stored(t, file, processors.Crop{}, keeper{processors.PNG{}}, 39))
	jpg := withSecrets(t)["jpeg"]
	assert.NotEqual(t, stripJPEG(jpg), stored(t, jpg, processors.Crop{}, keeper{processors.PNG{}}, 80))
}

func TestPNGAndGIFAreStoredUnchangedIfTheyAreSmaller(t *testing.T) {
	file := insert(encodePNG(t, imagetest.Gradient(64, 64)), 33, pieces.PNG("tEXt", []byte("Comment\x00"+secret)))
	assert.Equal(t, stripPNG(file), stored(t, file, processors.Crop{}, wordy{processors.PNG{}}, 64))

	// This file has transparent pixels in its first frame, which our encoder could use but does not.
	g := &gif.GIF{LoopCount: 3}
	for i := range 3 {
		frame := image.NewPaletted(image.Rect(i, 0, 9+i, 2), color.Palette{color.RGBA{1, 2, 3, 255}, color.RGBA{byte(90 * i), 2, 3, 255}})
		frame.Pix[3+i] = 1
		g.Image, g.Delay, g.Disposal = append(g.Image, frame), append(g.Delay, 8), append(g.Disposal, gif.DisposalPrevious)
	}
	g.Config = image.Config{Width: 40, Height: 30, ColorModel: g.Image[0].Palette}
	file = encodeGIF(t, g)
	_, img, err := animate(t.Context(), file, processors.Crop{}, 40, 0, plenty)
	require.NoError(t, err)
	require.True(t, isAnimation(img))
	require.Less(t, len(stripGIF(file)), len(encoded(t, processors.GIF{}, img)))
	assert.Equal(t, stripGIF(file), stored(t, file, processors.Crop{}, processors.GIF{}, 40))

	pic, img, err := animate(t.Context(), file, processors.Crop{}, 40, 0, animationLimit{})
	require.NoError(t, err)
	var b bytes.Buffer
	require.NoError(t, pic.Encode(&b, processors.GIF{}, img))
	still, err := gif.DecodeAll(&b)
	require.NoError(t, err)
	assert.Len(t, still.Image, 1, "a still picture is not replaced by the animation that it is of")
}
