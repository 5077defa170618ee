package engine

import (
	"bytes"
	"compress/zlib"
	"context"
	"encoding/binary"
	"image"
	"image/color"
	"image/gif"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
	"github.com/rest-thumbnails/thumbnail/internal/imagetest"
	"github.com/rest-thumbnails/thumbnail/internal/imagetest/pieces"
	"github.com/rest-thumbnails/thumbnail/processors"
)

// thin returns pictures of one column. Their rows are smaller than a unit of work.
func thin(rows int) map[string][]byte {
	zeros := make([]byte, 2*rows)
	bmp := []byte("BM")
	for _, v := range []uint32{0, 0, 62, 40, 1, uint32(rows), 1 | 1<<16, 0, 0, 0, 0, 2, 0} {
		bmp = binary.LittleEndian.AppendUint32(bmp, v)
	}
	tiff := func(bits, samples, compression int, data []byte) []byte {
		return pieces.NewTIFF(1, rows, bits, samples, samples/3+1, data).Set(259, []uint16{uint16(compression)}).Encode()
	}
	return map[string][]byte{
		"BMP":                bytes.Join([][]byte{bmp, make([]byte, 8+4*rows)}, nil),
		"cut BMP":            append(bmp, make([]byte, 8+rows)...),
		"PNG of 1 bit":       pieces.PNGFile(pieces.IHDR(1, rows, 1, 0, 0), pieces.PNG("IDAT", zlibBytes(zeros)), pieces.PNG("IEND")),
		"interlaced PNG":     pieces.PNGFile(pieces.IHDR(1, rows, 1, 0, 1), pieces.PNG("IDAT", zlibBytes(zeros)), pieces.PNG("IEND")),
		"cut PNG":            pieces.PNGFile(pieces.IHDR(1, rows, 1, 0, 0), pieces.PNG("IDAT", zlibBytes(zeros[:rows/2]))),
		"TIFF":               tiff(8, 1, 1, zeros[:rows]),
		"cut TIFF":           tiff(8, 1, 1, zeros[:rows/4]),
		"TIFF of 1 bit":      tiff(1, 1, 1, zeros[:rows]),
		"deflated TIFF":      tiff(8, 1, 8, zlibBytes(zeros[:rows])),
		"TIFF with PackBits": tiff(8, 1, 32773, bytes.Repeat([]byte{129, 0}, rows/128)),
		"TIFF of fax":        tiff(1, 1, 4, bytes.Repeat([]byte{0xff}, rows/8)),
	}
}

func zlibBytes(data []byte) []byte {
	var b bytes.Buffer
	w := zlib.NewWriter(&b)
	_, _ = w.Write(data)
	_ = w.Close()
	return b.Bytes()
}

// countedContext counts the calls of Err.
type countedContext struct {
	context.Context
	looks int
}

func (c *countedContext) Err() error { c.looks++; return c.Context.Err() }

func TestDecodersOfOneColumnCheckTheContextOften(t *testing.T) {
	const rows = 1 << 20
	e, err := New(nil, true)
	require.NoError(t, err)
	for name, data := range thin(rows) {
		h, err := e.Header(t.Context(), codec.NewBytesReader(t.Context(), data))
		require.NoError(t, err, name)
		for _, least := range []image.Point{{}, {X: 1, Y: 100}} {
			ctx := &countedContext{Context: t.Context()}
			pic, err := e.Decode(ctx, data, h, least)
			require.NoError(t, err, name)
			pic.Release(ctx)
			assert.GreaterOrEqual(t, ctx.looks, rows>>17, "%s %v", name, least)
		}
	}
}

// A decoder that continues after damage also fills what is missing.
func TestFillingMissingPixelsChecksTheContextOften(t *testing.T) {
	const n = 4000
	var whole bytes.Buffer
	require.NoError(t, gif.Encode(&whole, image.NewPaletted(image.Rect(0, 0, n, n), color.Palette{color.Black, color.White}), nil))
	rows := func(bits int) []byte { return pieces.PNG("IDAT", zlibBytes(make([]byte, n*(n*bits/8+1)/6))) }
	var lossy bytes.Buffer
	require.NoError(t, processors.WebP{Effort: 1}.Encode(&lossy, imagetest.Gradient(n/2, n/2)))
	e, err := New(nil, true)
	require.NoError(t, err)
	for name, data := range map[string][]byte{
		"lossy WebP":               lossy.Bytes()[:lossy.Len()/4],
		"PNG of 1 bit":             pieces.PNGFile(pieces.IHDR(n, n, 1, 0, 0), rows(1)),
		"interlaced PNG of 1 bit":  pieces.PNGFile(pieces.IHDR(n, n, 1, 0, 1), rows(1)),
		"interlaced PNG of 8 bits": pieces.PNGFile(pieces.IHDR(n, n, 8, 0, 1), rows(8)),
		"PNG with RGB":             pieces.PNGFile(pieces.IHDR(n, n, 8, 2, 0), rows(24)),
		"GIF":                      whole.Bytes()[:whole.Len()/4],
		"TIFF":                     pieces.NewTIFF(n, n, 8, 1, 1, make([]byte, n*n/6)).Encode(),
	} {
		h, err := e.Header(t.Context(), codec.NewBytesReader(t.Context(), data))
		require.NoError(t, err, name)
		ctx := &countedContext{Context: t.Context()}
		pic, err := e.Decode(ctx, data, h, image.Point{})
		require.NoError(t, err, name)
		pic.Release(ctx)
		assert.GreaterOrEqual(t, ctx.looks, n*n>>20, name)
	}
}
