package engine

import (
	"bytes"
	"image"
	"image/color"
	"image/gif"
	"io"
	"testing"

	"github.com/rest-thumbnails/thumbnail/processors"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// screened returns an animation whose first frame is red, at the given position, and whose second frame is
// blue. size is the declared screen size.
func screened(t testing.TB, screen image.Point, first, second image.Rectangle) []byte {
	frame := func(r image.Rectangle, c color.Color) *image.Paletted {
		return image.NewPaletted(r, color.Palette{c, color.White})
	}
	file := encodeGIF(t, &gif.GIF{
		Image:  []*image.Paletted{frame(first, color.RGBA{255, 0, 0, 255}), frame(second, color.RGBA{0, 0, 255, 255})},
		Delay:  []int{7, 7},
		Config: image.Config{Width: 100, Height: 100},
	})
	copy(file[6:], []byte{byte(screen.X), 0, byte(screen.Y), 0})
	return file
}

// The sizes are naturalWidth and naturalHeight in Chromium 156.
func TestTheFirstFrameEnlargesTheScreen(t *testing.T) {
	red, blue, second := color.NRGBA{255, 0, 0, 255}, color.NRGBA{0, 0, 255, 255}, image.Rect(8, 8, 50, 50)
	for name, c := range map[string]struct {
		screen image.Point
		first  image.Rectangle
		size   image.Point
	}{
		"larger than the screen":     {image.Pt(16, 16), image.Rect(0, 0, 20, 30), image.Pt(20, 30)},
		"on no screen":               {image.Pt(0, 0), image.Rect(0, 0, 20, 30), image.Pt(20, 30)},
		"on a screen without height": {image.Pt(30, 0), image.Rect(0, 0, 20, 30), image.Pt(30, 30)},
		"beside the screen":          {image.Pt(16, 16), image.Rect(40, 0, 44, 16), image.Pt(44, 16)},
		"within the screen":          {image.Pt(40, 40), image.Rect(3, 4, 9, 8), image.Pt(40, 40)},
	} {
		file := screened(t, c.screen, c.first, second)
		for what, read := range headerReaders {
			h, err := read(bytes.NewReader(file))
			require.NoError(t, err, name)
			assert.Equal(t, c.size, h.Size, "%s: %s", name, what)
		}
		_, still := decodeFile(t, file)
		want := image.NewNRGBA(image.Rectangle{Max: c.size})
		fill(want.SubImage(c.first).(*image.NRGBA), red)
		assert.Zero(t, distance(t, want, still), name)

		_, img, err := animate(t.Context(), file, processors.Crop{}, c.size.X, c.size.Y, plenty)
		require.NoError(t, err, name)
		frames := filmOf(t, img).Frames
		require.Len(t, frames, 2, name)
		assert.Zero(t, distance(t, want, frames[0]), name)
		fill(want.SubImage(second).(*image.NRGBA), blue)
		assert.Zero(t, distance(t, want, frames[1]), name)

		kept := stripGIF(file)
		_, again := decodeFile(t, kept)
		assert.Zero(t, distance(t, still, again), "%s: stripped", name)
		config, err := gif.DecodeConfig(bytes.NewReader(kept))
		require.NoError(t, err)
		assert.Equal(t, c.size, image.Pt(config.Width, config.Height), "%s: for viewers that do not enlarge it", name)
	}
}

var headerReaders = map[string]func(io.Reader) (Header, error){"header": DecodeHeader, "peeked header": PeekHeader}

func TestTheHeaderReportsTheScreenThatTheFirstFrameEnlarges(t *testing.T) {
	file := screened(t, image.Pt(16, 16), image.Rect(0, 0, 20, 30), image.Rect(8, 8, 50, 50))
	at := bytes.IndexByte(file[13+6:], 0x2c) + 13 + 6
	copy(file[at+1:], []byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff})
	h, err := PeekHeader(bytes.NewReader(file))
	require.NoError(t, err)
	assert.Equal(t, image.Pt(2*65535, 2*65535), h.Size)
	assert.Greater(t, h.DecodeBytes(image.Point{}), int64(4*2*65535*2*65535))
}

func TestAFirstFrameWithoutPixelsLeavesTheScreenTransparent(t *testing.T) {
	file := screened(t, image.Pt(16, 16), image.Rect(0, 0, 10, 10), image.Rect(0, 0, 16, 16))
	at := bytes.IndexByte(file[13+6:], 0x2c) + 13 + 6
	file[at+7] = 0 // height of the screen
	_, still := decodeFile(t, file)
	assert.Zero(t, distance(t, image.NewNRGBA(image.Rect(0, 0, 16, 16)), still))
	_, img, err := animate(t.Context(), file, processors.Crop{}, 16, 16, plenty)
	require.NoError(t, err)
	assert.Zero(t, distance(t, uniform(image.Pt(16, 16), color.NRGBA{0, 0, 255, 255}), filmOf(t, img).Frames[1]))
	_, err = DecodeHeader(bytes.NewReader(append([]byte("GIF89a\x00\x00\x00\x00\x00\x00\x00"), file[at:]...)))
	assert.ErrorIs(t, err, processors.ErrCorrupt, "no screen, and no frame")
}

func TestAFrameWithoutColorsIsBlack(t *testing.T) {
	file := screened(t, image.Pt(16, 16), image.Rect(0, 0, 16, 16), image.Rect(0, 0, 16, 16))
	f, err := gif.DecodeAll(bytes.NewReader(file))
	require.NoError(t, err)
	require.Len(t, f.Image[0].Palette, 2)
	table := bytes.Index(file, []byte{255, 0, 0, 255, 255, 255})
	require.Positive(t, table)
	flags := table - 1 // flags of the frame's local table
	if table == 13 {
		flags = 10
	}
	file[flags] = 0
	file = append(file[:table:table], file[table+6:]...)
	_, still := decodeFile(t, file)
	assert.Zero(t, distance(t, uniform(image.Pt(16, 16), color.NRGBA{0, 0, 0, 255}), still))
}
