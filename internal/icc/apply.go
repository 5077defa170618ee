package icc

import (
	"image"
	"image/color"
	"image/draw"
)

// Apply returns img in sRGB. The result is an *image.Gray if img is grey and remains so, an *image.NRGBA if img has
// alpha that is not premultiplied, and otherwise an *image.RGBA; it has 8 bits per sample, and lies where img lies. It
// is img itself if there is nothing to do, or if the Transform is for pixels of another kind: that of CMYK for an
// *image.CMYK only, those of grey and RGB for all others. Applied to colours, a grey one is taken for each channel.
//
// img is not modified.
func (t *Transform) Apply(img image.Image) image.Image {
	if t.Identity() {
		return img
	}
	_, cmyk := img.(*image.CMYK)
	if cmyk != (t.space == CMYK) || img.Bounds().Empty() {
		return img
	}
	switch img := img.(type) {
	case *image.Gray:
		return t.gray(img)
	case *image.Gray16, *image.RGBA64, *image.NRGBA64:
		return t.deep(img)
	case *image.RGBA:
		return t.premultiplied(img)
	case *image.YCbCr, *image.CMYK:
		out := image.NewRGBA(img.Bounds())
		t.rows(img, out.Pix, out.Stride)
		return out
	case *image.NRGBA, *image.NYCbCrA:
		out := image.NewNRGBA(img.Bounds())
		t.rows(img, out.Pix, out.Stride)
		return out
	case *image.Paletted:
		return t.paletted(img)
	default:
		wide := image.NewNRGBA64(img.Bounds())
		draw.Draw(wide, wide.Rect, img, wide.Rect.Min, draw.Src)
		return t.deep(wide)
	}
}

// rows converts a picture, row by row, whose alpha is not premultiplied.
func (t *Transform) rows(img image.Image, pix []byte, stride int) {
	b := img.Bounds()
	line := make([]byte, 4*b.Dx())
	run := run{Transform: t}
	for y := b.Min.Y; y < b.Max.Y; y++ {
		run.row(pix[(y-b.Min.Y)*stride:][:len(line)], straight(line, img, y))
	}
}

// straight returns row y of a picture as four bytes per pixel, in line if they don't lie so in the
// picture.
func straight(line []byte, img image.Image, y int) []byte {
	b := img.Bounds()
	switch img := img.(type) {
	case *image.NRGBA:
		return img.Pix[img.PixOffset(b.Min.X, y):][:len(line)]
	case *image.CMYK:
		return img.Pix[img.PixOffset(b.Min.X, y):][:len(line)]
	case *image.NYCbCrA:
		fromYCbCr(line, &img.YCbCr, y)
		for x := range b.Dx() {
			line[4*x+3] = img.A[img.AOffset(b.Min.X+x, y)]
		}
	case *image.YCbCr:
		fromYCbCr(line, img, y)
	}
	return line
}

// fromYCbCr fills line with row y as opaque RGB.
func fromYCbCr(line []byte, img *image.YCbCr, y int) {
	w := img.Rect.Dx()
	luma := img.Y[img.YOffset(img.Rect.Min.X, y):][:w]
	at := img.COffset(img.Rect.Min.X, y)
	cb, cr := img.Cb[at:], img.Cr[at:]
	if img.SubsampleRatio != image.YCbCrSubsampleRatio444 {
		wideB, wideR := make([]byte, w), make([]byte, w)
		for x := range w {
			from := img.COffset(img.Rect.Min.X+x, y) - at
			wideB[x], wideR[x] = cb[from], cr[from]
		}
		cb, cr = wideB, wideR
	}
	toRGB(line, luma, cb[:w], cr[:w])
}

// premultiplied converts a picture whose colours are multiplied by alpha.
func (t *Transform) premultiplied(img *image.RGBA) *image.RGBA {
	b := img.Rect
	out := image.NewRGBA(b)
	if img.Opaque() {
		t.rows(&image.NRGBA{Pix: img.Pix, Stride: img.Stride, Rect: b}, out.Pix, out.Stride)
		return out
	}
	line := make([]byte, 4*b.Dx())
	run := run{Transform: t}
	for y := b.Min.Y; y < b.Max.Y; y++ {
		copy(line, img.Pix[img.PixOffset(b.Min.X, y):])
		for p := line; len(p) >= 4; p = p[4:] {
			if a := uint32(p[3]); a != 255 && a != 0 {
				p[0] = byte(min((uint32(p[0])*255+a/2)/a, 255))
				p[1] = byte(min((uint32(p[1])*255+a/2)/a, 255))
				p[2] = byte(min((uint32(p[2])*255+a/2)/a, 255))
			}
		}
		run.row(line, line)
		for p := line; len(p) >= 4; p = p[4:] {
			if a := uint32(p[3]); a != 255 {
				p[0] = byte((uint32(p[0])*a + 127) / 255)
				p[1] = byte((uint32(p[1])*a + 127) / 255)
				p[2] = byte((uint32(p[2])*a + 127) / 255)
			}
		}
		copy(out.Pix[out.PixOffset(b.Min.X, y):], line)
	}
	return out
}

// gray converts by a table of all greys.
func (t *Transform) gray(img *image.Gray) image.Image {
	all := image.NewNRGBA(image.Rect(0, 0, 256, 1))
	for i := range 256 {
		all.SetNRGBA(i, 0, color.NRGBA{byte(i), byte(i), byte(i), 255})
	}
	var table [4 * 256]byte
	t.rows(all, table[:], len(table))
	neutral := true
	for i := 0; i < len(table); i += 4 {
		neutral = neutral && table[i] == table[i+1] && table[i] == table[i+2]
	}
	b := img.Rect
	row := func(y int) []byte { return img.Pix[img.PixOffset(b.Min.X, y):][:b.Dx()] }
	if neutral {
		out := image.NewGray(b)
		for y := b.Min.Y; y < b.Max.Y; y++ {
			to := out.Pix[out.PixOffset(b.Min.X, y):]
			for x, v := range row(y) {
				to[x] = table[4*int(v)]
			}
		}
		return out
	}
	out := image.NewRGBA(b)
	for y := b.Min.Y; y < b.Max.Y; y++ {
		to := out.Pix[out.PixOffset(b.Min.X, y):]
		for x, v := range row(y) {
			copy(to[4*x:][:4], table[4*int(v):])
		}
	}
	return out
}

// paletted converts the palette, and returns the picture with its pixels spelled out.
func (t *Transform) paletted(img *image.Paletted) image.Image {
	colours := image.NewNRGBA(image.Rect(0, 0, 256, 1))
	for i, c := range img.Palette[:min(len(img.Palette), 256)] {
		colours.Set(i, 0, c)
	}
	var table [4 * 256]byte
	t.rows(colours, table[:], len(table))
	b := img.Rect
	out := image.NewNRGBA(b)
	for y := b.Min.Y; y < b.Max.Y; y++ {
		to := out.Pix[out.PixOffset(b.Min.X, y):]
		for x, v := range img.Pix[img.PixOffset(b.Min.X, y):][:b.Dx()] {
			copy(to[4*x:][:4], table[4*int(v):])
		}
	}
	return out
}

// deep converts 16 bits per sample to 8.
func (t *Transform) deep(img image.Image) image.Image {
	b := img.Bounds()
	out := image.NewNRGBA(b)
	line := make([]uint16, 4*b.Dx())
	run := run{Transform: t}
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := range b.Dx() {
			p := line[4*x:][:4]
			switch img := img.(type) {
			case *image.Gray16:
				v := img.Gray16At(b.Min.X+x, y).Y
				p[0], p[1], p[2], p[3] = v, v, v, 0xffff
			case *image.NRGBA64:
				c := img.NRGBA64At(b.Min.X+x, y)
				p[0], p[1], p[2], p[3] = c.R, c.G, c.B, c.A
			case *image.RGBA64:
				c := img.RGBA64At(b.Min.X+x, y)
				if c.A != 0xffff && c.A != 0 {
					a := uint32(c.A)
					c.R = uint16(min((uint32(c.R)*0xffff+a/2)/a, 0xffff))
					c.G = uint16(min((uint32(c.G)*0xffff+a/2)/a, 0xffff))
					c.B = uint16(min((uint32(c.B)*0xffff+a/2)/a, 0xffff))
				}
				p[0], p[1], p[2], p[3] = c.R, c.G, c.B, c.A
			}
		}
		run.row16(out.Pix[out.PixOffset(b.Min.X, y):][:4*b.Dx()], line)
	}
	return out
}
