package bmp

import (
	"context"
	"image"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
)

// An Icon is a bitmap in an icon or a cursor. It begins with the second header, and a mask of transparent pixels follows
// the pixels.
type Icon struct{ m *info }

// ReadIcon reads the header of an icon with the given height in the directory. The height in the header is doubled,
// because it includes the mask.
func ReadIcon(r *codec.Reader, height int) (*Icon, error) {
	m, err := readInfo(r)
	if err != nil {
		return nil, cutOff(err)
	}
	if m.rle() {
		return nil, unsupported("an icon with run-length encoding")
	}
	if m.height != height || m.height == 2*m.width {
		m.height = max(m.height/2, 1)
	}
	m.icon = true
	m.place(0, 0)
	m.mask = m.pixels + int64(m.height)*m.stride()
	return &Icon{m}, nil
}

// Size returns the size in pixels.
func (i *Icon) Size() image.Point { return image.Pt(i.m.width, i.m.height) }

// Depth returns the number of bits per pixel.
func (i *Icon) Depth() int { return i.m.bits }

// PixelsEnd returns the offset in the icon at which the pixels end and the mask begins.
func (i *Icon) PixelsEnd() int64 { return i.m.mask }

// Memory is like Memory of [codec.Format].
func (i *Icon) Memory(o codec.Options) int64 {
	h := codec.Header{Stored: i.Size(), Detail: i.m}
	return memory(&h, o)
}

// Decode decodes the icon at the start of data.
func (i *Icon) Decode(ctx context.Context, data []byte, o codec.Options) (*codec.Picture, error) {
	h := codec.Header{Stored: i.Size(), Detail: i.m}
	return decode(ctx, data, &h, o)
}

// transparent applies the mask to row i, in the order of the file. Without a mask all pixels are opaque.
func (d *decoder) transparent(i int) {
	stride := (int64(d.width) + 31) / 32 * 4
	at := d.mask + int64(i)*stride
	if at+stride > int64(len(d.data)) {
		return
	}
	bits := d.data[at:][:stride]
	for x := range d.width {
		if bits[x/8]>>(7-x%8)&1 != 0 {
			clear(d.row[4*x : 4*x+4])
		}
	}
}
