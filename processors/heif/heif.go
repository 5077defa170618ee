// Package heif reads the container of HEIC, AVIF and other files of the High Efficiency Image File Format
// (ISO/IEC 23008-12) in pure Go. It finds the item that is the picture, its size, crop, rotation, mirroring and
// colors, and estimates the memory that decoding takes. It has no codec: [Format] makes a [processors.Format]
// from this package and a decoder of the caller's:
//
//	thumbnail.Config{Formats: []processors.Format{heif.Format(decode, heif.Config{Upright: true})}, …}
//
// Package processors/avif does so for AVIF; examples/heic is a program that reads HEIC.
//
// # Pictures
//
// The picture is the primary item, also in an image sequence; a gain map is ignored. The properties clap, irot
// and imir are applied in the order in which the file lists them. The orientation in EXIF is ignored, as the
// standard requires (Annex A.2.3) and as all readers do. Writers that rotate a picture by irot do not update the
// camera's EXIF. The colors are described by the box colr, with an ICC profile or code points of ITU-T H.273. If
// there is no such box, the sequence header of AV1 or HEVC describes them.
//
// The error matches [processors.ErrFormat] for an item of another codec, for an unknown essential property, and
// for a sequence without a primary item. A file is damaged if pixel data is missing, or if it has more pixels
// than its boxes declare.
//
// # Limits
//
// The box meta may have up to 5 MiB, and a picture may have up to 65536 tiles. The time to read the box is
// proportional to its size. Reading stops when the context ends.
package heif

import (
	"context"
	"errors"
	"fmt"
	"image"
	"io"
	"math"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
	"github.com/rest-thumbnails/thumbnail/processors"
)

// Config describes a decoder: which files it decodes, and what it returns. The zero value describes a decoder
// of HEIC that neither crops nor rotates.
type Config struct {
	// Name is the name of the format in errors and events. Empty means "heic".
	Name string

	// Brands are the brands in the box ftyp of the files that the format matches, as the major brand or a
	// compatible one. Nil means heic, heix, heim, heis, hevc, hevx, hevm and hevs. A file that has only general
	// brands (mif1, msf1, miaf) matches as well.
	Brands []string

	// Items are the item types that the decoder decodes. Nil means hvc1 and grid.
	Items []string

	// Upright says that the decoder crops, rotates and mirrors the picture as the file's properties say.
	// Otherwise the decoder returns the picture as stored, and this package and the engine apply the
	// properties.
	Upright bool

	// StoredYCbCr says that the decoder returns the planes unconverted: its *image.YCbCr or *image.Gray has the
	// matrix and the range of the file. This package then converts the samples to those that package image defines:
	// the matrix of ITU-R BT.601, full range.
	StoredYCbCr bool

	// BytesPerPixel is an upper bound of the memory that the decoder takes for each pixel of 8 bits per sample,
	// including its result; 0 means 16. DeepBytesPerPixel is the bound for more than 8 bits per sample; 0 means
	// twice BytesPerPixel. A pixel of alpha counts as half a pixel. The bound for a picture also includes
	// FixedBytes and, because decoders copy the file, three times the size of the file. After the decoder has
	// returned, only the memory of the result is counted, so the result must not keep other memory alive. For
	// example, it must not be a slice of a WebAssembly instance's memory.
	BytesPerPixel, DeepBytesPerPixel, FixedBytes int64

	// MaxSide and MaxPixels limit the stored size of pictures, in pixels. A MaxSide of 0 means 65536, a
	// MaxPixels of 0 means no limit. For a larger picture the error matches [processors.ErrFormat].
	MaxSide   int
	MaxPixels int64
}

// Format returns a format that calls decode to decode files. Any number of goroutines may call decode at once.
// decode must not modify data, nor use its result after it returns. Format takes the memory of decode from the
// account of ctx, by [processors.Reserve], so decode must not reserve any itself.
//
// If the error of decode matches image.ErrFormat or [processors.ErrFormat], a feature of the file is not
// supported. The context's error and errors that match [processors.ErrTooLarge] are passed on. Any other error,
// or a panic, means that the file is damaged.
//
// If a picture with transparency is decoded to *image.YCbCr or *image.Gray, which have no alpha, the error
// matches [processors.ErrFormat].
func Format(decode func(ctx context.Context, data []byte) (image.Image, error), o Config) processors.Format {
	if o.Name == "" {
		o.Name = "heic"
	}
	if o.Brands == nil {
		o.Brands = []string{"heic", "heix", "heim", "heis", "hevc", "hevx", "hevm", "hevs"}
	}
	if o.Items == nil {
		o.Items = []string{"hvc1", "grid"}
	}
	if o.BytesPerPixel == 0 {
		o.BytesPerPixel = 16
	}
	if o.DeepBytesPerPixel == 0 {
		o.DeepBytesPerPixel = 2 * o.BytesPerPixel
	}
	if o.MaxSide == 0 {
		o.MaxSide = 1 << 16
	}
	f := &format{o, decode}
	return processors.Format{
		Name:   o.Name,
		Match:  func(head []byte) bool { return match(head, o.Brands) },
		Header: f.header,
		Decode: f.decode,
		Color:  f.color,
	}
}

// A format implements the functions of the processors.Format that the function Format returns.
type format struct {
	Config
	codec func(ctx context.Context, data []byte) (image.Image, error)
}

// header reads up to the end of the box meta.
func (f *format) header(ctx context.Context, r io.Reader) (processors.FormatHeader, error) {
	src := &source{ctx: ctx, r: r}
	size := src.size()
	taken := int64(0)
	defer func() { processors.Unreserve(ctx, taken) }()
	meta, err := find(codec.NewReader(codec.WithAccount(ctx, nil), src, false), func(n int64) error {
		if n = 3 * n; n <= codec.Free { // the memory of the reader, whose buffer doubles
			return nil
		}
		taken = n
		err := processors.Reserve(ctx, n)
		if err != nil {
			taken = 0
		}
		return err
	})
	if err != nil {
		var read *codec.ReadError
		if errors.As(err, &read) {
			return processors.FormatHeader{}, read.Err
		}
		return processors.FormatHeader{}, err
	}
	p, err := parse(ctx, meta, nil, f.Items)
	if err != nil {
		return processors.FormatHeader{}, err
	}
	if size < 0 {
		size = p.payload
	}
	return f.describe(p, size)
}

// whole reads the header of a whole file, and checks that its pixels are complete.
func (f *format) whole(ctx context.Context, data []byte) (*picture, processors.FormatHeader, error) {
	meta, err := find(codec.NewBytesReader(ctx, data), func(int64) error { return nil })
	if err != nil {
		return nil, processors.FormatHeader{}, err
	}
	p, err := parse(ctx, meta, data, f.Items)
	if err != nil {
		return nil, processors.FormatHeader{}, err
	}
	h, err := f.describe(p, int64(len(data)))
	return p, h, err
}

// describe returns the header of a picture in a file of size bytes.
func (f *format) describe(p *picture, file int64) (h processors.FormatHeader, err error) {
	if max(p.size.X, p.size.Y) > f.MaxSide || f.MaxPixels > 0 && area(p.size) > f.MaxPixels {
		return h, fmt.Errorf("%w: more pixels than can be decoded, %d×%d", codec.ErrFormat, p.size.X, p.size.Y)
	}
	size := p.view.size()
	h = processors.FormatHeader{Width: size.X, Height: size.Y, Orientation: 1, Bytes: f.bytes(p, file)}
	if !f.Upright {
		h.Orientation = p.view.turn.orientation()
	}
	return h, nil
}

// bytes returns the memory that decoding takes.
func (f *format) bytes(p *picture, file int64) int64 {
	perPixel := f.BytesPerPixel
	if p.deep {
		perPixel = f.DeepBytesPerPixel
	}
	if p.view.clip.Size() != p.size && !f.Upright {
		perPixel += cropBytes
	}
	const margin = 64 << 10 // for padded sides, and for this package
	total := float64(float64(perPixel)*(float64(p.pixels)+margin)) + float64(3*float64(file)) + float64(f.FixedBytes)
	return int64(min(total, math.MaxInt64/2))
}

// color returns the color description of the file.
func (f *format) color(ctx context.Context, data []byte) (processors.FormatColor, error) {
	p, _, err := f.whole(ctx, data)
	if err != nil {
		return processors.FormatColor{}, err
	}
	return p.colors.format(), nil
}
