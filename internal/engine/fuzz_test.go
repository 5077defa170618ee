package engine

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/gif"
	"testing"
	"time"

	"github.com/rest-thumbnails/thumbnail/internal/imagetest"
	"github.com/rest-thumbnails/thumbnail/internal/imagetest/pieces"
	"github.com/rest-thumbnails/thumbnail/processors"
)

func seed(f *testing.F) {
	img := imagetest.Gradient(20, 14)
	for _, file := range files(f, 6) {
		f.Add(file)
	}
	f.Add(encodeBMP(f, img))
	f.Add(encodeGIF(f, &gif.GIF{Image: []*image.Paletted{exactPalette(uniform(image.Pt(5, 5), img.NRGBAAt(1, 1)))}, Delay: []int{0}}))
	f.Add(encodeWebP(f, img, true))
	f.Add(pieces.WebP(pieces.VP8X(pieces.WebPEXIF, image.Pt(20, 14)), encodeWebP(f, img, false)[12:], pieces.RIFF("EXIF", pieces.EXIF(3))))
	f.Add(pieces.WebP(pieces.VP8X(pieces.WebPAnimated, image.Pt(20, 14)), pieces.ANMF(img.Rect, 0, 0, encodeWebP(f, img, false)[12:])))
	f.Add(append([]byte{0xff, 0xd8, 0xff, 0xff, 0xff, 0}, pieces.IntoJPEG(encodeJPEG(f, img), pieces.APP1(pieces.EXIF(8)))[2:]...))
}

// known reports whether err matches one of the errors that callers distinguish.
func known(err error) bool {
	return errors.Is(err, processors.ErrFormat) || errors.Is(err, processors.ErrCorrupt)
}

func FuzzDecodeHeader(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		h, err := DecodeHeader(bytes.NewReader(data))
		plain, plainErr := DecodeHeader(struct{ readerOnly }{readerOnly{bytes.NewReader(data)}})
		if (err == nil) != (plainErr == nil) || h.Format != plain.Format || h.Size != plain.Size || h.Orientation != plain.Orientation {
			t.Fatalf("%+v %v from a seeker, %+v %v from a reader", h, err, plain, plainErr)
		}
		if err != nil {
			if !known(err) && !errors.Is(err, processors.ErrTooLarge) {
				t.Fatal(err)
			}
			return
		}
		if h.Size.X < 1 || h.Size.Y < 1 || h.Orientation < 1 || h.Orientation > 8 || h.Format == "" {
			t.Fatalf("%+v", h)
		}
		if area(h.Size) <= mostPixels && h.DecodeBytes(image.Point{}) < 1 {
			t.Fatalf("%+v", h)
		}
	})
}

type readerOnly struct{ r *bytes.Reader }

func (r readerOnly) Read(p []byte) (int, error) { return r.r.Read(p) }

func FuzzDecode(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		h, err := DecodeHeader(bytes.NewReader(data))
		if err != nil || h.DecodeBytes(image.Point{}) > 8<<20 {
			return
		}
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
		defer cancel()
		pic, err := Decode(ctx, data, h, image.Point{})
		if err != nil {
			if !known(err) && ctx.Err() == nil {
				t.Fatal(err)
			}
			return
		}
		defer pic.Release()
		img := pic.Image()
		if img.Bounds() != (image.Rectangle{Max: h.Size}) {
			t.Fatalf("%v for %+v", img.Bounds(), h)
		}
		got, err := pic.Apply(ctx, processors.Smart{}, 13, 9)
		if err != nil || got.Bounds().Size() != image.Pt(13, 9) {
			t.Fatalf("%v %v", got, err)
		}
	})
}
