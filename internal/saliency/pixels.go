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
	square                  uint64 // sum of the squares of 1000 times the lightness
}

func (s *cellSum) add(t cellSum) {
	s.red, s.green, s.blue, s.alpha, s.square = s.red+t.red, s.green+t.green, s.blue+t.blue, s.alpha+t.alpha, s.square+t.square
}

// sumOf returns the cellSum of one pixel.
func sumOf(r, g, b, a uint32) cellSum {
	light := uint64(299*r + 587*g + 114*b) // at most 26 bits
	return cellSum{r, g, b, a, light * light}
}

// A sight gives access to the examined pixels of a picture. A cell of pitch pixels represents a square of step pixels.
type sight struct {
	image.RGBA64Image
	size  image.Point       // size of the picture in pixels
	pitch int               // step, or 6 if the image contains only the examined pixels
	means [step / every]int // pixels of a cell that contribute to its mean, in both directions
}

// whole returns the sight of a picture whose pixels all exist.
func whole(img image.RGBA64Image) sight {
	return sight{img, img.Bounds().Size(), step, [...]int{0, every, 2 * every, 3 * every}}
}

const sparsePitch = 6

// sparse returns the sight of a picture. img contains only the columns and rows of the picture that kept returns.
func sparse(img image.RGBA64Image, size image.Point) sight {
	return sight{img, size, sparsePitch, [...]int{0, 2, 3, 4}}
}

// kept returns the numbers of the columns, or rows, that are examined: those that contribute to means, and the
// neighbors of the first one of each cell. The last column of a cell is the left neighbor of the first column of
// the next cell.
func kept(n int) (out []int) {
	out = make([]int, 0, n/step*sparsePitch)
	for i := 0; i+step <= n; i += step {
		out = append(out, i, i+1, i+2, i+4, i+6, i+7)
	}
	return out
}

// addRow adds the pixels of a row to the sums of their cells. The image types that the resampler returns for
// photographs are read without a call per pixel.
func (s *sight) addRow(sums []cellSum, y int) {
	x := s.Bounds().Min.X
	if s.pitch == sparsePitch {
		switch img := s.RGBA64Image.(type) {
		case *image.YCbCr:
			if img.SubsampleRatio == image.YCbCrSubsampleRatio444 {
				at := img.COffset(x, y)
				addYCbCr(sums, img.Y[img.YOffset(x, y):], img.Cb[at:], img.Cr[at:])
				return
			}
		case *image.RGBA:
			addRGBA(sums, img.Pix[img.PixOffset(x, y):])
			return
		}
	}
	for i := range sums {
		for _, k := range s.means {
			p := s.RGBA64At(x+i*s.pitch+k, y)
			sums[i].add(sumOf(uint32(p.R), uint32(p.G), uint32(p.B), uint32(p.A)))
		}
	}
}

func addRGBA(sums []cellSum, pix []byte) {
	for i := range sums {
		cell := (*[4 * sparsePitch]byte)(pix[4*sparsePitch*i:])
		var red, green, blue, alpha uint32
		var square uint64
		for _, k := range [...]int{0, 2, 3, 4} {
			r, g, b := uint32(cell[4*k]), uint32(cell[4*k+1]), uint32(cell[4*k+2])
			red, green, blue, alpha = red+r, green+g, blue+b, alpha+uint32(cell[4*k+3])
			light := uint64(299*r + 587*g + 114*b)
			square += light * light
		}
		sums[i].add(cellSum{red * 0x101, green * 0x101, blue * 0x101, alpha * 0x101, square * (0x101 * 0x101)})
	}
}

func addYCbCr(sums []cellSum, luma, blue, red []byte) {
	for i := range sums {
		y, cb, cr := (*[5]byte)(luma[sparsePitch*i:]), (*[5]byte)(blue[sparsePitch*i:]), (*[5]byte)(red[sparsePitch*i:])
		s := &sums[i]
		s.alpha += 0xffff * (step / every)
		s.addPixel(y[0], cb[0], cr[0])
		s.addPixel(y[2], cb[2], cr[2])
		s.addPixel(y[3], cb[3], cr[3])
		s.addPixel(y[4], cb[4], cr[4])
	}
}

// addPixel adds an opaque pixel, without its alpha.
func (s *cellSum) addPixel(luma, blue, red byte) {
	x, m, z := toRGB(luma, blue, red)
	if uint32(x|m|z)>>24 != 0 {
		x, m, z = min(max(x, 0), 1<<24-1), min(max(m, 0), 1<<24-1), min(max(z, 0), 1<<24-1)
	}
	r, g, b := uint32(x)>>8, uint32(m)>>8, uint32(z)>>8
	light := uint64(299*r + 587*g + 114*b)
	s.red, s.green, s.blue, s.square = s.red+r, s.green+g, s.blue+b, s.square+light*light
}

// toRGB returns a color times 1<<8, before it is clamped to 24 bits.
func toRGB(luma, blue, red byte) (x, m, z int32) {
	y, cb, cr := int32(luma)*0x10101, int32(blue)-128, int32(red)-128
	return y + 91881*cr, y - 22554*cb - 46802*cr, y + 116130*cb
}

// fromYCbCr converts as color.YCbCr does: by JFIF's factors times 1<<16, keeping 16 bits of the result.
func fromYCbCr(luma, blue, red byte) (r, g, b uint32) {
	x, m, z := toRGB(luma, blue, red)
	if uint32(x|m|z)>>24 != 0 {
		return clamp16(x), clamp16(m), clamp16(z)
	}
	return uint32(x >> 8), uint32(m >> 8), uint32(z >> 8)
}

// clamp16 returns the upper 16 of 24 bits, after clamping v to 24 bits.
func clamp16(v int32) uint32 { return uint32(min(max(v>>8, 0), 0xffff)) }

// readRow reads the pixels x, x+pitch, x+2·pitch … of row y into dst, as RGBA64At returns them.
func (s *sight) readRow(dst []color.RGBA64, x, y int) {
	if img, ok := s.RGBA64Image.(*image.YCbCr); ok && len(dst) > 0 && img.SubsampleRatio == image.YCbCrSubsampleRatio444 {
		at := img.COffset(x, y)
		readYCbCr(dst, img.Y[img.YOffset(x, y):], img.Cb[at:], img.Cr[at:], s.pitch)
		return
	}
	for i := range dst {
		dst[i] = s.RGBA64At(x+i*s.pitch, y)
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
