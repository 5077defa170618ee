package webp

import (
	"bytes"
	"context"
	"image"
	"math"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
	"github.com/rest-thumbnails/thumbnail/internal/resample"
)

// A sink receives the rows of a frame from top to bottom. It writes them to an image directly or through a Shrinker.
// Pixels outside of the frame stay transparent. If planes is not nil, the sink takes rows of Y'CbCr instead.
type sink struct {
	canvas image.Point
	at     image.Point // position of the frame on the canvas
	y      int         // next row of the frame
	small  image.Point // size of the picture if it differs from the canvas

	pix    []byte // pixels of the image, 4 bytes each
	shrink *resample.Shrinker
	line   []byte // a row of the canvas, for shrink
	planes *resample.Planar
	alpha  bool
	keep   bool  // fill does not change pixels below the frame
	result int64 // bytes of the picture
}

// newSink allocates a picture of the size of the canvas, or of size small if small is not zero. If planar is true, a
// picture that is shrunk comes as planes of Y'CbCr, and covers the canvas.
func newSink(ctx context.Context, canvas, at, small image.Point, alpha, planar bool) (*sink, error) {
	s := &sink{canvas: canvas, at: at, small: small, alpha: alpha}
	if s.result = 4 * area(small); small == (image.Point{}) {
		s.result = 4 * area(canvas)
		pix, err := codec.Bytes(ctx, 4*canvas.X*canvas.Y)
		s.pix = pix
		return s, err
	}
	if planar {
		planes, err := resample.NewPlanar(ctx, canvas, small, convertSamples, resample.Options{})
		s.planes = planes
		return s, err
	}
	format := resample.RGBA8
	if alpha {
		format = resample.NRGBA8
	}
	full := image.Rectangle{Max: canvas}
	shrink, err := resample.NewShrinker(ctx, format, canvas, resample.Full(full), small, resample.Options{})
	if err != nil {
		return nil, err
	}
	s.shrink = shrink
	if s.line, err = codec.Bytes(ctx, 4*canvas.X); err != nil {
		s.close(ctx)
		return nil, err
	}
	for range at.Y {
		s.shrink.WriteRow(s.line)
	}
	return s, nil
}

// reduction returns the width of the canvas divided by that of the picture, or the quotient of the heights if that is smaller.
func (s *sink) reduction() int {
	if s.small == (image.Point{}) {
		return 1
	}
	return min(s.canvas.X/s.small.X, s.canvas.Y/s.small.Y)
}

// row returns the memory for the next row: 4 bytes per pixel, red, green, blue, alpha.
func (s *sink) row(width int) []byte {
	if s.shrink != nil {
		return s.line[4*s.at.X:][:4*width]
	}
	return s.pix[4*((s.at.Y+s.y)*s.canvas.X+s.at.X):][:4*width]
}

// next reports that the caller has written the row.
func (s *sink) next() {
	if s.shrink != nil {
		s.shrink.WriteRow(s.line)
	}
	s.y++
}

// nextPlanar takes a row of luma. After the second row of a pair, and after the last row, it also takes the row of chroma
// of the pair.
func (s *sink) nextPlanar(luma, cb, cr []byte) {
	s.planes.WriteLuma(luma)
	if s.y%2 == 1 || s.y == s.canvas.Y-1 {
		s.planes.WriteChroma(cb, cr)
	}
	s.y++
}

// grayLuma is the luma of gray (128), in video range.
const grayLuma = 126

// fill fills the missing rows of a frame of the given size. It returns the error of the context.
func (s *sink) fill(ctx context.Context, size image.Point) error {
	if s.keep {
		s.y = size.Y
		return nil
	}
	if s.planes != nil {
		luma, chroma := bytes.Repeat([]byte{grayLuma}, size.X), bytes.Repeat([]byte{128}, (size.X+1)/2)
		for s.y < size.Y {
			s.nextPlanar(luma, chroma, chroma)
		}
		return nil
	}
	pixel := []byte{128, 128, 128, 255}
	if s.alpha {
		clear(pixel)
	}
	missing := bytes.Repeat(pixel, size.X)
	meter := codec.NewMeter(ctx, math.MaxInt64)
	for s.y < size.Y {
		n := copy(s.row(size.X), missing)
		s.next()
		if err := meter.Output(n); err != nil {
			return err
		}
	}
	return nil
}

// close returns the working memory to the account.
func (s *sink) close(ctx context.Context) {
	if s.planes != nil {
		s.planes.Close()
	}
	if s.shrink != nil {
		s.shrink.Close()
		give(ctx, int64(len(s.line)))
	}
}

// picture returns the picture. All rows of the frame must have been written.
func (s *sink) picture(ctx context.Context) (*codec.Picture, error) {
	if s.planes != nil {
		img, err := s.planes.Image()
		if err != nil {
			return nil, err
		}
		return &codec.Picture{Image: img, Release: func() { resample.Release(ctx, img) }}, nil
	}
	if s.shrink != nil {
		clear(s.line)
		for range s.canvas.Y - s.at.Y - s.y {
			s.shrink.WriteRow(s.line)
		}
		img, err := s.shrink.Image()
		if err != nil {
			return nil, err
		}
		return &codec.Picture{Image: img, Release: func() { resample.Release(ctx, img) }}, nil
	}
	full := image.Rectangle{Max: s.canvas}
	pic := &codec.Picture{
		Image:   &image.RGBA{Pix: s.pix, Stride: 4 * s.canvas.X, Rect: full},
		Release: func() { give(ctx, int64(len(s.pix))) },
	}
	if s.alpha {
		pic.Image = &image.NRGBA{Pix: s.pix, Stride: 4 * s.canvas.X, Rect: full}
	}
	return pic, nil
}

// take takes n bytes from the account of ctx if n is more than codec.Free.
func take(ctx context.Context, n int64) error {
	if n <= codec.Free {
		return nil
	}
	return codec.AccountOf(ctx).Take(n)
}

// give returns n bytes that take took.
func give(ctx context.Context, n int64) {
	if n > codec.Free {
		codec.AccountOf(ctx).Give(n)
	}
}
