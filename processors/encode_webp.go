package processors

import (
	"context"
	"image"
	"io"

	"github.com/rest-thumbnails/thumbnail/internal/codec/webp"
)

// Lossless says which pictures [WebP] compresses without loss.
type Lossless int

// The choices of [WebP] between lossy and lossless.
const (
	LosslessAuto   Lossless = iota // flat art: pictures of few colors, such as logos, charts and screenshots
	LosslessAlways                 // all
	LosslessNever                  // none
)

// WebP encodes as WebP (RFC 9649), without metadata. The zero value is ready to use.
//
// An [Animation] keeps its timing and its loop count. Only the changed part of each frame is written,
// lossless or lossy, whichever is smaller. A scaled animation of flat art is reduced to the colors that [GIF] would
// choose; its soft edges stay translucent.
//
// The color of wholly transparent pixels is not kept. Alpha is exact in lossless pictures and in lossy
// pictures of Quality 100; in other lossy pictures it is off by at most 1 of 255.
type WebP struct {
	Quality  int // 1 to 100, for lossy pictures; 0 means 80. Other values are clamped.
	Lossless Lossless
	Effort   int // 1 (fast) to 6 (small), as cwebp -m; 0 means 4. Other values are clamped.
}

// Encode writes img to w. It does not modify img.
func (e WebP) Encode(w io.Writer, img image.Image) error {
	return e.EncodeContext(context.Background(), w, img)
}

// EncodeContext implements [ContextEncoder].
func (e WebP) EncodeContext(ctx context.Context, w io.Writer, img image.Image) error {
	return e.EncodeOriginal(ctx, w, img, Original{})
}

// EncodeOriginal implements [OriginalEncoder]. Scaled flat art that is encoded losslessly is reduced to the
// colors that make it look the same, as by [PNG]. So is the thumbnail of a lossless original that it exceeds in bytes.
func (e WebP) EncodeOriginal(ctx context.Context, w io.Writer, img image.Image, original Original) error {
	if moving, ok := img.(*Animation); ok {
		return e.encodeAnimation(ctx, w, moving, original)
	}
	if o := e.options(); original.Exceeded > 0 && original.Quality > 0 && o.Quality > float64(original.Quality) {
		e.Quality = max(original.Quality-int(6*(original.excess()-1)), 1) // a higher quality would waste bytes; the quality of the original is known only approximately
	}
	if e.Lossless == LosslessAuto {
		few, release, err := PNG{}.reduce(ctx, img, original, e.encodeLossless)
		defer release()
		if err != nil {
			return err
		}
		if few != nil {
			o := e.options()
			o.Unreduced = img
			return webp.Encode(ctx, w, few, o)
		}
	}
	return webp.Encode(ctx, w, img, e.options())
}

// encodeLossless encodes a picture with the least effort that compresses about as well as more effort.
func (e WebP) encodeLossless(ctx context.Context, w io.Writer, img image.Image) error {
	o := e.options()
	o.Compression, o.Effort = webp.Lossless, min(o.Effort, 2)
	return webp.Encode(ctx, w, img, o)
}

// encodeAnimation holds the compressed frames until all frames are compressed.
func (e WebP) encodeAnimation(ctx context.Context, w io.Writer, moving *Animation, original Original) error {
	o := e.options()
	o.Quality = max(o.Quality-animationQuality, 1)
	a, err := webp.NewAnimation(ctx, moving.Bounds().Size(), o)
	if err != nil {
		return err
	}
	defer a.Close()
	draw := func(f Frame) error { return a.Add(f.Image, f.Delay) }
	f := flattener{ctx: ctx, draw: draw, colors: moving.Colors, original: original}
	defer f.close()
	if moving.Scaled && e.Lossless == LosslessAuto {
		draw = f.add
	}
	for frame, err := range moving.Frames {
		if err == nil {
			err = draw(frame)
		}
		if err != nil {
			return err
		}
	}
	if err := f.flush(); err != nil {
		return err
	}
	return a.Write(w, moving.LoopCount)
}

// animationQuality is subtracted from the quality of a still picture to get the quality of frames, because
// each frame is seen only briefly.
const animationQuality = 5

// Animates implements [Animator].
func (WebP) Animates() bool { return true }

func (e WebP) options() webp.EncodeOptions {
	o := webp.EncodeOptions{Quality: 80, Effort: 4, Compression: webp.Automatic}
	if e.Quality != 0 {
		o.Quality = float64(min(max(e.Quality, 1), 100))
	}
	if e.Effort != 0 {
		o.Effort = min(max(e.Effort, 0), 6)
	}
	switch e.Lossless {
	case LosslessAlways:
		o.Compression = webp.Lossless
	case LosslessNever:
		o.Compression = webp.Lossy
	}
	return o
}

// ContentType returns "image/webp".
func (WebP) ContentType() string { return "image/webp" }

// Keeps implements [Keeper].
func (WebP) Keeps(encoder any, format string) bool {
	_, itself := encoder.(WebP)
	return itself && format == webp.Format.Name
}
