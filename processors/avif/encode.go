package avif

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/draw"
	"io"

	"github.com/gen2brain/avif"
)

// MaxSide is how many pixels a side may have. AV1 can express twice as many, but few decoders read
// such a file.
const MaxSide = 32768

// Encoder encodes as AVIF, without metadata. The zero value is ready to use, by several goroutines
// at once.
type Encoder struct {
	Quality int // 1 to 100; 0 means 60, which looks about like JPEG at 85. Values beyond are taken as the nearest.
	Effort  int // 1, fast, to 10, small; 0 means 1. Values beyond are taken as the nearest. 3 takes about three times as long as 1.
}

// Encode writes img to w, with 8 bits per sample and colours at half width and height, and says
// that it is sRGB. It does not modify img. Transparency is kept, a picture without has none in the
// file. Where GOMAXPROCS pictures are in work, Encode waits. It cannot be interrupted.
func (e Encoder) Encode(w io.Writer, img image.Image) error {
	size := img.Bounds().Size()
	switch {
	case img.Bounds().Empty():
		return errors.New("encode avif: an empty picture")
	case size.X > MaxSide || size.Y > MaxSide:
		return fmt.Errorf("encode avif: %d×%d: no side can have more than %d pixels", size.X, size.Y, MaxSide)
	}
	o := avif.Options{Quality: 60, Speed: 10, ChromaSubsampling: image.YCbCrSubsampleRatio420}
	if e.Quality != 0 {
		o.Quality = min(max(e.Quality, 1), 100)
	}
	if e.Effort != 0 {
		o.Speed = 11 - min(max(e.Effort, 1), 10) // which they call speed
	}
	o.QualityAlpha = 100 // edges show; it costs little
	var file bytes.Buffer
	err := call(func() error { return avif.Encode(&file, compact(img), o) })
	if err == nil {
		sayColours(file.Bytes())
		_, err = w.Write(file.Bytes())
	}
	if err != nil {
		return fmt.Errorf("encode avif: %w", err)
	}
	return nil
}

// sayColours makes the code points of ITU-T H.273 in a file, which libavif leaves unspecified,
// those of what it has encoded: the primaries of BT.709, the transfer function of sRGB, the matrix
// of BT.601. That is what unspecified ones are to be taken for (MIAF, ISO/IEC 23000-22,
// 7.3.6.4), but not every program does.
func sayColours(file []byte) {
	header, _, _ := bytes.Cut(file, []byte("mdat"))
	unspecified := []byte("colrnclx\x00\x02\x00\x02\x00\x02")
	if i := bytes.Index(header, unspecified); i >= 0 {
		copy(file[i:], "colrnclx\x00\x01\x00\x0d\x00\x06")
	}
}

// compact returns img as the encoder takes it: rows without gaps between them, the upper left
// corner at (0,0). It may be img itself.
func compact(img image.Image) *image.RGBA {
	b := img.Bounds()
	if img, ok := img.(*image.RGBA); ok && b.Min == (image.Point{}) && img.Stride == 4*b.Dx() {
		return &image.RGBA{Pix: img.Pix[:img.Stride*b.Dy()], Stride: img.Stride, Rect: b}
	}
	out := image.NewRGBA(image.Rectangle{Max: b.Size()})
	draw.Draw(out, out.Rect, img, b.Min, draw.Src)
	return out
}
