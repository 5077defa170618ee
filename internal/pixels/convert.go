// Package pixels converts between the image types of package image, for decoders, encoders and the
// orientation.
//
// It takes the memory that it allocates from the account of the context. The owner of a result gives the
// memory back: see [Give].
package pixels

import (
	"context"
	"encoding/binary"
	"image"
	"image/color"
	"image/draw"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
)

// Opaque reports whether img has no transparent pixels.
func Opaque(img image.Image) bool {
	switch m := img.(type) {
	case *image.RGBA:
		return opaque(m.Pix, m.Stride, m.Rect.Size())
	case *image.NRGBA:
		return opaque(m.Pix, m.Stride, m.Rect.Size())
	}
	o, ok := img.(interface{ Opaque() bool })
	return ok && o.Opaque()
}

// opaque implements the method Opaque of image.RGBA and image.NRGBA, eight pixels at a time.
func opaque(pix []byte, stride int, size image.Point) bool {
	const alpha = 0xff000000_ff000000
	for y := range size.Y {
		row, all := pix[y*stride:][:4*size.X], uint64(alpha)
		for ; len(row) >= 32; row = row[32:] {
			all &= binary.LittleEndian.Uint64(row) & binary.LittleEndian.Uint64(row[8:]) &
				binary.LittleEndian.Uint64(row[16:]) & binary.LittleEndian.Uint64(row[24:])
		}
		for ; len(row) >= 4; row = row[4:] {
			all &= uint64(row[3])<<24 | 0xff<<56
		}
		if all&alpha != alpha {
			return false
		}
	}
	return true
}

// NRGBA returns img with 8 bits per sample, alpha not premultiplied, and its upper left corner at (0,0). If
// fresh is false, the result shares the memory of img, and must not be modified.
func NRGBA(ctx context.Context, img image.Image) (out *image.NRGBA, fresh bool, err error) {
	b := img.Bounds()
	size := image.Rectangle{Max: b.Size()}
	switch img := img.(type) {
	case *image.NRGBA:
		return &image.NRGBA{Pix: img.Pix[img.PixOffset(b.Min.X, b.Min.Y):], Stride: img.Stride, Rect: size}, false, nil
	case *image.RGBA:
		if Opaque(img) {
			return &image.NRGBA{Pix: img.Pix[img.PixOffset(b.Min.X, b.Min.Y):], Stride: img.Stride, Rect: size}, false, nil
		}
	}
	pix, err := codec.Bytes(ctx, 4*size.Max.X*size.Max.Y)
	if err != nil {
		return nil, false, err
	}
	out = &image.NRGBA{Pix: pix, Stride: 4 * size.Max.X, Rect: size}
	if indexed, ok := img.(*image.Paletted); ok {
		return out, true, expand(ctx, out, indexed)
	}
	if Opaque(img) { // package draw is fast for opaque pictures
		return out, true, Draw(ctx, &image.RGBA{Pix: pix, Stride: out.Stride, Rect: size}, img, draw.Src)
	}
	return out, true, Draw(ctx, out, img, draw.Src)
}

// expand draws a paletted picture by its palette. Package draw would premultiply the colors, and nearly transparent colors would lose
// precision. An index beyond the palette is transparent.
func expand(ctx context.Context, dst *image.NRGBA, img *image.Paletted) error {
	var colors [256]color.NRGBA
	for i, c := range img.Palette[:min(len(img.Palette), len(colors))] {
		colors[i] = color.NRGBAModel.Convert(c).(color.NRGBA)
	}
	for y := range dst.Rect.Dy() {
		if err := ctx.Err(); err != nil {
			return err
		}
		out := dst.Pix[y*dst.Stride:]
		for i, place := range img.Pix[img.PixOffset(img.Rect.Min.X, img.Rect.Min.Y+y):][:dst.Rect.Dx()] {
			c := colors[place]
			out[4*i], out[4*i+1], out[4*i+2], out[4*i+3] = c.R, c.G, c.B, c.A
		}
	}
	return nil
}

// Draw draws the whole of img on dst, whose upper left corner is at (0,0), in parts of a megabyte.
func Draw(ctx context.Context, dst draw.Image, img image.Image, op draw.Op) error {
	b := img.Bounds()
	rows := max(1<<18/max(b.Dx(), 1), 1)
	for y := 0; y < b.Dy(); y += rows {
		if err := ctx.Err(); err != nil {
			return err
		}
		draw.Draw(dst, image.Rect(0, y, b.Dx(), min(y+rows, b.Dy())), img, b.Min.Add(image.Pt(0, y)), op)
	}
	return nil
}

// Bytes returns the memory of the pixels of an image of package image, and 0 for other types.
func Bytes(img image.Image) int64 {
	switch img := img.(type) {
	case *image.YCbCr:
		return int64(len(img.Y) + len(img.Cb) + len(img.Cr))
	case *image.NYCbCrA:
		return int64(len(img.Y) + len(img.Cb) + len(img.Cr) + len(img.A))
	case *image.Gray:
		return int64(len(img.Pix))
	case *image.Gray16:
		return int64(len(img.Pix))
	case *image.Alpha:
		return int64(len(img.Pix))
	case *image.Alpha16:
		return int64(len(img.Pix))
	case *image.Paletted:
		return int64(len(img.Pix))
	case *image.CMYK:
		return int64(len(img.Pix))
	case *image.RGBA:
		return int64(len(img.Pix))
	case *image.NRGBA:
		return int64(len(img.Pix))
	case *image.RGBA64:
		return int64(len(img.Pix))
	case *image.NRGBA64:
		return int64(len(img.Pix))
	}
	return 0
}

// Give gives the memory of an image back to its account. Call it when no reference to the image is left.
func Give(ctx context.Context, img image.Image) {
	if n := Bytes(img); n > codec.Free {
		codec.AccountOf(ctx).Give(n)
	}
}
