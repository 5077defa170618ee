package avif

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/draw"
	"io"

	"github.com/gen2brain/avif"

	"github.com/rest-thumbnails/thumbnail/processors"
)

// DefaultMaxPixels is the default of Encoder.MaxPixels. Encoding 1.5 million pixels takes most of a second and
// 150 MB.
const DefaultMaxPixels = 1_500_000

// Encoder encodes as AVIF, without metadata. The zero value is ready to use. Any number of goroutines may use
// an Encoder at once.
type Encoder struct {
	Quality int // 1 to 100; 0 means 60, which looks about like JPEG at 85. Other values are clamped.
	Effort  int // 1, fast, to 10, small; 0 means 1. Other values are clamped. 3 takes about three times as long as 1.

	// MaxPixels limits width × height of a picture, because AVIF takes fifty times the CPU time of JPEG, and a
	// hundred bytes of memory per pixel. 0 means DefaultMaxPixels, a negative value means no limit. For a
	// larger picture the error matches processors.ErrTooLarge.
	MaxPixels int64
}

// ContentType returns "image/avif".
func (Encoder) ContentType() string { return "image/avif" }

// Encode calls [Encoder.EncodeContext] with a context that never ends.
func (e Encoder) Encode(w io.Writer, img image.Image) error {
	return e.EncodeContext(context.Background(), w, img)
}

// EncodeContext writes img to w, with 8 bits per sample and 4:2:0 chroma subsampling, and declares the colors
// as sRGB. It does not modify img. It keeps transparency, and writes no alpha for an opaque picture. While
// GOMAXPROCS pictures are in progress, it waits until one of them is done or ctx ends. An encoding that has
// begun can't be interrupted. Memory is taken from the account of ctx by [processors.Reserve].
func (e Encoder) EncodeContext(ctx context.Context, w io.Writer, img image.Image) error {
	size := img.Bounds().Size()
	limit := e.MaxPixels
	if limit == 0 {
		limit = DefaultMaxPixels
	}
	pixels := int64(size.X) * int64(size.Y)
	switch {
	case img.Bounds().Empty():
		return errors.New("encode avif: an empty picture")
	case size.X > MaxSide || size.Y > MaxSide:
		return fmt.Errorf("encode avif: %w: %d×%d: no side can have more than %d pixels", processors.ErrTooLarge, size.X, size.Y, MaxSide)
	case limit > 0 && pixels > limit:
		return fmt.Errorf("encode avif: %w: %d×%d pixels are more than Encoder.MaxPixels (%d)", processors.ErrTooLarge, size.X, size.Y, limit)
	}
	bytes := encodeMemory(pixels)
	if err := processors.Reserve(ctx, bytes); err != nil {
		return fmt.Errorf("encode avif: %w", err)
	}
	defer processors.Unreserve(ctx, bytes)
	file, err := e.encode(ctx, img)
	if err == nil {
		_, err = w.Write(file)
	}
	if err != nil {
		return fmt.Errorf("encode avif: %w", err)
	}
	return nil
}

func (e Encoder) encode(ctx context.Context, img image.Image) ([]byte, error) {
	o := avif.Options{Quality: 60, Speed: 10, ChromaSubsampling: image.YCbCrSubsampleRatio420}
	if e.Quality != 0 {
		o.Quality = min(max(e.Quality, 1), 100)
	}
	if e.Effort != 0 {
		o.Speed = 11 - min(max(e.Effort, 1), 10) // libavif calls it speed
	}
	o.QualityAlpha = 100 // errors in alpha are visible at edges, and a high quality costs few bytes
	var file bytes.Buffer
	err := call(ctx, func() error { return avif.Encode(&file, compact(img), o) })
	switch {
	case err != nil:
		return nil, err
	case !bytes.HasPrefix(file.Bytes()[min(4, file.Len()):], []byte("ftyp")):
		return nil, avif.ErrEncode
	}
	sayColors(file.Bytes())
	return file.Bytes(), nil
}

// sayColors sets the code points of ITU-T H.273 in a file to those of the encoded pixels: the primaries of BT.709,
// the transfer function of sRGB, the matrix of BT.601. libavif leaves them unspecified. Readers should assume these
// values if the code points are unspecified (MIAF, ISO/IEC 23000-22, 7.3.6.4), but not every program does.
func sayColors(file []byte) {
	header, _, _ := bytes.Cut(file, []byte("mdat"))
	unspecified := []byte("colrnclx\x00\x02\x00\x02\x00\x02")
	if i := bytes.Index(header, unspecified); i >= 0 {
		copy(file[i:], "colrnclx\x00\x01\x00\x0d\x00\x06")
	}
}

// compact returns img, or a copy of img, in the form that the encoder needs: rows without gaps between them,
// and the upper left corner at (0,0).
func compact(img image.Image) *image.RGBA {
	b := img.Bounds()
	if img, ok := img.(*image.RGBA); ok && b.Min == (image.Point{}) && img.Stride == 4*b.Dx() {
		return &image.RGBA{Pix: img.Pix[:img.Stride*b.Dy()], Stride: img.Stride, Rect: b}
	}
	out := image.NewRGBA(image.Rectangle{Max: b.Size()})
	draw.Draw(out, out.Rect, img, b.Min, draw.Src)
	return out
}

// EncodeMemory implements processors.MemoryEstimator. The result includes the bytes of the file while it is
// written.
func (e Encoder) EncodeMemory(width, height int) int64 {
	pixels := int64(width) * int64(height)
	return encodeMemory(pixels) + fileBytes*pixels
}

// encodeMemory is the number of bytes that EncodeContext itself takes from the account.
func encodeMemory(pixels int64) int64 { return encodeBytes*pixels + encodeFixed }

// PixelLimit returns the largest number of pixels of a picture. Links do not offer larger files.
func (e Encoder) PixelLimit() int64 {
	if e.MaxPixels == 0 {
		return DefaultMaxPixels
	}
	return max(e.MaxPixels, 0) // for PixelLimit, 0 means no limit
}
