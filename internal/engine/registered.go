package engine

import (
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"io"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
	"github.com/rest-thumbnails/thumbnail/internal/pixels"
)

// registered calls the decoders that the program has registered with image.RegisterFormat. It is tried last. Such a
// decoder reports no orientation and no colors, and its memory has to be guessed. It can be canceled only when it
// reads. If two decoders are registered for a format, the order in which packages are initialized decides which one
// is called. processors.Format has none of these limitations.
var registered = &codec.Format{
	Name:   "registered",
	Match:  func([]byte) bool { return true },
	Header: registeredHeader,
	Memory: registeredMemory,
	Decode: decodeRegistered,
}

func registeredHeader(_ context.Context, r *codec.Reader) (codec.Header, error) {
	s := &stream{r: r}
	config, name, err := image.DecodeConfig(s)
	switch {
	case s.err != nil:
		return codec.Header{}, s.err
	case errors.Is(err, image.ErrFormat):
		return codec.Header{}, codec.ErrFormat
	case err != nil:
		return codec.Header{}, err
	}
	named := &codec.Format{Name: name, Memory: registeredMemory, Decode: decodeRegistered}
	bytes := int64(2 * 4)
	if config.ColorModel == color.RGBA64Model || config.ColorModel == color.NRGBA64Model {
		bytes *= 2
	}
	return codec.Header{Format: named, Orientation: 1, Stored: image.Pt(config.Width, config.Height), Detail: bytes}, nil
}

// registeredMemory assumes twice the memory of the picture.
func registeredMemory(h *codec.Header, _ codec.Options) int64 {
	return saturated(float64(h.Detail.(int64))*(float64(h.Stored.X)+32)*(float64(h.Stored.Y)+32)) + 256<<10
}

func decodeRegistered(ctx context.Context, data []byte, h *codec.Header, o codec.Options) (*codec.Picture, error) {
	return decodeForeign(ctx, h, registeredMemory(h, o), func(ctx context.Context) (image.Image, error) {
		img, _, err := image.Decode(&contextReader{ctx, data})
		if errors.Is(err, image.ErrFormat) {
			return nil, fmt.Errorf("%w: %w", codec.ErrFormat, err)
		}
		return img, err
	})
}

// atOrigin returns img with its upper left corner at (0,0).
func atOrigin(ctx context.Context, img image.Image) (image.Image, error) {
	b := img.Bounds()
	if b.Min == (image.Point{}) {
		return img, nil
	}
	pix, err := codec.Bytes(ctx, 8*b.Dx()*b.Dy())
	if err != nil {
		return nil, err
	}
	out := &image.NRGBA64{Pix: pix, Stride: 8 * b.Dx(), Rect: image.Rectangle{Max: b.Size()}}
	return out, pixels.Draw(ctx, out, img, draw.Src)
}

// A contextReader reads data in small steps until ctx ends, because a decoder may work for a long time on a few
// bytes.
type contextReader struct {
	ctx  context.Context
	data []byte
}

func (r *contextReader) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	if len(r.data) == 0 {
		return 0, io.EOF
	}
	n := copy(p[:min(len(p), 512)], r.data)
	r.data = r.data[n:]
	return n, nil
}
