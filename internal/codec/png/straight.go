package png

import (
	"encoding/binary"
	"image"
	"image/color"
	"image/draw"
)

// straightRows returns a function that returns row y of img as NRGBA. Fully transparent pixels become black. A row is
// valid until the next call.
func straightRows(img image.Image) func(y int) []byte {
	b := img.Bounds()
	row := make([]byte, 4*b.Dx())
	at := func(m interface{ PixOffset(x, y int) int }, y int) int { return m.PixOffset(b.Min.X, b.Min.Y+y) }
	switch m := img.(type) {
	case *image.Gray:
		return func(y int) []byte {
			for x, v := range m.Pix[at(m, y):][:b.Dx()] {
				binary.LittleEndian.PutUint32(row[4*x:], uint32(v)*0x010101|0xff000000)
			}
			return row
		}
	case *image.NRGBA:
		return func(y int) []byte {
			straighten(row, m.Pix[at(m, y):], func(p, _ uint32) uint32 { return p })
			return row
		}
	case *image.RGBA:
		return func(y int) []byte {
			straighten(row, m.Pix[at(m, y):], divide)
			return row
		}
	case *image.Paletted:
		var colors [256]uint32 // an index beyond the palette is transparent
		for i, c := range m.Palette[:min(len(m.Palette), 256)] {
			if c := color.NRGBAModel.Convert(c).(color.NRGBA); c.A != 0 {
				colors[i] = uint32(c.R) | uint32(c.G)<<8 | uint32(c.B)<<16 | uint32(c.A)<<24
			}
		}
		return func(y int) []byte {
			for x, v := range m.Pix[at(m, y):][:b.Dx()] {
				binary.LittleEndian.PutUint32(row[4*x:], colors[v])
			}
			return row
		}
	}
	var line draw.Image
	if o, ok := img.(interface{ Opaque() bool }); ok && o.Opaque() { // package draw has a fast path for this conversion
		line = &image.RGBA{Pix: row, Stride: len(row), Rect: image.Rect(0, 0, b.Dx(), 1)}
	} else {
		line = &image.NRGBA{Pix: row, Stride: len(row), Rect: image.Rect(0, 0, b.Dx(), 1)}
	}
	return func(y int) []byte {
		draw.Draw(line, line.Bounds(), img, image.Pt(b.Min.X, b.Min.Y+y), draw.Src)
		straighten(row, row, func(p, _ uint32) uint32 { return p })
		return row
	}
}

// twoOpaque is a mask of the alpha bytes of two pixels.
const twoOpaque = 0xff000000ff000000

// straighten copies a row of pixels. Fully transparent pixels become black. Each other pixel that is not opaque is replaced by
// the result of partly, which gets the pixel and its alpha.
func straighten(dst, src []byte, partly func(p, alpha uint32) uint32) {
	for len(dst) >= 4 && len(src) >= 4 {
		if len(dst) >= 8 && len(src) >= 8 {
			if two := binary.LittleEndian.Uint64(src); two&twoOpaque == twoOpaque || two == 0 {
				binary.LittleEndian.PutUint64(dst, two)
				dst, src = dst[8:], src[8:]
				continue
			}
		}
		p := binary.LittleEndian.Uint32(src)
		switch a := p >> 24; a {
		case 255:
		case 0:
			p = 0
		default:
			p = partly(p, a)
		}
		binary.LittleEndian.PutUint32(dst, p)
		dst, src = dst[4:], src[4:]
	}
}

// divide divides colors by alpha, like color.NRGBAModel. A color larger than alpha, which is not premultiplied, becomes
// 255.
func divide(p, alpha uint32) uint32 {
	of := func(c uint32) uint32 { return min(c*0xffff/alpha>>8, 255) }
	return of(p&255) | of(p>>8&255)<<8 | of(p>>16&255)<<16 | alpha<<24
}
