package processors

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"testing"

	"github.com/deepteams/webp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func encodeWebP(t testing.TB, img image.Image, lossless bool) []byte {
	var b bytes.Buffer
	options := webp.DefaultOptions()
	options.Lossless, options.Quality, options.Exact, options.Method = lossless, 90, true, 0
	require.NoError(t, webp.Encode(&b, img, options))
	return b.Bytes()
}

func uniform(size image.Point, c color.NRGBA) *image.NRGBA {
	img := image.NewNRGBA(image.Rectangle{Max: size})
	fill(img, c)
	return img
}

func TestLossyWebPHasTheFullRangeOfColours(t *testing.T) {
	for _, c := range []color.NRGBA{
		{255, 255, 255, 255}, {0, 0, 0, 255}, {128, 128, 128, 255}, {200, 60, 40, 255}, {30, 60, 200, 255},
	} {
		want := uniform(image.Pt(20, 20), c)
		_, img := decodeFile(t, encodeWebP(t, want, false))
		assert.Less(t, distance(t, want, img), 2.0, "%v", c)

		for y := range 20 {
			want.SetNRGBA(0, y, color.NRGBA{c.R, c.G, c.B, 100}) // so that it has alpha
		}
		_, img = decodeFile(t, encodeWebP(t, want, false))
		require.IsType(t, &image.NYCbCrA{}, img)
		assert.Less(t, distance(t, want, img), 3.0, "%v with alpha", c)
	}
}

func TestALargeLossyWebPIsShrunkWhileItIsDecoded(t *testing.T) {
	size := image.Pt(1213, 917) // no multiple of anything
	file := encodeWebP(t, gradient(size.X, size.Y), false)
	h, err := DecodeHeader(bytes.NewReader(file))
	require.NoError(t, err)
	full, err := Decode(t.Context(), file, h, image.Point{})
	require.NoError(t, err)
	for width, shrink := range map[int]int{100: 8, 150: 4, 230: 2, 400: 1} {
		scaled, crop := Scale{}.Plan(size, width, 0)
		reduced, err := Decode(t.Context(), file, h, MinDecode(Scale{}, size, width, 0))
		require.NoError(t, err)
		assert.Equal(t, (size.X+shrink-1)/shrink, reduced.img.Bounds().Dx(), "for %d pixels", width)
		assert.Greater(t, psnr(full.cut(scaled, crop), reduced.cut(scaled, crop)), 42.0, "for %d pixels", width)
	}
}

func TestALossyWebPTakesNoMoreMemoryThanItsCanvasAnnounces(t *testing.T) {
	vp8 := encodeWebP(t, gradient(64, 64), false)[20:]
	binary.LittleEndian.PutUint16(vp8[6:], 16383)
	binary.LittleEndian.PutUint16(vp8[8:], 16383)
	file := webpFile(0, image.Pt(64, 64), chunk("VP8 ", vp8))
	h, err := DecodeHeader(bytes.NewReader(file))
	require.NoError(t, err)
	took := allocated(func() { _, err = Decode(t.Context(), file, h, image.Point{}) })
	assert.ErrorIs(t, err, ErrCorrupt)
	assert.LessOrEqual(t, took, uint64(h.DecodeBytes(image.Point{})))
}

func TestLosslessWebPIsExact(t *testing.T) {
	want := gradient(33, 21)
	want.SetNRGBA(4, 4, color.NRGBA{10, 20, 30, 40})
	_, img := decodeFile(t, encodeWebP(t, want, true))
	assert.Zero(t, distance(t, want, img))
}

func chunk(id string, data []byte) []byte {
	b := binary.LittleEndian.AppendUint32([]byte(id), uint32(len(data)))
	b = append(b, data...)
	return append(b, make([]byte, len(data)%2)...)
}

// webpFile joins chunks behind a VP8X that says what they are.
func webpFile(flags byte, canvas image.Point, chunks ...[]byte) []byte {
	extended := []byte{flags, 0, 0, 0, byte(canvas.X - 1), 0, 0, byte(canvas.Y - 1), 0, 0}
	body := append([]byte("WEBP"), chunk("VP8X", extended)...)
	for _, c := range chunks {
		body = append(body, c...)
	}
	return append(binary.LittleEndian.AppendUint32([]byte("RIFF"), uint32(len(body))), body...)
}

func TestTheOrientationOfAWebPLiesBehindItsPixels(t *testing.T) {
	want := gradient(40, 30)
	for orientation := 1; orientation <= 8; orientation++ {
		stored := store(want, orientation)
		file := webpFile(webpEXIF, stored.Rect.Size(), encodeWebP(t, stored, true)[12:], chunk("EXIF", exifBlock(orientation)))
		h, img := decodeFile(t, file)
		assert.Equal(t, orientation, h.Orientation)
		assert.Zero(t, distance(t, want, img), "orientation %d", orientation)
	}
}

func TestTheFirstFrameOfAnAnimatedWebPStandsOnItsCanvas(t *testing.T) {
	frame := uniform(image.Pt(6, 4), color.NRGBA{0, 200, 0, 255})
	head := []byte{1, 0, 0, 2, 0, 0, 5, 0, 0, 3, 0, 0, 100, 0, 0, 0} // 6×4 at 2,4
	file := webpFile(webpAnimated|webpAlpha, image.Pt(20, 10),
		chunk("ANIM", make([]byte, 6)), chunk("ANMF", append(head, encodeWebP(t, frame, true)[12:]...)))
	h, img := decodeFile(t, file)
	assert.Equal(t, image.Pt(20, 10), h.Size)
	assert.Equal(t, color.RGBA{}, img.At(1, 4))
	assert.Equal(t, color.RGBA{0, 200, 0, 255}, img.At(2, 4))
	assert.Equal(t, color.RGBA{0, 200, 0, 255}, img.At(7, 7))
	assert.Equal(t, color.RGBA{}, img.At(8, 7))

	head[0] = 100 // now it would stand beyond the canvas
	file = webpFile(webpAnimated, image.Pt(20, 10), chunk("ANMF", append(head, encodeWebP(t, frame, true)[12:]...)))
	_, err := Decode(t.Context(), file, h, image.Point{})
	assert.ErrorIs(t, err, ErrCorrupt)
	_, err = Decode(t.Context(), webpFile(webpAnimated, image.Pt(20, 10)), h, image.Point{})
	assert.ErrorIs(t, err, ErrCorrupt, "no frame at all")
}
