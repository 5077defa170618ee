// Package heif reads the container of HEIC, AVIF and other files of the High Efficiency Image File
// Format (ISO/IEC 23008-12) in pure Go: which of its items is the picture, how large it is, how it is
// cropped, turned and mirrored, what its colors are, and what decoding it takes. It has no codec. With
// somebody's, [Format] makes a [processors.Format]:
//
//	thumbnail.Config{Formats: []processors.Format{heif.Format(decode, heif.Options{Upright: true})}, …}
//
// Package processors/avif does so for AVIF; examples/heic is a program that reads HEIC.
//
// # Pictures
//
// The picture is the primary item, of a sequence too; of one with a gain map it is the base. The
// properties clap, irot and imir are applied in the order in which the file lists them. The orientation
// in EXIF is ignored: the standard (Annex A.2.3) and all readers do so, because writers that turn a
// picture by irot leave the camera's EXIF as it was. Colors are those of the box colr: an ICC profile,
// or code points of ITU-T H.273; where there is none, those in the sequence header of the AV1 or HEVC.
//
// What is not supported matches [processors.ErrFormat]: an item of another codec, an essential property
// that is unknown, a sequence without a primary item. A file whose pixels are cut off, or more than it
// announces, is damaged.
//
// # Limits
//
// The box meta may have 5 MiB, and a picture may have 65536 tiles. The work of reading it is
// proportional to its size, and ends with the context.
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

// Options describe a decoder: which files it decodes, and what it returns. The zero value is for HEIC and a
// decoder that neither crops nor rotates.
type Options struct {
	// Name is the name of the format in errors and events. Empty means "heic".
	Name string

	// Brands are those of the box ftyp that files have, as the major brand or a compatible one. Nil
	// means heic, heix, heim, heis, hevc, hevx, hevm and hevs. A file that has general brands alone
	// (mif1, msf1, miaf) matches as well.
	Brands []string

	// Items are the item types that the decoder decodes. Nil means hvc1 and grid.
	Items []string

	// Upright says that the decoder crops, rotates and mirrors the picture as the file's properties say.
	// Otherwise the decoder returns the picture as stored, and this package and the engine apply the
	// properties.
	Upright bool

	// StoredYCbCr says that an *image.YCbCr or *image.Gray from the decoder has the matrix and the range of
	// the file, as decoders that copy planes return them. It is then converted to what package image defines
	// for the type: the matrix of ITU-R BT.601, full range.
	StoredYCbCr bool

	// BytesPerPixel is the memory that the decoder takes at most, its result included, per pixel of 8
	// bits per sample; DeepBytesPerPixel is that for more than 8 bits. 0 means 16, and twice
	// BytesPerPixel. A pixel of alpha counts as a half. FixedBytes comes on top, and three bytes per
	// byte of the file, for decoders that copy it. Only the result stays counted: it may not keep the
	// rest alive, as a slice of a WebAssembly's memory would.
	BytesPerPixel, DeepBytesPerPixel, FixedBytes int64

	// MaxSide and MaxPixels limit the pictures that the decoder accepts, by their size as stored; 0 means
	// 65536 and no limit. Beyond them the error matches [processors.ErrFormat].
	MaxSide   int
	MaxPixels int64
}

// Format returns a format whose files decode decodes. It may be called by any number of goroutines at
// once, does not modify its data, and leaves the result to the caller. Its memory is taken from the
// account of the context before it is called, by [processors.Reserve], so it takes none itself. If its
// error matches image.ErrFormat or [processors.ErrFormat], a feature is not supported; one that matches
// [processors.ErrTooLarge] and the context's are passed on; any other, and a panic, means that the file
// is damaged.
//
// If a picture with transparency is decoded to *image.YCbCr or *image.Gray, which have no alpha, the error
// matches [processors.ErrFormat].
func Format(decode func(ctx context.Context, data []byte) (image.Image, error), o Options) processors.Format {
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

// A format is what Format returns.
type format struct {
	Options
	codec func(ctx context.Context, data []byte) (image.Image, error)
}

// header reads up to the end of the box meta.
func (f *format) header(ctx context.Context, r io.Reader) (processors.FormatHeader, error) {
	src := &source{ctx: ctx, r: r}
	size := src.size()
	taken := int64(0)
	defer func() { processors.Unreserve(ctx, taken) }()
	meta, err := find(codec.NewReader(codec.WithAccount(ctx, nil), src, false), func(n int64) error {
		if n = 3 * n; n <= codec.Free { // the reader's buffer doubles
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

// whole reads the header of a whole file, and checks that its pixels are there.
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

// describe returns the header of a picture in a file of that many bytes.
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

// bytes is the memory that decoding takes.
func (f *format) bytes(p *picture, file int64) int64 {
	perPixel := f.BytesPerPixel
	if p.deep {
		perPixel = f.DeepBytesPerPixel
	}
	if p.view.clip.Size() != p.size && !f.Upright {
		perPixel += cropBytes
	}
	const margin = 64 << 10 // of sides that are padded, and of this package
	total := float64(float64(perPixel)*(float64(p.pixels)+margin)) + float64(3*float64(file)) + float64(f.FixedBytes)
	return int64(min(total, math.MaxInt64/2))
}

// color returns what the file says of its colors.
func (f *format) color(ctx context.Context, data []byte) (processors.FormatColor, error) {
	p, _, err := f.whole(ctx, data)
	if err != nil {
		return processors.FormatColor{}, err
	}
	return p.colors.format(), nil
}
