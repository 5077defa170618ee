package resample

import (
	"image"
	"image/color"
)

// rows returns the rows of an image in one of the formats. It does not copy rows that are in memory in that
// format.
type rows struct {
	format Format
	row    func(y int) []byte // y counts from 0; valid until the next call
}

// inPlace returns the rows of an image that has them in memory in the format f.
func inPlace(f Format, pix []byte, stride int, b image.Rectangle) rows {
	n := b.Dx() * f.BytesPerPixel()
	return rows{f, func(y int) []byte { return pix[y*stride:][:n] }}
}

// rowBytes is the maximum number of bytes that rowsOf allocates per pixel of a row. Y'CbCr with alpha needs that many.
const rowBytes = 18

// rowsOf returns the rows of src. It calls At only for types that package image does not define.
func rowsOf(src image.Image) rows {
	b := src.Bounds()
	switch src := src.(type) {
	case *image.Gray:
		return inPlace(Gray8, src.Pix, src.Stride, b)
	case *image.Gray16:
		return inPlace(Gray16, src.Pix, src.Stride, b)
	case *image.RGBA:
		return inPlace(RGBA8, src.Pix, src.Stride, b)
	case *image.NRGBA:
		return inPlace(NRGBA8, src.Pix, src.Stride, b)
	case *image.RGBA64:
		return inPlace(RGBA16, src.Pix, src.Stride, b)
	case *image.NRGBA64:
		return inPlace(NRGBA16, src.Pix, src.Stride, b)
	case *image.Paletted:
		return palettedRows(src)
	case *image.CMYK:
		return inPlace(CMYK8, src.Pix, src.Stride, b)
	case *image.NYCbCrA:
		return nycbcraRows(src)
	case *image.Alpha:
		return alphaRows(src.Pix, src.Stride, 1, b)
	case *image.Alpha16:
		return alphaRows(src.Pix, src.Stride, 2, b)
	case image.RGBA64Image:
		return atRows(b, src.RGBA64At)
	}
	return atRows(b, func(x, y int) color.RGBA64 {
		r, g, b, a := src.At(x, y).RGBA()
		return color.RGBA64{R: uint16(r), G: uint16(g), B: uint16(b), A: uint16(a)}
	})
}

func palettedRows(src *image.Paletted) rows {
	var table [256][4]byte // an index beyond the palette is transparent black
	format := RGBX8
	for i := range table {
		if i < len(src.Palette) {
			c := color.NRGBAModel.Convert(src.Palette[i]).(color.NRGBA)
			table[i] = [4]byte{c.R, c.G, c.B, c.A}
		}
		if i < len(src.Palette) && table[i][3] != 255 {
			format = NRGBA8
		}
	}
	if format == RGBX8 && len(src.Palette) < 256 && beyond(src) {
		format = NRGBA8
	}
	w := src.Rect.Dx()
	buf := make([]byte, 4*w)
	return rows{format, func(y int) []byte {
		for x, v := range src.Pix[y*src.Stride:][:w] {
			*(*[4]byte)(buf[4*x:]) = table[v]
		}
		return buf
	}}
}

// beyond reports whether the index of a pixel lies beyond the palette.
func beyond(src *image.Paletted) bool {
	for y := range src.Rect.Dy() {
		for _, v := range src.Pix[y*src.Stride:][:src.Rect.Dx()] {
			if int(v) >= len(src.Palette) {
				return true
			}
		}
	}
	return false
}

// alphaRows returns the rows of a mask as white with the opacity of the mask, like the colors of image.Alpha. n is the number of bytes per
// sample.
func alphaRows(pix []byte, stride, n int, b image.Rectangle) rows {
	w := b.Dx()
	buf := make([]byte, 8*w)
	return rows{RGBA16, func(y int) []byte {
		row := pix[y*stride:][:n*w]
		for x := range w {
			hi, lo := row[n*x], row[n*x+n-1]
			p := buf[8*x:][:8]
			p[0], p[2], p[4], p[6] = hi, hi, hi, hi
			p[1], p[3], p[5], p[7] = lo, lo, lo, lo
		}
		return buf
	}}
}

// atRows returns the rows of image types that package image does not define.
func atRows(b image.Rectangle, at func(x, y int) color.RGBA64) rows {
	buf := make([]byte, 8*b.Dx())
	return rows{RGBA16, func(y int) []byte {
		for x := range b.Dx() {
			c := at(b.Min.X+x, b.Min.Y+y)
			p := buf[8*x:][:8]
			for i, v := range [4]uint16{c.R, c.G, c.B, c.A} {
				p[2*i], p[2*i+1] = byte(v>>8), byte(v)
			}
		}
		return buf
	}}
}
