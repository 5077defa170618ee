package bmp

import (
	"context"
	"errors"
	"image"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
	"github.com/rest-thumbnails/thumbnail/internal/resample"
)

// A canvas receives the rows of a picture in the order of the file, which is usually bottom-up.
type canvas struct {
	*decoder
	small  *resample.Shrinker // nil: the picture is stored at full size
	img    image.Image
	pix    []byte
	stride int
}

// newCanvas returns a canvas that scales to small, or one at full size if small is the zero Point.
func newCanvas(ctx context.Context, d *decoder, small image.Point) (*canvas, error) {
	c := &canvas{decoder: d}
	full := image.Pt(d.width, d.height)
	if small != (image.Point{}) {
		var err error
		c.small, err = resample.NewShrinker(ctx, d.format, full, resample.Full(image.Rectangle{Max: full}), small, resample.Options{})
		return c, err
	}
	n := 4
	if d.indexed {
		n = 1
	}
	var err error
	if c.pix, err = codec.Bytes(ctx, d.width*d.height*n); err != nil {
		return nil, err
	}
	c.stride = d.width * n
	r := image.Rectangle{Max: full}
	switch {
	case d.indexed:
		c.img = &image.Paletted{Pix: c.pix, Stride: c.stride, Rect: r, Palette: d.paletteFor()}
	case d.alpha:
		c.img = &image.NRGBA{Pix: c.pix, Stride: c.stride, Rect: r}
	default:
		c.img = &image.RGBA{Pix: c.pix, Stride: c.stride, Rect: r}
	}
	return c, nil
}

func (c *canvas) write(i int, row []byte) {
	if c.small != nil {
		c.small.WriteRow(row)
		return
	}
	y := c.height - 1 - i
	if c.topDown {
		y = i
	}
	dst := c.pix[y*c.stride:][:c.stride]
	if c.format != resample.RGB8 {
		copy(dst, row)
		return
	}
	for len(dst) >= 4 && len(row) >= 3 {
		dst[0], dst[1], dst[2], dst[3] = row[0], row[1], row[2], 255
		dst, row = dst[4:], row[3:]
	}
}

func (c *canvas) image() (image.Image, error) {
	if c.small == nil {
		return c.img, nil
	}
	img, err := c.small.Image()
	if err != nil || c.topDown {
		return img, err
	}
	switch m := img.(type) { // the Shrinker's result is bottom-up, too
	case *image.Gray:
		flip(m.Pix, m.Stride)
	case *image.RGBA:
		flip(m.Pix, m.Stride)
	case *image.NRGBA:
		flip(m.Pix, m.Stride)
	}
	return img, nil
}

// flip mirrors the picture vertically.
func flip(pix []byte, stride int) {
	for a, b := 0, len(pix)-stride; a < b; a, b = a+stride, b-stride {
		for i := range stride {
			pix[a+i], pix[b+i] = pix[b+i], pix[a+i]
		}
	}
}

func (c *canvas) close() {
	if c.small != nil {
		c.small.Close()
	}
}

func isLimit(err error) bool { return errors.Is(err, codec.ErrTooLarge) || errors.Is(err, errColors) }

// memory returns an upper bound of the memory that decode takes.
func memory(h *codec.Header, o codec.Options) int64 {
	m, ok := h.Detail.(*info)
	if !ok {
		return 0
	}
	total := 8 * int64(m.width)
	if small := m.shrunk(o); small != (image.Point{}) {
		f := resample.RGB8
		if m.bits == 16 || m.bits == 32 || m.icon {
			f = resample.NRGBA8
		}
		return total + resample.ShrinkBytes(f, h.Stored, small, resample.Options{})
	}
	n := int64(4)
	if m.bits <= 8 && !m.rle() && !m.icon && !o.Tolerant {
		n = 1
	}
	return total + n*int64(m.width)*int64(m.height)
}
