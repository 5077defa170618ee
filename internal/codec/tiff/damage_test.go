package tiff_test

import (
	"bytes"
	"compress/lzw"
	"context"
	"encoding/binary"
	"image"
	"image/color"
	"image/jpeg"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
	"github.com/rest-thumbnails/thumbnail/internal/codec/tiff"
	"github.com/rest-thumbnails/thumbnail/internal/imagetest"
	"github.com/rest-thumbnails/thumbnail/internal/imagetest/codectest"
	"github.com/rest-thumbnails/thumbnail/internal/imagetest/pieces"
)

// striped returns a white picture of 5 strips of 10 rows.
func striped(samples, photometric int, compress func([]byte) []byte, compression uint16) *pieces.TIFF {
	f := pieces.NewTIFF(40, 50, 8, samples, photometric)
	for range 5 {
		row := bytes.Repeat([]byte{255}, 40*10*samples)
		f.Parts = append(f.Parts, compress(row))
	}
	return f.Set(278, []uint32{10}).Set(259, []uint16{compression}).Set(338, []uint16{2, 2, 2, 2}[:max(samples-3, 0)])
}

// lzwOf compresses like programs before TIFF 5.0, with the lowest bit of a code first.
func lzwOf(p []byte) []byte {
	var b bytes.Buffer
	w := lzw.NewWriter(&b, lzw.LSB, 8)
	w.Write(p)
	w.Close()
	return b.Bytes()
}

func TestADamagedStripDoesNotAffectTheOthers(t *testing.T) {
	for name, make := range map[string]func() *pieces.TIFF{
		"deflate": func() *pieces.TIFF { return striped(1, 1, deflated, 8) },
		"RGB":     func() *pieces.TIFF { return striped(3, 2, deflated, 8) },
		"alpha":   func() *pieces.TIFF { return striped(4, 2, deflated, 8) },
		"CMYK":    func() *pieces.TIFF { f := striped(4, 5, deflated, 8); f.Set(338, nil); return f },
	} {
		for _, least := range []image.Point{{}, {X: 20, Y: 25}} {
			f := make()
			f.Parts[2] = f.Parts[2][:3]
			_, _, err := codectest.Decode(t.Context(), tiff.Format, f.Encode(), codec.Options{Least: least})
			assert.ErrorIs(t, err, codec.ErrCorrupt, name)
			_, pic, err := codectest.Decode(t.Context(), tiff.Format, f.Encode(), codec.Options{Tolerant: true, Least: least})
			require.NoError(t, err, name)
			assert.True(t, pic.Partial, name)
			h := pic.Image.Bounds().Dy()
			whole := pic.Image.At(5, h/10)
			hole := color.NRGBAModel.Convert(pic.Image.At(5, h/2)).(color.NRGBA)
			assert.Equal(t, whole, pic.Image.At(5, h-h/10), name)
			if name == "alpha" {
				assert.LessOrEqual(t, hole.A, uint8(4), name)
			} else {
				assert.InDelta(t, 128, int(hole.R), 2, name)
				assert.InDelta(t, 128, int(hole.B), 2, name)
			}
		}
	}
}

func TestADamagedTileDoesNotAffectItsNeighbors(t *testing.T) {
	for _, planes := range []bool{false, true} {
		f := pieces.NewTIFF(32, 32, 8, 3, 2).Set(322, []uint16{16}).Set(323, []uint16{16}).Set(259, []uint16{8})
		f.Tiled = true
		n, size := 4, 16*16*3
		if planes {
			f.Set(284, []uint16{2})
			n, size = 12, 16*16
		}
		for range n {
			f.Parts = append(f.Parts, deflated(bytes.Repeat([]byte{255}, size)))
		}
		f.Parts[1] = f.Parts[1][:5]
		_, pic, err := codectest.Decode(t.Context(), tiff.Format, f.Encode(), codec.Options{Tolerant: true})
		require.NoError(t, err)
		assert.True(t, pic.Partial)
		for _, p := range []image.Point{{0, 0}, {15, 15}, {0, 16}, {31, 31}} {
			assert.Equal(t, color.RGBA{255, 255, 255, 255}, pic.Image.At(p.X, p.Y))
		}
		assert.Equal(t, color.RGBA{128, 128, 128, 255}, pic.Image.At(16, 0))
		assert.Equal(t, color.RGBA{128, 128, 128, 255}, pic.Image.At(31, 15))
	}
}

func TestDamagedPixelsOfAPalettePictureAreGray(t *testing.T) {
	f := striped(1, 3, deflated, 8).Set(320, make([]uint16, 768))
	f.Parts[4] = nil
	_, pic, err := codectest.Decode(t.Context(), tiff.Format, f.Encode(), codec.Options{Tolerant: true})
	require.NoError(t, err)
	assert.True(t, pic.Partial)
	assert.Equal(t, color.RGBA{0, 0, 0, 255}, pic.Image.At(0, 0))
	assert.Equal(t, color.RGBA{128, 128, 128, 255}, pic.Image.At(0, 49))
}

func TestAPictureOfLessThanATenthOfItsRowsIsCorrupt(t *testing.T) {
	for _, least := range []image.Point{{}, {X: 4, Y: 40}} {
		for rows, want := range map[int]error{9: codec.ErrCorrupt, 10: nil} {
			g := pieces.NewTIFF(10, 100, 8, 1, 1)
			for i := range 100 {
				p := []byte{0x7f}
				if i < rows {
					p = []byte{0xf7, 200} // PackBits: ten times 200
				}
				g.Parts = append(g.Parts, p)
			}
			g.Set(259, []uint16{32773}).Set(278, []uint16{1})
			_, _, err := codectest.Decode(t.Context(), tiff.Format, g.Encode(), codec.Options{Tolerant: true, Least: least})
			assert.ErrorIs(t, err, want)
		}
	}
}

func TestATruncatedFileIsDecodedUpToItsEnd(t *testing.T) {
	var b bytes.Buffer // the directory comes first, as in files of programs that write to a stream
	pixels := bytes.Repeat([]byte{255}, 40*50)
	f := pieces.NewTIFF(40, 50, 8, 1, 1)
	f.Set(273, []uint32{400}).Set(279, []uint32{2000})
	head := f.Encode()
	require.Less(t, len(head), 400)
	b.Write(head)
	b.Write(make([]byte, 400-len(head)))
	b.Write(pixels[:1000])
	_, _, err := codectest.Decode(t.Context(), tiff.Format, b.Bytes(), codec.Options{})
	assert.ErrorIs(t, err, codec.ErrCorrupt)
	_, pic, err := codectest.Decode(t.Context(), tiff.Format, b.Bytes(), codec.Options{Tolerant: true})
	require.NoError(t, err)
	assert.Equal(t, color.Gray{255}, pic.Image.At(0, 24))
	assert.Equal(t, color.Gray{128}, pic.Image.At(0, 25))
}

// burning returns a file of about a megabyte. All its strips have the same offset and length, and so the same bytes.
func burning(compression uint16, strip []byte) []byte {
	const rows = 60000
	f := pieces.NewTIFF(16, rows, 8, 1, 1, strip).Set(259, []uint16{compression}).Set(278, []uint16{1})
	offsets, counts := make([]uint32, rows), make([]uint32, rows)
	for i := range offsets {
		offsets[i], counts[i] = 8, uint32(len(strip))
	}
	return f.Set(273, offsets).Set(279, counts).Encode()
}

func TestTheWorkForStripsThatShareTheirBytesIsLimited(t *testing.T) {
	for name, data := range map[string][]byte{
		"PackBits that means nothing": burning(32773, bytes.Repeat([]byte{0x80}, 1<<20)),
		"LZW of nothing but clears":   burning(5, bytes.Repeat([]byte{0x80, 0x40, 0x20, 0x10, 8, 4, 2, 1, 0}, 1<<17)),
		"empty deflate blocks":        burning(8, append([]byte{0x78, 0x9c}, bytes.Repeat([]byte{0, 0, 0, 0xff, 0xff}, 1<<17)...)),
		"fill before fax":             burning(3, make([]byte, 1<<20)),
	} {
		f := data
		if name == "fill before fax" {
			f = bytes.Clone(data)
			f = setBits(f)
		}
		_, _, err := codectest.Decode(t.Context(), tiff.Format, f, codec.Options{Tolerant: true})
		if name != "fill before fax" && name != "empty deflate blocks" {
			assert.ErrorIs(t, err, codec.ErrTooLarge, name)
		}
		assert.Error(t, err, name)
	}
}

// Converting indices to three bytes, and gray with alpha to four bytes, also counts as work.
func TestALargePictureOfFewBytesIsNotTooMuchWork(t *testing.T) {
	imagetest.Long(t)
	const width, rows, strips = 10_000, 100, 80
	for name, photometric := range map[string]int{"palette": 3, "gray with alpha": 1} {
		samples := map[int]int{3: 1, 1: 2}[photometric]
		parts := slices.Repeat([][]byte{deflated(make([]byte, width*rows*samples))}, strips)
		f := pieces.NewTIFF(width, rows*strips, 8, samples, photometric, parts...).Set(259, []uint16{8}).Set(278, []uint16{rows}).Set(320, make([]uint16, 3*256))
		if samples == 2 {
			f.Set(338, []uint16{2})
		}
		_, _, err := codectest.Decode(t.Context(), tiff.Format, f.Encode(), codec.Options{Least: image.Pt(200, 160)})
		assert.NoError(t, err, name)
	}
}

// setBits changes a file of burning to one bit per sample.
func setBits(data []byte) []byte {
	i := bytes.LastIndex(data, []byte{2, 1, 3, 0, 1, 0, 0, 0, 8, 0})
	binary.LittleEndian.PutUint16(data[i+8:], 1)
	return data
}

// looking counts the calls of Err.
type looking struct {
	context.Context
	looks int
}

func (l *looking) Err() error {
	l.looks++
	return l.Context.Err()
}

func TestEveryDecoderChecksItsContext(t *testing.T) {
	const size = 4 << 20
	for name, c := range map[string]struct {
		compression uint16
		strip       []byte
		looks       int
	}{
		"plain":    {1, make([]byte, 2000*2000), size >> 20},
		"PackBits": {32773, bytes.Repeat([]byte{0x80}, size), size >> 16},
		"deflate":  {8, append([]byte{0x78, 0x9c}, bytes.Repeat([]byte{0, 0, 0, 0xff, 0xff}, size/5)...), size >> 16},
		"LZW":      {5, bytes.Repeat([]byte{0x80, 0x40, 0x20, 0x10, 8, 4, 2, 1, 0}, size/9), size >> 16},
		"fill":     {3, make([]byte, size), size >> 16},
		"EOLs":     {3, bytes.Repeat([]byte{0, 0x10, 1}, size/3), size >> 16},
	} {
		data := pieces.NewTIFF(2000, 2000, 8, 1, 1, c.strip).Set(259, []uint16{c.compression}).Encode()
		if c.compression == 3 {
			data = setBits(data)
		}
		ctx := &looking{Context: t.Context()}
		codectest.Decode(ctx, tiff.Format, data, codec.Options{Least: image.Pt(100, 100)})
		assert.GreaterOrEqual(t, ctx.looks, c.looks*9/10, name)
		ended, cancel := context.WithCancel(t.Context())
		cancel()
		_, _, err := codectest.Decode(ended, tiff.Format, data, codec.Options{Tolerant: true})
		assert.ErrorIs(t, err, context.Canceled, name)
	}
}

func TestOldLZWIsRead(t *testing.T) {
	v := noise(3, 200*100, 8)
	p := pack(binary.LittleEndian, 8, 200, v)
	f := pieces.NewTIFF(200, 100, 8, 1, 1, lzwOf(p)).Set(259, []uint16{5})
	assert.Zero(t, maxDifference(decoded(t, f), grayOf(200, 100, 8, v)))
}

func TestHugeSizesAreTooLarge(t *testing.T) {
	for _, size := range [][2]uint32{{1<<31 - 1, 1<<31 - 1}, {1 << 24, 1 << 21}} {
		f := pieces.NewTIFF(1, 1, 8, 3, 2, make([]byte, 3)).Set(256, []uint32{size[0]}).Set(257, []uint32{size[1]})
		_, _, err := codectest.Decode(t.Context(), tiff.Format, f.Encode(), codec.Options{})
		assert.ErrorIs(t, err, codec.ErrTooLarge)
	}
}

func TestManySmallTilesOfJPEGAreDecodedWithinTheEstimate(t *testing.T) {
	tile := image.NewGray(image.Rect(0, 0, 16, 16))
	var b bytes.Buffer
	require.NoError(t, jpeg.Encode(&b, tile, nil))
	const side = 2048
	f := pieces.NewTIFF(side, side, 8, 1, 1, b.Bytes()).Set(259, []uint16{7}).Set(322, []uint16{16}).Set(323, []uint16{16})
	f.Tiled = true
	n := side * side / 256
	for len(f.Parts) < n {
		f.Parts = append(f.Parts, b.Bytes())
	}
	assert.NotNil(t, codectest.WithinMemory(t, tiff.Format, f.Encode(), codec.Options{Least: image.Pt(9, 9)}, "tiles"))
}

func TestAStripThatReachesIntoTheNextOneIsCorrupt(t *testing.T) {
	f := pieces.NewTIFF(40, 20, 8, 1, 1, make([]byte, 100), make([]byte, 400)).Set(278, []uint32{10})
	for _, counts := range [][]uint32{{100, 400}, {0, 0}} {
		_, _, err := codectest.Decode(t.Context(), tiff.Format, f.Set(279, counts).Encode(), codec.Options{})
		assert.ErrorIs(t, err, codec.ErrCorrupt)
	}
}

func TestTheWorkForStripsBeyondTheFileIsLimited(t *testing.T) {
	f := pieces.NewTIFF(1, 4_000_000, 8, 1, 1).Set(278, []uint32{1}).Set(273, []uint32{1 << 30}).Set(279, []uint32{1})
	_, _, err := codectest.Decode(t.Context(), tiff.Format, f.Encode(), codec.Options{Tolerant: true})
	assert.ErrorIs(t, err, codec.ErrTooLarge)
}
