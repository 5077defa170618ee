package webp

import (
	"context"
	"image"
	"time"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
)

// draw disposes of the previous frame and draws fr. err is the error of readFrame.
func (a *animation) draw(ctx context.Context, fr *frame, err error) (delay time.Duration, changed bool, _ error) {
	if err != nil && !(a.tolerant && a.shown > 0) {
		return 0, false, err
	}
	changed = !a.dispose.Empty() || a.shown == 0
	clearRect(a.canvas, a.dispose)
	a.dispose = image.Rectangle{}
	if err != nil { // a frame that can't be decoded is left out
		return fr.delay, changed, nil //nolint:nilerr // Tolerant permits this
	}
	if fr.dispose {
		a.dispose = fr.rect()
	}
	if fr.blend && fr.alpha {
		err = a.over(ctx, fr)
	} else {
		err = a.replace(ctx, fr)
	}
	if err != nil && (fatal(err) || !a.tolerant || a.shown == 0) {
		return 0, false, err
	}
	return fr.delay, true, nil
}

// replace decodes a frame directly into the canvas.
func (a *animation) replace(ctx context.Context, fr *frame) error {
	s := &sink{canvas: a.file.canvas, at: fr.at, pix: a.canvas.Pix, alpha: true, keep: a.shown > 0}
	_, err := fr.decode(ctx, a.data, s, a.tolerant)
	return err
}

// over decodes a frame and blends it over the canvas.
func (a *animation) over(ctx context.Context, fr *frame) error {
	if a.scratch == nil {
		pix, err := codec.Bytes(ctx, len(a.canvas.Pix))
		if err != nil {
			return err
		}
		a.scratch = &image.NRGBA{Pix: pix}
	}
	s := &sink{canvas: fr.size, pix: a.scratch.Pix, alpha: true}
	if _, err := fr.decode(ctx, a.data, s, a.tolerant); err != nil {
		return err
	}
	for y := range fr.size.Y {
		dst := a.canvas.Pix[a.canvas.PixOffset(fr.at.X, fr.at.Y+y):]
		blendOver(dst, a.scratch.Pix[4*y*fr.size.X:][:4*fr.size.X])
	}
	return nil
}

// blendOver blends src over dst. The pixels are not premultiplied (WebP Container Specification, "Alpha-blending").
func blendOver(dst, src []byte) {
	dst = dst[:len(src)]
	for i := 0; i+4 <= len(src); i += 4 {
		s, d := src[i:i+4:i+4], dst[i:i+4:i+4]
		switch {
		case s[3] == 0:
		case s[3] == 255 || d[3] == 0:
			copy(d, s)
		default:
			below := uint32(d[3]) * (255 - uint32(s[3])) // alpha of the lower pixel that remains visible, times 255
			sum := 255*uint32(s[3]) + below
			for k := range 3 {
				d[k] = uint8((uint32(s[k])*255*uint32(s[3]) + uint32(d[k])*below + sum/2) / sum)
			}
			d[3] = uint8((sum + 127) / 255)
		}
	}
}

func clearRect(img *image.NRGBA, r image.Rectangle) {
	for y := r.Min.Y; y < r.Max.Y; y++ {
		clear(img.Pix[img.PixOffset(r.Min.X, y):][:4*r.Dx()])
	}
}
