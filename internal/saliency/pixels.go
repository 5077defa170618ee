package saliency

import (
	"image"
	"image/color"
)

// every is the distance in pixels between the pixels that contribute to the mean of a cell.
const every = 2

// A cellSum has the sums over the pixels of a cell, whose samples have 16 bits.
type cellSum struct {
	red, green, blue, alpha uint32
	square                  uint64 // of 1000 times the lightness, squared
}

func (s *cellSum) add(t cellSum) {
	s.red, s.green, s.blue, s.alpha, s.square = s.red+t.red, s.green+t.green, s.blue+t.blue, s.alpha+t.alpha, s.square+t.square
}

// sumOf returns the cellSum of one pixel.
func sumOf(r, g, b, a uint32) cellSum {
	light := uint64(299*r + 587*g + 114*b) // at most 26 bits
	return cellSum{r, g, b, a, light * light}
}

// addRow adds the pixels of row y, from x on, to the sums of their cells. The image types that the
// resampler returns for photographs are read without a call per pixel; for other types it returns a row
// buffer for reuse.
func addRow(sums []cellSum, row []color.RGBA64, img image.RGBA64Image, x, y int) []color.RGBA64 {
	switch img := img.(type) {
	case *image.YCbCr:
		if img.SubsampleRatio == image.YCbCrSubsampleRatio444 {
			at := img.COffset(x, y)
			addYCbCr(sums, img.Y[img.YOffset(x, y):], img.Cb[at:], img.Cr[at:])
			return row
		}
	case *image.RGBA:
		addRGBA(sums, img.Pix[img.PixOffset(x, y):])
		return row
	}
	if row == nil {
		row = make([]color.RGBA64, len(sums)*(step/every))
	}
	readRow(row, img, x, y, every)
	for i, p := range row {
		sums[i/(step/every)].add(sumOf(uint32(p.R), uint32(p.G), uint32(p.B), uint32(p.A)))
	}
	return row
}

func addRGBA(sums []cellSum, pix []byte) {
	for i := range sums {
		cell := (*[4 * step]byte)(pix[4*step*i:])
		var red, green, blue, alpha uint32
		var square uint64
		for k := 0; k < len(cell); k += 4 * every {
			r, g, b := uint32(cell[k]), uint32(cell[k+1]), uint32(cell[k+2])
			red, green, blue, alpha = red+r, green+g, blue+b, alpha+uint32(cell[k+3])
			light := uint64(299*r + 587*g + 114*b)
			square += light * light
		}
		sums[i].add(cellSum{red * 0x101, green * 0x101, blue * 0x101, alpha * 0x101, square * (0x101 * 0x101)})
	}
}

func addYCbCr(sums []cellSum, luma, blue, red []byte) {
	for i := range sums {
		y, cb, cr := (*[step]byte)(luma[step*i:]), (*[step]byte)(blue[step*i:]), (*[step]byte)(red[step*i:])
		s := cellSum{alpha: 0xffff * (step / every)}
		for k := 0; k < step; k += every {
			r, g, b := fromYCbCr(y[k], cb[k], cr[k])
			s.red, s.green, s.blue = s.red+r, s.green+g, s.blue+b
			light := uint64(299*r + 587*g + 114*b)
			s.square += light * light
		}
		sums[i].add(s)
	}
}

// fromYCbCr converts as color.YCbCr does: by JFIF's factors times 1<<16, keeping 16 bits of the result.
func fromYCbCr(luma, blue, red byte) (r, g, b uint32) {
	y, cb, cr := int32(luma)*0x10101, int32(blue)-128, int32(red)-128
	x, m, z := y+91881*cr, y-22554*cb-46802*cr, y+116130*cb
	if uint32(x|m|z)>>24 != 0 {
		return clamp16(x), clamp16(m), clamp16(z)
	}
	return uint32(x >> 8), uint32(m >> 8), uint32(z >> 8)
}

// clamp16 returns the upper 16 of 24 bits, after clamping v to 24 bits.
func clamp16(v int32) uint32 { return uint32(min(max(v>>8, 0), 0xffff)) }

// readRow reads the pixels x, x+step, x+2·step … of row y of img into dst, as RGBA64At returns them.
func readRow(dst []color.RGBA64, img image.RGBA64Image, x, y, step int) {
	if img, ok := img.(*image.YCbCr); ok && len(dst) > 0 && img.SubsampleRatio == image.YCbCrSubsampleRatio444 {
		at := img.COffset(x, y)
		readYCbCr(dst, img.Y[img.YOffset(x, y):], img.Cb[at:], img.Cr[at:], step)
		return
	}
	for i := range dst {
		dst[i] = img.RGBA64At(x+i*step, y)
	}
}

func readYCbCr(dst []color.RGBA64, luma, blue, red []byte, step int) {
	n := (len(dst)-1)*step + 1
	luma, blue, red = luma[:n], blue[:n], red[:n]
	for i, at := 0, 0; i < len(dst) && at < len(luma) && at < len(blue) && at < len(red); i, at = i+1, at+step {
		r, g, b := fromYCbCr(luma[at], blue[at], red[at])
		dst[i] = color.RGBA64{R: uint16(r), G: uint16(g), B: uint16(b), A: 0xffff}
	}
}
