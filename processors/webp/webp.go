// Package webp encodes thumbnails as WebP (RFC 9649), lossy or lossless, with transparency:
//
//	thumbnail.Config{Encoders: thumbnail.Encoders{".webp": webp.Encoder{}}, …}
//
// It is a package of its own because it brings github.com/deepteams/webp, which is pure Go, into
// the program: about one megabyte. Reading WebP needs none of this.
//
// One encode uses all cores: GOMAXPROCS goroutines, which are gone when it returns. It takes up to
// 16 bytes of memory per pixel, lossless up to 150, much of which the next one uses again. The
// bytes depend on whether GOMAXPROCS is 1 or more, and on nothing else but the picture and the
// options: with 1, lossy files of pictures of more than 96 blocks of 16×16 pixels are about a sixth
// larger, see serialEffort.
package webp

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"io"
	"runtime"

	"github.com/deepteams/webp"

	room "github.com/rest-thumbnails/thumbnail/internal/codec/webp"
)

// MaxSide is how many pixels a side of a WebP can have: more can't be written in its header.
const MaxSide = webp.MaxDimension

// ErrTooLarge is matched by the error for a picture with a side of more than MaxSide pixels.
var ErrTooLarge = errors.New("no side of a WebP can have more than 16383 pixels")

const (
	defaultQuality  = 80
	defaultEffort   = 3  // beyond, files get smaller as if Quality were less, and take a third more time
	losslessQuality = 75 // what cwebp -lossless does: a second measure of effort
)

// Encoder encodes as WebP, without metadata. The zero value is ready to use, by several goroutines
// at once.
type Encoder struct {
	Quality  int  // 1 to 100; 0 means 80. Values beyond are taken as the nearest. A lossless picture has none.
	Effort   int  // 1, fast, to 6, small, as cwebp -m; 0 means 3. Values beyond are taken as the nearest. Lossless, 3 is often the smallest.
	Lossless bool // every pixel as it is; but where nothing shows, its colour is not kept
}

// Encode writes img to w. It does not modify img. Transparency is always kept exactly (to 8 bits);
// a picture without has none in the file.
//
// The error matches ErrTooLarge, or is w's own.
func (e Encoder) Encode(w io.Writer, img image.Image) (err error) {
	size := img.Bounds().Size()
	switch {
	case img.Bounds().Empty():
		return errors.New("encode webp: an empty picture")
	case size.X > MaxSide || size.Y > MaxSide:
		return fmt.Errorf("encode webp: %d×%d: %w", size.X, size.Y, ErrTooLarge)
	}
	defer func() {
		if p := recover(); p != nil { // in this goroutine: a panic in one of the library's own ends the program
			err = fmt.Errorf("encode webp: %v", p)
		}
	}()
	pixels := straight(img)
	var b bytes.Buffer
	if err := webp.Encode(&b, pixels, e.options(size)); err != nil {
		return fmt.Errorf("encode webp: %w", err)
	}
	if e.Lossless && pixels.Opaque() {
		sayOpaque(b.Bytes())
	}
	if _, err := w.Write(b.Bytes()); err != nil {
		return fmt.Errorf("encode webp: %w", err)
	}
	return nil
}

// sayOpaque clears alpha_is_used in the header of a simple lossless file (RFC 9649, 3.4), where
// deepteams/webp v1.2.8 always sets it. The pixels have the same bits either way.
func sayOpaque(file []byte) {
	const signature, flags = 20, 24
	if len(file) > flags && string(file[12:16]) == "VP8L" && file[signature] == 0x2f {
		file[flags] &^= 1 << 4
	}
}

func (e Encoder) options(size image.Point) *webp.EncoderOptions {
	o := webp.DefaultOptions()
	o.Quality, o.Method, o.Lossless = defaultQuality, defaultEffort, e.Lossless
	if e.Quality != 0 {
		o.Quality = float32(min(max(e.Quality, 1), 100))
	}
	if e.Effort != 0 {
		o.Method = min(max(e.Effort, 1), 6)
	}
	if e.Lossless {
		o.Quality = losslessQuality
	} else if serial(size) {
		o.Method = min(o.Method, serialEffort)
	}
	return o
}

// serialEffort is the largest effort at which deepteams/webp v1.2.8 can be trusted to encode on one
// core.
//
// Beyond, it learns the probabilities of the tokens while it writes them, and, where no probability
// has been worth a change in the end (in pictures of few colours), it keeps what it has written
// with those of before: all that follows decodes as noise. Up to 2 it makes all decisions in a
// first pass, and learns nothing new in the second; with several cores it does not learn on the
// way.
const serialEffort = 2

// serial reports whether the encoder works on one core and changes probabilities on the way.
func serial(size image.Point) bool {
	w, h := (size.X+15)/16, (size.Y+15)/16 // macroblocks
	return w*h > 96 && (h < 4 || runtime.GOMAXPROCS(0) == 1)
}

// Keeps reports that a WebP which needs no change may be kept, without its metadata, where it is
// smaller than what Encode writes: see processors.Keeper.
func (Encoder) Keeps(encoder any, format string) bool {
	_, itself := encoder.(Encoder)
	return itself && format == room.Format.Name
}
