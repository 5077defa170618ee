package webp

import (
	"context"
	"errors"
	"fmt"
	"image"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
)

// Format implements WebP.
var Format = &codec.Format{
	Name:     "webp",
	Match:    func(head []byte) bool { return codec.HasMagic(head, "RIFF????WEBPVP8") },
	Complete: complete,
	Header:   readHeader,
	Memory:   memory,
	Decode:   decode,
	Color:    profile,
	Strip:    strip,
	Frames:   frames,
}

// profile implements Format.Color. It returns the ICC profile in the "ICCP" chunk.
func profile(_ context.Context, data []byte, h *codec.Header) (codec.Color, error) {
	if f, ok := h.Detail.(*container); ok && f.profile.id != "" {
		if p := f.profile.of(data); int64(len(p)) == f.profile.size {
			return codec.Color{Profile: p}, nil
		}
	}
	return codec.Color{}, nil
}

var errDetail = errors.New("webp: the header belongs to another format")

// decode implements Format.Decode. It decodes a still picture, or the first frame of an animation on its canvas.
func decode(ctx context.Context, data []byte, h *codec.Header, o codec.Options) (*codec.Picture, error) {
	f, ok := h.Detail.(*container)
	if !ok {
		return nil, errDetail
	}
	fr := &f.first
	s, err := newSink(ctx, f.canvas, fr.at, shrunk(f.canvas, o), fr.alpha || fr.empty() || !fr.covers(f.canvas), f.planar())
	if err != nil {
		return nil, err
	}
	defer s.close(ctx)
	partial, err := fr.decode(ctx, data, s, o.Tolerant)
	if err != nil {
		give(ctx, s.result)
		return nil, err
	}
	pic, err := s.picture(ctx)
	if err != nil {
		give(ctx, s.result)
		return nil, err
	}
	pic.Partial = partial
	return pic, nil
}

// decode writes the frame to s. partial is true if rows were missing; decode then fills them. Without tolerant,
// missing rows are an error.
func (f *frame) decode(ctx context.Context, data []byte, s *sink, tolerant bool) (partial bool, err error) {
	broken, err := f.rows(ctx, data, s, tolerant)
	switch {
	case err == nil:
		return broken, nil
	case !tolerant, fatal(err):
		return false, err
	case 10*s.y < f.size.Y:
		return false, fmt.Errorf("%w: %d of %d rows: %w", codec.ErrCorrupt, s.y, f.size.Y, err)
	}
	return true, s.fill(ctx, f.size)
}

// fatal reports whether the cause of err is not the picture, but the context or the account.
func fatal(err error) bool {
	return errors.Is(err, codec.ErrTooLarge) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
}

// planar reports whether the picture is lossy and opaque and covers the canvas. Such a picture is shrunk plane by
// plane.
func (f *container) planar() bool {
	fr := &f.first
	return !fr.lossless() && !fr.alpha && !fr.empty() && fr.covers(f.canvas)
}

// unfiltered is the minimum ratio of the original to the result, in width and height, at which pictures are decoded without the
// loop filter. The filter changes at most three pixels on each side of an edge, and prediction does not use filtered pixels.
// Compared with thumbnails of filtered pictures, the PSNR is 54 dB for photos of quality 75, and 50 dB for photos of quality 5.
const unfiltered = 10

// shrunk returns the size to which a picture is shrunk while it is decoded row by row. It returns the zero Point if the
// picture is decoded at full size.
func shrunk(size image.Point, o codec.Options) image.Point {
	if o.Least.X < 1 || o.Least.Y < 1 || 2*o.Least.X > size.X || 2*o.Least.Y > size.Y {
		return image.Point{}
	}
	return o.Least
}

func area(size image.Point) int64 { return int64(size.X) * int64(size.Y) }
