package tiff

import (
	"context"
	"image"
	"image/color"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
	"github.com/rest-thumbnails/thumbnail/internal/resample"
)

// A canvas receives the rows of a picture, from top to bottom.
type canvas interface {
	write(y int, row []byte)
	image() (image.Image, error)
	close()
}

// reduced is a canvas that scales the picture while it receives the rows.
type reduced struct{ *resample.Shrinker }

// reducing keeps CMYK, because the profile is applied after scaling.
var reducing = resample.Options{KeepCMYK: true}

// newReduced returns a canvas that scales to the size small. full is the size of the original, whose rows are decoded
// at eighths/8.
func newReduced(ctx context.Context, f resample.Format, full image.Point, eighths int, small image.Point) (canvas, error) {
	options := reducing
	options.Luma = resample.Eighths{X: eighths, Y: eighths}
	part := resample.Rect{X1: float64(full.X*eighths) / 8, Y1: float64(full.Y*eighths) / 8}
	stored := image.Pt(ceilDiv(full.X*eighths, 8), ceilDiv(full.Y*eighths, 8))
	s, err := resample.NewShrinker(ctx, f, stored, part, small, options)
	if err != nil {
		return nil, err
	}
	return reduced{s}, nil
}

func (r reduced) write(_ int, row []byte)     { r.WriteRow(row) }
func (r reduced) image() (image.Image, error) { return r.Image() }
func (r reduced) close()                      { r.Close() }

// whole is a canvas that stores the picture at full size.
type whole struct {
	img    image.Image
	pix    []byte
	stride int
	spread int // bytes per sample if the rows are RGB and the image has alpha; else 0
}

// newWhole allocates the image for the converter's format.
func (d *decoder) newWhole() (canvas, error) {
	l, f := d.layout, d.convert.format
	n := d.convert.imageBytes()
	pix, err := codec.Bytes(d.ctx, l.width*l.height*n)
	if err != nil {
		return nil, err
	}
	c := &whole{pix: pix, stride: l.width * n}
	r := image.Rect(0, 0, l.width, l.height)
	switch f {
	case resample.Gray8:
		c.img = &image.Gray{Pix: pix, Stride: c.stride, Rect: r}
		if d.convert.indexed {
			c.img = &image.Paletted{Pix: pix, Stride: c.stride, Rect: r, Palette: d.convert.paletteFor()}
		}
	case resample.Gray16:
		c.img = &image.Gray16{Pix: pix, Stride: c.stride, Rect: r}
	case resample.RGB8:
		c.spread = 1
		c.img = &image.RGBA{Pix: pix, Stride: c.stride, Rect: r}
	case resample.RGB16:
		c.spread = 2
		c.img = &image.RGBA64{Pix: pix, Stride: c.stride, Rect: r}
	case resample.RGBA8:
		c.img = &image.RGBA{Pix: pix, Stride: c.stride, Rect: r}
	case resample.RGBA16:
		c.img = &image.RGBA64{Pix: pix, Stride: c.stride, Rect: r}
	case resample.NRGBA8:
		c.img = &image.NRGBA{Pix: pix, Stride: c.stride, Rect: r}
	case resample.NRGBA16:
		c.img = &image.NRGBA64{Pix: pix, Stride: c.stride, Rect: r}
	case resample.CMYK8:
		c.img = &image.CMYK{Pix: pix, Stride: c.stride, Rect: r}
	}
	return c, nil
}

// imageBytes returns the size in bytes of a pixel in the image that newWhole allocates.
func (c *converter) imageBytes() int {
	switch c.format {
	case resample.RGB8:
		return 4
	case resample.RGB16:
		return 8
	}
	return c.format.BytesPerPixel()
}

func (c *whole) write(y int, row []byte) {
	dst := c.pix[y*c.stride:][:c.stride]
	switch c.spread {
	case 0:
		copy(dst, row)
	case 1:
		for len(dst) >= 4 && len(row) >= 3 {
			dst[0], dst[1], dst[2], dst[3] = row[0], row[1], row[2], 255
			dst, row = dst[4:], row[3:]
		}
	case 2:
		for len(dst) >= 8 && len(row) >= 6 {
			copy(dst[:6], row)
			dst[6], dst[7] = 255, 255
			dst, row = dst[8:], row[6:]
		}
	}
}

func (c *whole) image() (image.Image, error) { return c.img, nil }
func (c *whole) close()                      {}

// paletteFor returns the palette with a color for each possible index.
func (c *converter) paletteFor() color.Palette {
	p := make(color.Palette, 1<<c.layout.bits)
	for i := range p {
		v := c.palette[i]
		p[i] = color.RGBA{v[0], v[1], v[2], 255}
	}
	return p
}
