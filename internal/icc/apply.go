package icc

import (
	"context"
	"image"
	"image/color"
	"image/draw"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
)

// Apply converts img to sRGB. The result has 8 bits per sample and the same bounds as img. It is an *image.Gray if img is
// gray and stays gray, an *image.NRGBA if img has alpha that is not premultiplied, and otherwise an *image.RGBA.
//
// Apply returns img itself if img is sRGB already, or if the Transform is for other pixels: a CMYK Transform applies only
// to an *image.CMYK, and gray and RGB Transforms apply to all other images. A gray Transform converts each channel of a
// color image.
//
// Apply does not modify img. It takes the memory of a new image from the account of ctx. It returns the error of ctx or
// of an empty account.
func (t *Transform) Apply(ctx context.Context, img image.Image) (image.Image, error) {
	if t.Identity() {
		return img, nil
	}
	_, cmyk := img.(*image.CMYK)
	if cmyk != (t.space == CMYK) || img.Bounds().Empty() {
		return img, nil
	}
	if n := lineBytes * int64(img.Bounds().Dx()); n > codec.Free {
		account := codec.AccountOf(ctx)
		if err := account.Take(n); err != nil {
			return nil, err
		}
		defer account.Give(n)
	}
	switch img := img.(type) {
	case *image.Gray:
		return t.gray(ctx, img)
	case *image.Gray16, *image.RGBA64, *image.NRGBA64:
		return t.deep(ctx, img)
	case *image.RGBA:
		return t.premultiplied(ctx, img)
	case *image.YCbCr, *image.CMYK:
		pix, err := pixels(ctx, img, 4)
		if err != nil {
			return nil, err
		}
		return &image.RGBA{Pix: pix, Stride: 4 * img.Bounds().Dx(), Rect: img.Bounds()}, t.rows(ctx, img, pix)
	case *image.NRGBA, *image.NYCbCrA:
		pix, err := pixels(ctx, img, 4)
		if err != nil {
			return nil, err
		}
		return &image.NRGBA{Pix: pix, Stride: 4 * img.Bounds().Dx(), Rect: img.Bounds()}, t.rows(ctx, img, pix)
	case *image.Paletted:
		return t.paletted(ctx, img)
	default:
		return t.other(ctx, img)
	}
}

// lineBytes is the memory per pixel of a row: planes, pixels and chroma.
const lineBytes = 4*4 + 8 + 2

// pixels allocates the pixels of a picture of the size of img.
func pixels(ctx context.Context, img image.Image, bytes int) ([]byte, error) {
	size := img.Bounds().Size()
	return codec.Bytes(ctx, bytes*size.X*size.Y)
}

// eachRow calls do for every row. It checks ctx once per megabyte of pixels, at four bytes per pixel.
func eachRow(ctx context.Context, b image.Rectangle, do func(y int)) error {
	every := max(1<<18/b.Dx(), 1)
	for y := b.Min.Y; y < b.Max.Y; y++ {
		if (y-b.Min.Y)%every == 0 {
			if err := ctx.Err(); err != nil {
				return err
			}
		}
		do(y)
	}
	return nil
}

// rows converts a picture whose alpha is not premultiplied, row by row. The rows of pix are contiguous.
func (t *Transform) rows(ctx context.Context, img image.Image, pix []byte) error {
	b := img.Bounds()
	line := make([]byte, 4*b.Dx())
	run := run{Transform: t}
	return eachRow(ctx, b, func(y int) {
		run.row(pix[(y-b.Min.Y)*len(line):][:len(line)], straight(line, img, y))
	})
}

// other converts image types that are not in package image, with 16 bits per sample.
func (t *Transform) other(ctx context.Context, img image.Image) (image.Image, error) {
	pix, err := pixels(ctx, img, 8)
	if err != nil {
		return nil, err
	}
	if len(pix) > codec.Free {
		defer codec.AccountOf(ctx).Give(int64(len(pix)))
	}
	wide := &image.NRGBA64{Pix: pix, Stride: 8 * img.Bounds().Dx(), Rect: img.Bounds()}
	err = eachRow(ctx, wide.Rect, func(y int) {
		row := image.Rect(wide.Rect.Min.X, y, wide.Rect.Max.X, y+1)
		draw.Draw(wide, row, img, row.Min, draw.Src)
	})
	if err != nil {
		return nil, err
	}
	return t.deep(ctx, wide)
}

// straight returns row y of a picture as four bytes per pixel. It returns a slice of the picture if the picture has this
// layout; otherwise it writes the row to line.
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

// premultiplied converts a picture whose colors are premultiplied with alpha.
func (t *Transform) premultiplied(ctx context.Context, img *image.RGBA) (image.Image, error) {
	b := img.Rect
	pix, err := pixels(ctx, img, 4)
	if err != nil {
		return nil, err
	}
	out := &image.RGBA{Pix: pix, Stride: 4 * b.Dx(), Rect: b}
	if img.Opaque() {
		return out, t.rows(ctx, &image.NRGBA{Pix: img.Pix, Stride: img.Stride, Rect: b}, pix)
	}
	line := make([]byte, 4*b.Dx())
	run := run{Transform: t}
	return out, eachRow(ctx, b, func(y int) {
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
	})
}

// gray converts a gray picture with a table of all 256 grays.
func (t *Transform) gray(ctx context.Context, img *image.Gray) (image.Image, error) {
	all := image.NewNRGBA(image.Rect(0, 0, 256, 1))
	for i := range 256 {
		all.SetNRGBA(i, 0, color.NRGBA{byte(i), byte(i), byte(i), 255})
	}
	var table [4 * 256]byte
	if err := t.rows(ctx, all, table[:]); err != nil {
		return nil, err
	}
	neutral := true
	for i := 0; i < len(table); i += 4 {
		neutral = neutral && table[i] == table[i+1] && table[i] == table[i+2]
	}
	b := img.Rect
	row := func(y int) []byte { return img.Pix[img.PixOffset(b.Min.X, y):][:b.Dx()] }
	if neutral {
		pix, err := pixels(ctx, img, 1)
		if err != nil {
			return nil, err
		}
		return &image.Gray{Pix: pix, Stride: b.Dx(), Rect: b}, eachRow(ctx, b, func(y int) {
			to := pix[(y-b.Min.Y)*b.Dx():]
			for x, v := range row(y) {
				to[x] = table[4*int(v)]
			}
		})
	}
	pix, err := pixels(ctx, img, 4)
	if err != nil {
		return nil, err
	}
	return &image.RGBA{Pix: pix, Stride: 4 * b.Dx(), Rect: b}, eachRow(ctx, b, func(y int) {
		spell(pix[4*(y-b.Min.Y)*b.Dx():], row(y), &table)
	})
}

// spell writes the four bytes of table for each byte of a row.
func spell(to, row []byte, table *[4 * 256]byte) {
	for x, v := range row {
		copy(to[4*x:][:4], table[4*int(v):])
	}
}

// paletted converts the palette, and returns the picture with colors instead of indices.
func (t *Transform) paletted(ctx context.Context, img *image.Paletted) (image.Image, error) {
	colors := image.NewNRGBA(image.Rect(0, 0, 256, 1))
	for i, c := range img.Palette[:min(len(img.Palette), 256)] {
		colors.Set(i, 0, c)
	}
	var table [4 * 256]byte
	if err := t.rows(ctx, colors, table[:]); err != nil {
		return nil, err
	}
	b := img.Rect
	pix, err := pixels(ctx, img, 4)
	if err != nil {
		return nil, err
	}
	return &image.NRGBA{Pix: pix, Stride: 4 * b.Dx(), Rect: b}, eachRow(ctx, b, func(y int) {
		spell(pix[4*(y-b.Min.Y)*b.Dx():], img.Pix[img.PixOffset(b.Min.X, y):][:b.Dx()], &table)
	})
}

// deep converts a picture with 16 bits per sample to 8.
func (t *Transform) deep(ctx context.Context, img image.Image) (image.Image, error) {
	b := img.Bounds()
	pix, err := pixels(ctx, img, 4)
	if err != nil {
		return nil, err
	}
	out := &image.NRGBA{Pix: pix, Stride: 4 * b.Dx(), Rect: b}
	line := make([]uint16, 4*b.Dx())
	run := run{Transform: t}
	return out, eachRow(ctx, b, func(y int) {
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
	})
}
