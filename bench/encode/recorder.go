package main

import (
	"context"
	"image"
	"image/color"
	"image/draw"
	"io"
	"time"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
	room "github.com/rest-thumbnails/thumbnail/internal/codec/gif"
	"github.com/rest-thumbnails/thumbnail/internal/ssimulacra2"
	"github.com/rest-thumbnails/thumbnail/processors"
)

// A recorder is an Encoder that stores the frames instead of encoding them.
type recorder struct{ frames []processors.Frame }

// Animates implements processors.Animator.
func (*recorder) Animates() bool { return true }

// Encode implements thumbnail.Encoder. It writes one byte, because an empty result is an error.
func (r *recorder) Encode(w io.Writer, img image.Image) error {
	moving, ok := img.(*processors.Animation)
	if !ok {
		_, err := w.Write([]byte{0})
		return err
	}
	r.frames = nil
	for f, err := range moving.Frames {
		if err != nil {
			return err
		}
		kept := image.NewNRGBA(f.Image.Rect)
		copy(kept.Pix, f.Image.Pix)
		r.frames = append(r.frames, processors.Frame{Image: kept, Delay: f.Delay})
	}
	_, err := w.Write([]byte{0})
	return err
}

// score returns the mean score of up to 12 frames of a GIF.
func (r *recorder) score(file []byte) (float64, error) {
	ctx := context.Background()
	h, err := room.Format.Header(ctx, codec.NewBytesReader(ctx, file))
	if err != nil {
		return 0, err
	}
	frames, err := room.Format.Frames(ctx, file, &h, codec.Options{Tolerant: true})
	if err != nil {
		return 0, err
	}
	var at, until time.Duration // when the wanted frame begins, and when the shown frame ends
	shown := image.NewNRGBA(image.Rectangle{})
	sum, n := 0.0, 0.0
	step := max(1, (len(r.frames)+11)/12)
	for i, want := range r.frames {
		middle := at + want.Delay/2
		for middle >= until || len(shown.Pix) == 0 {
			f, err := frames.Next(ctx)
			if err != nil {
				break
			}
			shown = image.NewNRGBA(f.Image.Bounds())
			draw.Draw(shown, shown.Rect, f.Image, image.Point{}, draw.Src)
			until += max(f.Delay, time.Nanosecond)
		}
		at += max(want.Delay, time.Nanosecond)
		if i%step != 0 {
			continue
		}
		s, err := ssimulacra2.NewReference(onWhite(want.Image)).Score(onWhite(shown))
		if err != nil {
			return 0, err
		}
		sum, n = sum+s, n+1
	}
	return sum / n, nil
}

// onWhite composites a picture over white. As in a GIF, pixels are either opaque or transparent.
func onWhite(img *image.NRGBA) image.Image {
	out := image.NewNRGBA(img.Rect)
	draw.Draw(out, out.Rect, image.NewUniform(color.White), image.Point{}, draw.Src)
	for y := range img.Rect.Dy() {
		for x := range img.Rect.Dx() {
			if c := img.NRGBAAt(x, y); c.A >= 128 {
				c.A = 255
				out.SetNRGBA(x, y, c)
			}
		}
	}
	return out
}
