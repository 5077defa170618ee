package processors

import (
	"context"
	"fmt"
	"image"
	"image/color"
	"strconv"

	"github.com/rest-thumbnails/thumbnail/internal/pixels"
)

// Pad shrinks the picture until it fits into the box of width × height, as [Fit] does, and fills the rest
// of the box, equally on both sides. The result has exactly the requested size, and the picture is never
// enlarged. If width or height is 0, nothing is filled.
//
// In a path the color follows the method: pad_f5f5f5.
type Pad struct {
	// Background is the color of the filled area and behind transparent pixels. The zero value is
	// transparent; encoders of formats without transparency, such as [JPEG], replace it by a color of their
	// own.
	Background color.NRGBA
}

// With returns a Pad with the color that args names, such as "f5f5f5".
func (p Pad) With(args string) (Processor, error) {
	n, err := strconv.ParseUint(args, 16, 32)
	if err != nil || len(args) != 6 || fmt.Sprintf("%06x", n) != args {
		return nil, fmt.Errorf("color %q is not six hexadecimal digits in lower case, such as f5f5f5", args)
	}
	return Pad{Background: color.NRGBA{R: uint8(n >> 16), G: uint8(n >> 8), B: uint8(n), A: 255}}, nil
}

// Plan implements [Planner]. The crop box extends beyond the picture.
func (Pad) Plan(original image.Point, width, height int) (image.Point, image.Rectangle) {
	scaled, whole := Fit{}.Plan(original, width, height)
	if width == 0 || height == 0 {
		return scaled, whole
	}
	at := image.Pt((scaled.X-width)/2, (scaled.Y-height)/2)
	return scaled, image.Rectangle{Min: at, Max: at.Add(image.Pt(width, height))}
}

// Process implements [Processor].
func (p Pad) Process(ctx context.Context, src image.Image, width, height int) (image.Image, error) {
	shrunk, err := process(ctx, p, src, width, height)
	if err != nil {
		return nil, err
	}
	picture, _, err := pixels.NRGBA(ctx, shrunk)
	if err != nil {
		return nil, err
	}
	size := picture.Rect.Size()
	_, box := p.Plan(size, width, height)
	if box == picture.Rect && (p.Background.A == 0 || picture.Opaque()) {
		return shrunk, nil
	}
	if err := Reserve(ctx, 4*int64(box.Dx())*int64(box.Dy())); err != nil {
		return nil, err
	}
	out := image.NewNRGBA(image.Rectangle{Max: box.Size()})
	p.fill(out)
	for y := range size.Y {
		if y%64 == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		to := out.Pix[out.PixOffset(-box.Min.X, y-box.Min.Y):][:4*size.X]
		p.over(to, picture.Pix[y*picture.Stride:][:len(to)])
	}
	return out, nil
}

// fill paints the background.
func (p Pad) fill(out *image.NRGBA) {
	b := p.Background
	if b == (color.NRGBA{}) {
		return
	}
	for row := out.Pix[:4*out.Rect.Dx()]; len(row) > 0; row = row[4:] {
		row[0], row[1], row[2], row[3] = b.R, b.G, b.B, b.A
	}
	for y := 1; y < out.Rect.Dy(); y++ {
		copy(out.Pix[y*out.Stride:], out.Pix[:4*out.Rect.Dx()])
	}
}

// over composites pixels of the picture over the background.
func (p Pad) over(to, from []byte) {
	if p.Background.A == 0 {
		copy(to, from)
		return
	}
	for i := 0; i < len(to); i += 4 {
		front, back := from[i:][:4:4], to[i:][:4:4]
		a, b := int(front[3]), int(back[3])
		sum := 255*a + b*(255-a) // the result's alpha, times 255
		if sum == 0 {
			continue
		}
		for j := range 3 {
			back[j] = byte((255*a*int(front[j]) + b*(255-a)*int(back[j]) + sum/2) / sum)
		}
		back[3] = byte((sum + 127) / 255)
	}
}
