package jpeg

import (
	"image"
	"image/draw"
	"math"
)

// A packed sum holds Y'CbCr of a pixel, or of up to four: Cb in bits 0–21, Cr in bits 22–43, each
// with 12 bits behind the point, and Y in bits 44–63, of one pixel alone. It is the sum of an entry
// for each of R, G and B (JFIF 1.02, section 3, with a half added that rounds).
const (
	packedBits = 12
	crShift    = 22
	yShift     = 44
)

// packedRGB has the entries of R, G and B.
var packedRGB = makePackedRGB()

func makePackedRGB() *[3][256]uint64 {
	var t [3][256]uint64
	y := [3]float64{0.299, 0.587, 0.114}
	cb := [3]float64{-0.168735892, -0.331264108, 0.5}
	cr := [3]float64{0.5, -0.418687589, -0.081312411}
	for c := range t {
		for v := range 256 {
			fixed := func(f float64) uint64 { return uint64(int64(math.Round(f * float64(v) * (1 << packedBits)))) }
			t[c][v] = fixed(y[c])<<yShift + fixed(cr[c])<<crShift + fixed(cb[c])
			if c == 0 {
				const half = 1 << (packedBits - 1)
				const chroma = 128<<packedBits + half - 1 // 255.5 is not 256
				t[c][v] += half<<yShift + chroma<<crShift + chroma
			}
		}
	}
	return &t
}

// convert makes Y'CbCr of the pixels of row y, and of row below if s.v is 2. They are rows at and
// at + 1 of the row of MCUs.
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

func convertFull(pixels, luma, cb, cr []byte) {
	t := packedRGB
	for x := range luma {
		p := pixels[4*x:][:3]
		sum := t[0][p[0]] + t[1][p[1]] + t[2][p[2]]
		luma[x] = byte(sum >> (yShift + packedBits))
		cb[x], cr[x] = byte(sum>>packedBits), byte(sum>>(crShift+packedBits))
	}
}

func convertPairs(pixels, luma, cb, cr []byte) {
	t := packedRGB
	for x := 0; x < len(luma); x += 2 {
		right := min(x+1, len(luma)-1)
		p, q := pixels[4*x:][:3], pixels[4*right:][:3]
		a := t[0][p[0]] + t[1][p[1]] + t[2][p[2]]
		b := t[0][q[0]] + t[1][q[1]] + t[2][q[2]]
		luma[x], luma[right] = byte(a>>(yShift+packedBits)), byte(b>>(yShift+packedBits))
		a += b
		cb[x/2], cr[x/2] = byte(a>>(packedBits+1)), byte(a>>(crShift+packedBits+1))
	}
}

func convertQuads(upper, lower, luma, next, cb, cr []byte) {
	t := packedRGB
	for x := 0; x < len(luma); x += 2 {
		right := min(x+1, len(luma)-1)
		p, q, r, s := upper[4*x:][:3], upper[4*right:][:3], lower[4*x:][:3], lower[4*right:][:3]
		a := t[0][p[0]] + t[1][p[1]] + t[2][p[2]]
		b := t[0][q[0]] + t[1][q[1]] + t[2][q[2]]
		c := t[0][r[0]] + t[1][r[1]] + t[2][r[2]]
		d := t[0][s[0]] + t[1][s[1]] + t[2][s[2]]
		luma[x], luma[right] = byte(a>>(yShift+packedBits)), byte(b>>(yShift+packedBits))
		next[x], next[right] = byte(c>>(yShift+packedBits)), byte(d>>(yShift+packedBits))
		a += b + c + d
		cb[x/2], cr[x/2] = byte(a>>(packedBits+2)), byte(a>>(crShift+packedBits+2))
	}
}

// pixels returns a row of the picture with four bytes a pixel, R, G and B first, on the background.
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
	for i := 3; i < len(pix); i += 4 {
		if pix[i] != 255 {
			return false
		}
	}
	return true
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

// compose adds the background to premultiplied pixels, as far as they let it through.
func (s *source) compose(row []byte) {
	back := [3]uint32{uint32(s.background.R), uint32(s.background.G), uint32(s.background.B)}
	for i := 0; i+3 < len(row); i += 4 {
		through := 255 - uint32(row[i+3])
		for c := range 3 {
			row[i+c] = byte(min(uint32(row[i+c])+(back[c]*through+127)/255, 255))
		}
	}
}

// resample brings the chroma of rows y to last of the picture to row at of the row of MCUs: each
// sample is the mean of what the picture has for its pixels.
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

// fullRow returns the samples of chroma of row y, one for each pixel.
func (s *source) fullRow(buffer int, samples []byte, y int) []byte {
	m, x, width := s.ycbcr, s.bounds.Min.X, s.bounds.Dx()
	from := samples[m.COffset(x, y):]
	dx, _ := chromaFactors(m.SubsampleRatio)
	if dx == 1 {
		return from[:width]
	}
	row := s.row[buffer][:width]
	for i := range row {
		row[i] = from[(x+i)/dx-x/dx] // as image.YCbCr.COffset has it
	}
	return row
}
