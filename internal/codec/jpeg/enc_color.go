package jpeg

import (
	"encoding/binary"
	"image"
	"image/draw"

	"github.com/rest-thumbnails/thumbnail/internal/pixels"
)

// A packed sum holds the Y'CbCr values of one pixel, or the sum of the chroma of up to four pixels. Cb is in bits
// 0–21 and Cr in bits 22–43, each with 12 fraction bits. Y is in bits 44–63, and is valid only for one pixel. The
// values of a pixel are the sum of one table entry each for R, G and B (JFIF 1.02, section 3). The entries include
// a half for rounding.
const (
	packedBits = 12
	crShift    = 22
	yShift     = 44
)

// packedRGB holds the table entries for R, G and B.
var packedRGB = makePackedRGB()

func makePackedRGB() [3][256]uint64 {
	const half, most = 1 << (packedBits - 1), 1 << packedBits
	weights := [3][3]int64{ // weights of R, G and B in Y, Cr and Cb (0.299, 0.5, -0.168736 and so on), in 4096ths
		{1225, most / 2, -691},
		{2404, -1715, -1357},
		{467, -333, most / 2},
	}
	var t [3][256]uint64
	for c, w := range weights {
		for v := range 256 {
			t[c][v] = uint64(w[0]*int64(v)<<yShift + w[1]*int64(v)<<crShift + w[2]*int64(v))
			if c == 0 {
				const chroma = 128<<packedBits + half - 1 // half - 1 instead of half, so that 255.5 does not become 256
				t[c][v] += half<<yShift + chroma<<crShift + chroma
			}
		}
	}
	return t
}

// convert converts row y of the picture to Y'CbCr and writes it to s.planes, where at is its number in the MCU row. If s.v is 2, it
// converts another row, with the number below, to the next row of s.planes.
func (s *source) convert(y, at, below int) {
	p, width := &s.planes, s.bounds.Dx()
	upper := s.pixels(0, y)
	luma := p[0].samples[at*p[0].stride:][:width]
	chroma := at / s.v * p[1].stride
	cb, cr := p[1].samples[chroma:][:width], p[2].samples[chroma:][:width]
	switch {
	case s.h == 1:
		convertFull(upper, luma, cb, cr)
	case s.v == 1:
		convertPairs(upper, luma, cb, cr)
	default:
		lower := s.pixels(1, below)
		next := p[0].samples[(at+1)*p[0].stride:][:width]
		convertQuads(upper, lower, luma, next, cb, cr)
	}
}

// pack returns the packed sum of a pixel. R is in the lowest byte.
func pack(pixel uint32) uint64 {
	return packedRGB[0][byte(pixel)] + packedRGB[1][byte(pixel>>8)] + packedRGB[2][byte(pixel>>16)]
}

func lumaOf(sum uint64) byte { return byte(sum >> (yShift + packedBits)) }

// chromaOf returns the mean of 1<<n packed sums.
func chromaOf(sum uint64, n int) (cb, cr byte) {
	return byte(sum >> (packedBits + n)), byte(sum >> (crShift + packedBits + n))
}

func convertFull(pixels, luma, cb, cr []byte) {
	cb, cr = cb[:len(luma)], cr[:len(luma)]
	for x := range luma {
		sum := pack(binary.LittleEndian.Uint32(pixels[4*x:]))
		luma[x] = lumaOf(sum)
		cb[x], cr[x] = chromaOf(sum, 0)
	}
}

// convertPairs converts a row for chroma of half the width. If the width is odd, the last pixel counts twice.
func convertPairs(pixels, luma, cb, cr []byte) {
	for len(luma) >= 8 && len(pixels) >= 32 && len(cb) >= 4 && len(cr) >= 4 {
		p, y, u, v := (*[32]byte)(pixels), (*[8]byte)(luma), (*[4]byte)(cb), (*[4]byte)(cr)
		for x := range 4 {
			a, b := pack(binary.LittleEndian.Uint32(p[8*x:])), pack(binary.LittleEndian.Uint32(p[8*x+4:]))
			y[2*x], y[2*x+1] = lumaOf(a), lumaOf(b)
			u[x], v[x] = chromaOf(a+b, 1)
		}
		pixels, luma, cb, cr = pixels[32:], luma[8:], cb[4:], cr[4:]
	}
	for x := 0; x < len(luma); x += 2 {
		right := min(x+1, len(luma)-1)
		a, b := pack(binary.LittleEndian.Uint32(pixels[4*x:])), pack(binary.LittleEndian.Uint32(pixels[4*right:]))
		luma[x], luma[right] = lumaOf(a), lumaOf(b)
		cb[x/2], cr[x/2] = chromaOf(a+b, 1)
	}
}

// convertQuadsGo is the Go version of convertQuads.
func convertQuadsGo(upper, lower, luma, next, cb, cr []byte) {
	for len(luma) >= 8 && len(next) >= 8 && len(upper) >= 32 && len(lower) >= 32 && len(cb) >= 4 && len(cr) >= 4 {
		p, q, y, z, u, v := (*[32]byte)(upper), (*[32]byte)(lower), (*[8]byte)(luma), (*[8]byte)(next), (*[4]byte)(cb), (*[4]byte)(cr)
		for x := range 4 {
			a, b := pack(binary.LittleEndian.Uint32(p[8*x:])), pack(binary.LittleEndian.Uint32(p[8*x+4:]))
			c, d := pack(binary.LittleEndian.Uint32(q[8*x:])), pack(binary.LittleEndian.Uint32(q[8*x+4:]))
			y[2*x], y[2*x+1], z[2*x], z[2*x+1] = lumaOf(a), lumaOf(b), lumaOf(c), lumaOf(d)
			u[x], v[x] = chromaOf(a+b+c+d, 2)
		}
		upper, lower, luma, next, cb, cr = upper[32:], lower[32:], luma[8:], next[8:], cb[4:], cr[4:]
	}
	for x := 0; x < len(luma); x += 2 {
		right := min(x+1, len(luma)-1)
		a, b := pack(binary.LittleEndian.Uint32(upper[4*x:])), pack(binary.LittleEndian.Uint32(upper[4*right:]))
		c, d := pack(binary.LittleEndian.Uint32(lower[4*x:])), pack(binary.LittleEndian.Uint32(lower[4*right:]))
		luma[x], luma[right], next[x], next[right] = lumaOf(a), lumaOf(b), lumaOf(c), lumaOf(d)
		cb[x/2], cr[x/2] = chromaOf(a+b+c+d, 2)
	}
}

// pixels returns a row of the picture on the background, with four bytes per pixel: R, G, B and an unused byte.
func (s *source) pixels(buffer, y int) []byte {
	x, n := s.bounds.Min.X, 4*s.bounds.Dx()
	row := s.row[buffer][:n]
	switch m := s.img.(type) {
	case *image.RGBA:
		pix := m.Pix[m.PixOffset(x, y):][:n]
		if allOpaque(pix) {
			return pix
		}
		copy(row, pix)
	case *image.NRGBA:
		pix := m.Pix[m.PixOffset(x, y):][:n]
		if allOpaque(pix) {
			return pix
		}
		premultiply(row, pix)
	default:
		one := image.RGBA{Pix: row, Stride: n, Rect: image.Rect(0, 0, s.bounds.Dx(), 1)}
		draw.Draw(&one, one.Rect, m, image.Pt(x, y), draw.Src)
		if allOpaque(row) {
			return row
		}
	}
	s.compose(row)
	return row
}

func allOpaque(pix []byte) bool {
	all := ^uint64(0)
	for ; len(pix) >= 16; pix = pix[16:] {
		all &= binary.LittleEndian.Uint64(pix) & binary.LittleEndian.Uint64(pix[8:])
	}
	for ; len(pix) >= 4; pix = pix[4:] {
		all &= uint64(pix[3])<<24 | 0xFF<<56
	}
	const alpha = 0xFF000000FF000000
	return all&alpha == alpha
}

func premultiply(to, pix []byte) {
	for i := 0; i+3 < len(pix); i += 4 {
		a := uint32(pix[i+3])
		for c := range 3 {
			to[i+c] = byte((uint32(pix[i+c])*a + 127) / 255)
		}
		to[i+3] = byte(a)
	}
}

// compose adds the background to premultiplied pixels, in proportion to their transparency.
func (s *source) compose(row []byte) {
	back := [3]uint32{uint32(s.background.R), uint32(s.background.G), uint32(s.background.B)}
	for i := 0; i+3 < len(row); i += 4 {
		through := 255 - uint32(row[i+3])
		for c := range 3 {
			row[i+c] = byte(min(uint32(row[i+c])+(back[c]*through+127)/255, 255))
		}
	}
}

// resample converts the chroma of several rows of the picture, from y to last, to one row of chroma. at is the number of that row in
// s.planes. Each sample is the mean of the picture's chroma over the pixels that share the sample.
func (s *source) resample(y, at, last int) {
	m, width := s.ycbcr, s.bounds.Dx()
	for i, from := range [2][]byte{m.Cb, m.Cr} {
		p := &s.planes[1+i]
		to := p.samples[at*p.stride:]
		upper := s.fullRow(0, from, y)
		lower := upper
		if last > y {
			lower = s.fullRow(1, from, last)
		}
		if s.h == 1 {
			copy(to, upper)
			continue
		}
		for x := 0; x < width; x += 2 {
			right := min(x+1, width-1)
			to[x/2] = byte((int(upper[x]) + int(upper[right]) + int(lower[x]) + int(lower[right]) + 2) / 4)
		}
	}
}

// fullRow returns the chroma samples of row y, one for each pixel.
func (s *source) fullRow(buffer int, samples []byte, y int) []byte {
	m, x, width := s.ycbcr, s.bounds.Min.X, s.bounds.Dx()
	from := samples[m.COffset(x, y):]
	dx, _ := pixels.ChromaFactors(m.SubsampleRatio)
	if dx == 1 {
		return from[:width]
	}
	row := s.row[buffer][:width]
	for i := range row {
		row[i] = from[(x+i)/dx-x/dx] // index as in image.YCbCr.COffset
	}
	return row
}
