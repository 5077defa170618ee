package webp

import (
	"context"
	"encoding/binary"
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

// An inspection says whether a picture may be flat art.
type inspection struct {
	colors int     // number of colors; manyColors if there are more
	plain  float64 // share of the visible pixels that equal their neighbors on the left and above
	even   float64 // share of the visible pixels that equal their neighbor on the left or above
	icon   bool    // the picture is so small that a few more bytes do not matter
}

const (
	fewColors  = 16
	manyColors = 256 + 1
)

// flat reports whether lossless compression is worth a try.
func (i inspection) flat() bool {
	return i.colors <= fewColors || i.plain > 0.2 || i.colors < manyColors && i.plain > 0.05 || i.icon ||
		i.even > 0.95 // such as a gradient in one direction
}

// worth returns the maximum ratio of the lossless size to the lossy size at which the lossless picture is chosen. Lossy
// compression blurs edges and letters and leaves noise around them. The noise is most visible if most of the picture is
// plain.
func (i inspection) worth() float64 {
	switch {
	case i.plain > 0.4:
		return 2.5
	case i.colors < manyColors:
		return 2
	}
	return 1.25
}

// reducedWorth is the number of pixels per byte up to which a lossless picture of at most fewColors colors is compared with
// a lossy one, if its colors were reduced.
const reducedWorth = 32

// worthAnyway is the number of bytes by which the lossless picture may always be larger than the lossy one. It matters
// for icons.
const worthAnyway = 1 << 10

// inspect examines the pixels. It first samples some rows, and stops if these show that the picture is not flat art.
func inspect(ctx context.Context, img *image.NRGBA) (i inspection, err error) {
	if h := img.Rect.Dy(); h > 64 {
		some, err := inspectRows(ctx, img, 16)
		if err != nil || !some.flat() {
			return some, err
		}
	}
	return inspectRows(ctx, img, 1)
}

// inspectRows examines every step-th row and the row above it.
func inspectRows(ctx context.Context, img *image.NRGBA, step int) (i inspection, err error) {
	w, h := img.Rect.Dx(), img.Rect.Dy()
	table := new(colorTable)
	plain, even, seen, few := 0, 0, 0, true
	for y := 0; y < h; y += step {
		if err := ctx.Err(); err != nil {
			return i, err
		}
		row := img.Pix[y*img.Stride:][:4*w]
		above := img.Pix[max(y-1, 0)*img.Stride:][:4*w]
		left := ^binary.LittleEndian.Uint32(row)
		for x := 0; x < len(row); x += 4 {
			v := binary.LittleEndian.Uint32(row[x:])
			if v>>24 == 0 {
				left = 0
				continue
			}
			seen++
			same := y > 0 && binary.LittleEndian.Uint32(above[x:]) == v
			if v != left {
				few = few && table.add([]uint32{v})
			} else if same || y == 0 {
				plain++
			}
			if v == left || same {
				even++
			}
			left = v
		}
	}
	i.icon = w*h <= 64*64
	i.colors, i.plain, i.even = manyColors, float64(plain)/float64(max(seen, 1)), float64(even)/float64(max(seen, 1))
	if few {
		i.colors = len(table.colors)
	}
	return i, nil
}
