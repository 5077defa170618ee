// Package jpeg decodes JPEG files at n/8 of their size, n from 1 to 8, doing only the work that the
// size asks for.
//
// A JPEG file holds 8×8 cosine coefficients; a picture of n/8 the size needs only the lowest n×n of
// each block, transformed by an n-point inverse DCT. The rest is stepped over: in a sequential file
// by a table that skips several Huffman symbols at once, in a progressive file by leaving out whole
// scans.
//
// Decoded are baseline, extended and progressive files of 8 bits, in Huffman (ITU-T T.81, SOF0 to
// SOF2) and arithmetic coding (SOF9, SOF10), every combination of sampling factors from 1 to 4,
// restart markers, and one (gray), three (Y'CbCr, RGB) or four (CMYK, YCCK) components. 12 bits,
// lossless and hierarchical files are [codec.ErrFormat].
//
// Complete pixels are a picture, whatever stands around them: the end of the file may be missing, and
// anything may follow the last scan. A sequential file is complete once every component has come, a
// progressive one with EOI, or once every bit of every coefficient has come.
//
// Section numbers in the comments are those of ITU-T T.81.
package jpeg

import (
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
)

func corrupt(what string) error     { return fmt.Errorf("%w: %s", codec.ErrCorrupt, what) }
func unsupported(what string) error { return fmt.Errorf("%w: %s", codec.ErrFormat, what) }

// Header is what a file says about itself before its first scan.
type Header struct {
	Width, Height int // pixels; never 0
	Components    int // 1, 3 or 4
	Progressive   bool
	ColorModel    color.Model // of the decoded picture: Gray, YCbCr, RGBA or CMYK

	// Sampling has the sampling factors (section A.1.1), {horizontal, vertical}, of each component,
	// 1 to 4: 4:2:0 is {2, 2}, {1, 1}, {1, 1}.
	Sampling [4][2]int
}

// ReadHeader reads the markers up to the first scan. Pixels are not looked at, and nothing is
// allocated for them.
func ReadHeader(data []byte) (Header, error) {
	var f frame
	s := segments{r: codec.NewBytesReader(context.Background(), data)}
	if _, err := s.readHead(&f, func(segment) error { return nil }); err != nil {
		return Header{}, err
	}
	h := Header{
		Width: f.width, Height: f.height, Components: len(f.comps),
		Progressive: f.progressive, ColorModel: f.colorModel(),
	}
	for i, c := range f.comps {
		h.Sampling[i] = [2]int{c.h, c.v}
	}
	return h, nil
}

// Options say how a file is to be decoded.
type Options struct {
	// Scale is the size in eighths, 1 to 8; 0 means 8. The picture is ⌈Width·Scale/8⌉ ×
	// ⌈Height·Scale/8⌉ pixels.
	Scale int

	// FullChroma decodes subsampled chroma at twice (or four times) the Scale, as far as the file
	// has it, as libjpeg does: 4:2:0 at 4/8 becomes 4:4:4. Without it a 4:2:0 file stays 4:2:0 at
	// every scale, which is cheaper, above all for progressive files, whose chroma scans are then
	// left out. It has no effect at Scale 8.
	FullChroma bool

	// RoughChroma leaves out the last bit of the AC coefficients of what FullChroma enlarges, in
	// progressive files that are not quantized coarsely. The scans that bring it take more time
	// than all others together.
	RoughChroma bool

	// Tolerant decodes what there is of a damaged or truncated file, if that is at least a tenth. It
	// looks for restart markers as libjpeg does. What is missing is mid-gray.
	Tolerant bool
}

func (o Options) scale() (int, error) {
	switch {
	case o.Scale == 0:
		return 8, nil
	case o.Scale < 1 || o.Scale > 8:
		return 0, fmt.Errorf("jpeg: scale %d/8 is outside 1/8 to 8/8", o.Scale)
	}
	return o.Scale, nil
}

// Decoder decodes one file after another and keeps its buffers and tables in between. The zero
// value is ready for use. Not for several goroutines at once. Decoding runs on the calling
// goroutine alone.
type Decoder struct {
	input
	frame
	tables
	segs  segments
	bits  bitReader
	arith arithmetic
	out   planes
	prog  coefficients
	blk   block
	meter *codec.Meter

	account *codec.Account
	taken   int64 // from the account

	readLast bool // the last scan is decoded whether it is wanted or not
	clean    bool // EOI follows the data of the last scan that was decoded

	tolerant bool
	partial  bool
	blocks   int // that a tolerant decode should have had
	missing  int // of these
}

// Decode decodes data, a whole file. The picture is an [*image.Gray], [*image.YCbCr], [*image.RGBA]
// (of an RGB file, opaque) or [*image.CMYK], with its origin at (0, 0) and the meaning that
// image/jpeg gives it (0 is no ink, even in an Adobe file, which stores the inverse). A combination
// of sampling factors that [image.YCbCr] can't express is brought to 4:4:4.
//
// The picture lies in the Decoder's memory: it is valid until the next call of Decode or Release.
// That memory is taken from the account of ctx until then.
//
// Errors match [codec.ErrCorrupt], [codec.ErrFormat] or [codec.ErrTooLarge], or are ctx's: ctx is looked at
// once per row of blocks. A progressive file whose scans are out of proportion to its pixels is too
// large, and so is what the account can't pay. Damage in what the scale leaves out may go unseen.
func (d *Decoder) Decode(ctx context.Context, data []byte, o Options) (image.Image, error) {
	n, err := o.scale()
	if err != nil {
		return nil, err
	}
	d.tolerant = false
	img, err := d.decode(ctx, data, n, o)
	if o.Tolerant && errors.Is(err, codec.ErrCorrupt) {
		d.tolerant = true
		img, err = d.decode(ctx, data, n, o)
	}
	d.forget()
	if err != nil {
		d.giveBack()
	}
	return img, err
}

// Partial reports whether a part of the last picture was missing or damaged.
func (d *Decoder) Partial() bool { return d.partial }

func (d *Decoder) decode(ctx context.Context, data []byte, n int, o Options) (image.Image, error) {
	d.reset(ctx, data)
	first, err := d.segs.readHead(&d.frame, d.readTables)
	if err != nil {
		return nil, err
	}
	if err := d.plausible(); err != nil {
		return nil, err
	}
	d.scaleTo(n, o.FullChroma)
	d.roughChroma = o.RoughChroma
	if m := d.memory(d.colorModel()); int64(int(m)) != m {
		return nil, unsupported("picture larger than what can be addressed")
	}
	if err := d.take(ctx, d.need()); err != nil {
		return nil, err
	}
	d.trim()
	d.meter = codec.NewMeter(ctx, d.maxWork())
	if d.progressive {
		err = d.decodeProgressive(ctx, first)
	} else {
		err = d.decodeSequential(ctx, first)
	}
	if err != nil {
		return nil, err
	}
	if d.tolerant && 10*(d.blocks-d.missing) < d.blocks {
		return nil, corrupt("less than a tenth of the picture can be decoded")
	}
	d.clean = d.endedCleanly()
	return d.picture(ctx)
}
