package webp

import (
	"context"
	"fmt"
	"image"
	"io"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
	straighten "github.com/rest-thumbnails/thumbnail/internal/pixels"
)

// Compression says whether pixels are compressed with loss.
type Compression uint8

// Automatic means lossless for flat art, and lossy for other pictures.
const (
	Automatic Compression = iota
	Lossless
	Lossy
)

// EncodeOptions are the options of Encode.
type EncodeOptions struct {
	Quality     float64 // 0 to 100, on the scale of libwebp; for lossy compression
	Effort      int     // 0 (fast) to 6 (small)
	Compression Compression
	Exact       bool   // a lossless picture keeps the colors of fully transparent pixels
	Profile     []byte // ICC profile; nil means sRGB

	// Unreduced is the picture before its colors were reduced. Automatic compresses this picture with loss, because dithering
	// and the edges of areas cost bytes. Nil means that the colors were not reduced.
	Unreduced image.Image
}

// Encode writes img as WebP (RFC 9649). The output depends only on the pixels and the options. Encode checks ctx about
// once per row, and charges memory to the account of ctx: see [EncodeMemory].
func Encode(ctx context.Context, w io.Writer, img image.Image, o EncodeOptions) error {
	size := img.Bounds().Size()
	switch {
	case size.X < 1 || size.Y < 1:
		return errSide
	case size.X > maxSide || size.Y > maxSide:
		return fmt.Errorf("%w: %w", codec.ErrTooLarge, errSide)
	}
	f, err := encodeFrame(ctx, img, o)
	if err != nil {
		return err
	}
	defer f.release(ctx)
	return writeStill(w, f, o.Profile)
}

// EncodeMemory returns an upper bound of the memory that Encode takes for a picture of that size, including the file and
// its buffer, which grows by a quarter. The picture itself is not included. Noise reaches the bound, with and without
// loss. A photo at quality 80 takes half of it.
func EncodeMemory(size image.Point) int64 {
	return 18*area(size) + 128*int64(size.X) + 512<<10 + min(112*area(size), 5<<19)
}

// release gives back the memory of a frame.
func (f *codedFrame) release(ctx context.Context) {
	release(ctx, f.image)
	release(ctx, f.alpha)
	*f = codedFrame{}
}

// encodeFrame compresses a picture.
func encodeFrame(ctx context.Context, img image.Image, o EncodeOptions) (*codedFrame, error) {
	size := img.Bounds().Size()
	if lossyAnyway(img, o.Compression) {
		return encodeLossyFrame(ctx, img, nil, o)
	}
	straight, fresh, err := straighten.NRGBA(ctx, img)
	if fresh {
		defer straighten.Give(ctx, straight)
	}
	if err != nil {
		return nil, err
	}
	if o.Compression == Lossy {
		return encodeLossyFrame(ctx, straight, straight, o)
	}
	look := inspection{}
	if o.Compression == Automatic {
		if look, err = inspect(ctx, straight); err != nil {
			return nil, err
		}
		if _, indexed := img.(*image.Paletted); !look.flat() && !indexed {
			return encodeLossyFrame(ctx, straight, straight, o)
		}
	}
	lossless := &codedFrame{size: size, lossless: true}
	lossless.image, err = encodeVP8L(ctx, straight, vp8lOptions{effort: o.Effort, exact: o.Exact})
	if err != nil || o.Compression == Lossless || look.colors <= fewColors && !(o.Unreduced != nil && reducedWorth*int64(lossless.bytes()) > area(size)) {
		return lossless, err
	}
	lossy, err := encodeUnreduced(ctx, straight, o)
	if err != nil {
		lossless.release(ctx)
		return nil, err
	}
	if float64(lossless.bytes()) <= float64(look.worth()*float64(lossy.bytes()))+worthAnyway {
		lossy.release(ctx)
		return lossless, nil
	}
	lossless.release(ctx)
	return lossy, nil
}

// encodeUnreduced compresses img, or the picture before its colors were reduced, with loss.
func encodeUnreduced(ctx context.Context, img *image.NRGBA, o EncodeOptions) (*codedFrame, error) {
	if o.Unreduced != nil {
		straight, fresh, err := straighten.NRGBA(ctx, o.Unreduced)
		if fresh {
			defer straighten.Give(ctx, straight)
		}
		if err != nil {
			return nil, err
		}
		img = straight
	}
	return encodeLossyFrame(ctx, img, img, o)
}

// lossyAnyway reports whether a picture is compressed with loss without examining its pixels. This applies to Y'CbCr
// planes, because they come from lossy files; such pictures are opaque.
func lossyAnyway(img image.Image, c Compression) bool {
	_, planes := img.(*image.YCbCr)
	return planes && c != Lossless
}

// encodeLossyFrame compresses img with loss. straight holds the alpha; nil means that img is opaque.
func encodeLossyFrame(ctx context.Context, img image.Image, straight *image.NRGBA, o EncodeOptions) (*codedFrame, error) {
	f := &codedFrame{size: img.Bounds().Size()}
	if straight != nil && !straighten.Opaque(straight) {
		var err error
		if f.alpha, err = encodeAlpha(ctx, straight, o.Effort, o.Quality < 100); err != nil {
			return nil, err
		}
		clean, err := cleaned(ctx, straight)
		if err != nil {
			f.release(ctx)
			return nil, err
		}
		if clean != straight {
			defer giveAll(ctx, cleanedBytes(f.size))
		}
		img = clean
	}
	err := f.compress(ctx, img, o)
	if err != nil {
		f.release(ctx)
		return nil, err
	}
	return f, nil
}

func (f *codedFrame) compress(ctx context.Context, img image.Image, o EncodeOptions) error {
	src, err := newVP8Source(ctx, img)
	if err != nil {
		return err
	}
	defer src.close()
	out, err := encodeVP8(ctx, src, vp8Options{Quality: o.Quality, Effort: o.Effort})
	if err != nil {
		return err
	}
	if err := takeAll(ctx, int64(cap(out))); err != nil {
		return err
	}
	f.image = out
	return nil
}

// takeAll takes n bytes from the account of ctx, even if n is less than codec.Free.
func takeAll(ctx context.Context, n int64) error { return codec.AccountOf(ctx).Take(n) }

func giveAll(ctx context.Context, n int64) { codec.AccountOf(ctx).Give(n) }
