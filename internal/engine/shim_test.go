package engine

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/color"
	"io"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
	"github.com/rest-thumbnails/thumbnail/internal/pixels"
	"github.com/rest-thumbnails/thumbnail/internal/scaling"
)

// formatsOfTests is an Engine with only the built-in formats.
var formatsOfTests = func() *Engine {
	e, err := New(nil, false)
	if err != nil {
		panic(err)
	}
	return e
}()

// A Header is a header in the form that tests use.
type Header struct {
	Format      string
	Size        image.Point
	Orientation int
	read        *codec.Header
}

func headerOf(r io.Reader, whole bool) (Header, error) {
	ctx := context.Background()
	h, err := formatsOfTests.Header(ctx, codec.NewReader(ctx, r, whole))
	if err != nil {
		return Header{}, err
	}
	return Header{h.Format.Name, h.Size(), h.Orientation, h}, nil
}

// DecodeHeader reads the whole file, PeekHeader only the part before the pixels.
func DecodeHeader(r io.Reader) (Header, error) { return headerOf(r, true) }
func PeekHeader(r io.Reader) (Header, error)   { return headerOf(r, false) }

// DecodeBytes returns the memory of the decoder.
func (h Header) DecodeBytes(least image.Point) int64 {
	const tables = 256 << 10
	return h.read.Format.Memory(h.read, codec.Options{Least: h.read.Turn(least)}) + tables
}

// AnimationBytes returns the memory of an animated thumbnail of a size, or 0 if limit allows none.
func (h Header) AnimationBytes(result image.Point, limit animationLimit) int64 {
	if !limit.allows(h.read, result) {
		return 0
	}
	if result == (image.Point{}) {
		return limit.Bytes
	}
	return bytesFor(int64(h.read.FrameCount), result, h.read.Stored)
}

// A testPicture has the methods of a Picture without context and error handling.
type testPicture struct{ *Picture }

func Decode(ctx context.Context, data []byte, h Header, least image.Point) (*testPicture, error) {
	p, err := formatsOfTests.Decode(ctx, data, h.read, least)
	if err != nil {
		return nil, err
	}
	p.Reuse()
	return &testPicture{p}, nil
}

func (p *testPicture) Image() image.Image {
	img, err := p.Picture.Image(context.Background())
	if err != nil {
		panic(err)
	}
	return img
}

func (p *testPicture) Release() { p.Picture.Release(context.Background()) }

func (p *testPicture) Encode(w *bytes.Buffer, e Encoder, img image.Image) error {
	return p.Picture.Encode(context.Background(), w, e, img)
}

// newPicture returns the picture of an upright original at full size.
func newPicture(img image.Image) *testPicture {
	size := img.Bounds().Size()
	p := &Picture{
		header:  &codec.Header{Format: &codec.Format{}, Stored: size, Orientation: 1},
		decoded: new(codec.Picture), img: img, width: float64(size.X), height: float64(size.Y),
	}
	p.Reuse()
	return &testPicture{p}
}

func nrgbaOf(img image.Image) *image.NRGBA {
	out, _, err := pixels.NRGBA(context.Background(), img)
	if err != nil {
		panic(err)
	}
	return out
}

func eachPixel(img *image.NRGBA, do func(x, y int, p []byte)) {
	for y := range img.Rect.Dy() {
		for x := range img.Rect.Dx() {
			do(x, y, img.Pix[y*img.Stride+4*x:][:4])
		}
	}
}

func wholeOf(img image.Image, size image.Point) image.Image {
	out, err := scaling.Whole(context.Background(), img, size)
	if err != nil {
		panic(err)
	}
	return out
}

func cutOf(p *testPicture, scaled image.Point, crop image.Rectangle) image.Image {
	out, err := p.cut(context.Background(), scaled, crop)
	if err != nil {
		panic(err)
	}
	return out
}

// orientOf is orient without an account.
func orientOf(img image.Image, orientation int) image.Image {
	out, err := orient(context.Background(), img, orientation)
	if err != nil {
		panic(err)
	}
	return out
}

// reducedPicture returns img as the reduced picture of an upright original of a size.
func reducedPicture(size image.Point, img image.Image, width, height float64) *testPicture {
	p := newPicture(img)
	p.header.Stored, p.width, p.height = size, width, height
	return p
}

// stripped returns a file without metadata, or nil.
func stripped(file []byte) []byte {
	h, err := DecodeHeader(bytes.NewReader(file))
	if err != nil {
		return nil
	}
	return h.read.Format.Strip(file, h.read)
}

func stripJPEG(file []byte) []byte { return stripped(file) }
func stripPNG(file []byte) []byte  { return stripped(file) }
func stripGIF(file []byte) []byte  { return stripped(file) }
func stripWebP(file []byte) []byte { return stripped(file) }

const markerSOS = 0xda // a JPEG marker

type encoder = Encoder

func encoded(t testing.TB, e encoder, img image.Image) []byte {
	var b bytes.Buffer
	require.NoError(t, e.Encode(&b, img))
	return b.Bytes()
}

func fill(img interface {
	Bounds() image.Rectangle
	Set(x, y int, c color.Color)
}, c color.Color) {
	b := img.Bounds()
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			img.Set(x, y, c)
		}
	}
}

// exactPalettes returns pictures in a shared palette, or nil if they have more than 256 colors.
func exactPalettes(frames []*image.NRGBA) []*image.Paletted {
	places, palette := map[color.NRGBA]int{}, color.Palette{}
	out := make([]*image.Paletted, len(frames))
	for i, img := range frames {
		out[i] = image.NewPaletted(img.Rect, nil)
		for y := range img.Rect.Dy() {
			for x := range img.Rect.Dx() {
				c := img.NRGBAAt(img.Rect.Min.X+x, img.Rect.Min.Y+y)
				if c.A < 128 {
					c = color.NRGBA{}
				}
				place, ok := places[c]
				if !ok {
					place = len(palette)
					places[c], palette = place, append(palette, c)
				}
				if place > 255 {
					return nil
				}
				out[i].Pix[y*out[i].Stride+x] = byte(place)
			}
		}
	}
	for _, img := range out {
		img.Palette = palette
	}
	return out
}

func exactPalette(img *image.NRGBA) *image.Paletted {
	all := exactPalettes([]*image.NRGBA{img})
	if all == nil {
		return nil
	}
	return all[0]
}

// isRefusal reports whether an error matches one of the errors for unusable originals.
func isRefusal(err error) bool {
	return errors.Is(err, codec.ErrFormat) || errors.Is(err, codec.ErrCorrupt) || errors.Is(err, codec.ErrTooLarge)
}
