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

// Compression is how the pixels of a picture are written.
type Compression uint8

// The compressions. Automatic is lossless for flat art, and lossy for all else.
const (
	Automatic Compression = iota
	Lossless
	Lossy
)

// EncodeOptions say how Encode writes a picture.
type EncodeOptions struct {
	Quality     float64 // of what is lossy, 0 to 100, on the scale of libwebp
	Effort      int     // 0, fast, to 6, small
	Compression Compression
	Exact       bool   // a lossless picture keeps colors where nothing of them shows
	Profile     []byte // of colors, ICC; nil: there is none, which means sRGB
}

// Encode writes img as WebP (RFC 9649). The bytes depend on the picture and the options alone. ctx is looked at
// once per row or so, and memory taken from its account: see [EncodeMemory].
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

// EncodeMemory returns the most bytes that it takes to encode a picture of that size, without the picture: of the
// account of Encode, and of the file, of which the buffer grows by a quarter. That is as many for noise that is lossless as
// for noise of any quality and effort; a photo at quality 80 takes half of it.
func EncodeMemory(size image.Point) int64 {
	return 18*area(size) + 128*int64(size.X) + 512<<10 + min(112*area(size), 5<<19)
}

// release gives back the memory of a frame.
func (f *codedFrame) release(ctx context.Context) {
	release(ctx, f.image)
	release(ctx, f.alpha)
	*f = codedFrame{}
}

// encodeFrame compresses a picture as the options say.
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
	if err != nil || o.Compression == Lossless || look.colors <= fewColors {
		return lossless, err
	}
	lossy, err := encodeLossyFrame(ctx, straight, straight, o)
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

// lossyAnyway reports whether a picture is lossy whatever is in it, and opaque: planes of Y'CbCr come of lossy
// files.
func lossyAnyway(img image.Image, c Compression) bool {
	_, planes := img.(*image.YCbCr)
	return planes && c != Lossless
}

// encodeLossyFrame compresses img, whose alpha is that of straight, if there is one.
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

// takeAll takes n bytes from the account of ctx, however few.
func takeAll(ctx context.Context, n int64) error { return codec.AccountOf(ctx).Take(n) }

func giveAll(ctx context.Context, n int64) { codec.AccountOf(ctx).Give(n) }

// An inspection says whether a picture may be flat art.
type inspection struct {
	colors int     // up to manyColors
	plain  float64 // the share of visible pixels that are like those on the left and above
	icon   bool    // it is so small that a few bytes more do not matter
}

const (
	fewColors  = 16
	manyColors = 256 + 1
)

// flat reports whether it is worth a try to compress the picture losslessly.
func (i inspection) flat() bool {
	return i.colors <= fewColors || i.plain > 0.2 || i.colors < manyColors && i.plain > 0.05 || i.icon
}

// worth is how many times the bytes of the lossy picture a lossless one may have: lossy edges and letters
// are blurred, and the ground around them is dirty, which is seen most where nearly all is plain.
func (i inspection) worth() float64 {
	switch {
	case i.plain > 0.4:
		return 2.5
	case i.colors < manyColors:
		return 2
	}
	return 1.25
}

// worthAnyway is how many bytes more a lossless picture may have, however short it is: an icon.
const worthAnyway = 1 << 10

// inspect looks at the pixels: at some rows, and only where these may be flat art at all.
func inspect(ctx context.Context, img *image.NRGBA) (i inspection, err error) {
	if h := img.Rect.Dy(); h > 64 {
		some, err := inspectRows(ctx, img, 16)
		if err != nil || !some.flat() {
			return some, err
		}
	}
	return inspectRows(ctx, img, 1)
}

// inspectRows looks at every so many rows, and those above them.
func inspectRows(ctx context.Context, img *image.NRGBA, step int) (i inspection, err error) {
	w, h := img.Rect.Dx(), img.Rect.Dy()
	table := new(colorTable)
	plain, seen, few := 0, 0, true
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
			if v != left {
				few = few && table.add([]uint32{v})
			} else if binary.LittleEndian.Uint32(above[x:]) == v {
				plain++
			}
			left = v
		}
	}
	i.icon = w*h <= 64*64
	i.colors, i.plain = manyColors, float64(plain)/float64(max(seen, 1))
	if few {
		i.colors = len(table.colors)
	}
	return i, nil
}
