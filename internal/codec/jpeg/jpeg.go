// Package jpeg decodes and encodes JPEG files. It can decode at n/8 of the original size, n from 1 to 8.
// A smaller scale takes less work.
//
// A JPEG block has 8×8 DCT coefficients. At scale n/8 the decoder needs only the lowest n×n coefficients
// of each block, and applies an n-point inverse DCT to them. It skips the other coefficients: in a
// sequential file with a table that skips several Huffman symbols per lookup, and in a progressive file by
// skipping whole scans.
//
// The package decodes baseline, extended and progressive files with 8 bits per sample, with Huffman coding
// (ITU-T T.81, SOF0 to SOF2) or arithmetic coding (SOF9, SOF10), every combination of sampling factors from
// 1 to 4, restart markers, and one (gray), three (Y'CbCr, RGB) or four (CMYK, YCCK) components. For 12-bit,
// lossless and hierarchical files the error matches [codec.ErrFormat].
//
// A file with complete pixels is valid, even if its end is missing or if other data follow the last scan. A
// sequential file is complete once every component has been decoded. A progressive file is complete at EOI, or
// once every bit of every coefficient has been decoded.
//
// Section numbers in comments are those of ITU-T T.81.
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

// ErrLossless is the error for a frame of lossless coding. It matches [codec.ErrFormat].
var ErrLossless = unsupported(markerName(mSOF3))

// Header describes the picture, from the markers before the first scan.
type Header struct {
	Width, Height int // pixels; never 0
	Components    int // 1, 3 or 4
	progressive   bool
	colorModel    color.Model // of the decoded picture: Gray, YCbCr, RGBA or CMYK

	// sampling holds the sampling factors (section A.1.1) of each component, {horizontal, vertical}, 1 to 4.
	// 4:2:0 is {2, 2}, {1, 1}, {1, 1}.
	sampling [4][2]int
}

// ReadHeader reads the markers before the first scan. It does not read pixels or allocate memory for them.
func ReadHeader(data []byte) (Header, error) {
	var f frame
	s := segments{r: codec.NewBytesReader(context.Background(), data)}
	if _, err := s.readHead(&f, func(segment) error { return nil }); err != nil {
		return Header{}, err
	}
	h := Header{
		Width: f.width, Height: f.height, Components: len(f.comps),
		progressive: f.progressive, colorModel: f.colorModel(),
	}
	for i, c := range f.comps {
		h.sampling[i] = [2]int{c.h, c.v}
	}
	return h, nil
}

// Options control decoding.
type Options struct {
	// Scale is the size in eighths, 1 to 8; 0 means 8. The picture is ⌈Width·Scale/8⌉ ×
	// ⌈Height·Scale/8⌉ pixels.
	Scale int

	// FullChroma decodes subsampled chroma at two or four times the Scale, up to its stored resolution, as
	// libjpeg does: 4:2:0 at 4/8 becomes 4:4:4. Without FullChroma a 4:2:0 file stays 4:2:0 at every scale.
	// That is faster, above all for progressive files, where the decoder then skips more chroma scans.
	// FullChroma has no effect at Scale 8.
	FullChroma bool

	// roughChroma skips the last bit of the AC coefficients of components that FullChroma enlarges, in
	// progressive files without coarse quantization. The scans of that bit take more time than all other
	// scans together.
	roughChroma bool

	// Tolerant makes Decode return a damaged or truncated picture if at least a tenth of it can be decoded.
	// Missing pixels are mid-gray. After an error Decode searches for restart markers as libjpeg does.
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

// Decoder decodes one file after another and reuses its buffers and tables. The zero value is ready to
// use. Only one goroutine may use a Decoder at a time. Decoding starts no goroutines.
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
	taken   int64 // bytes taken from the account

	readLast bool // the last scan is decoded even if the scale does not need it
	clean    bool // EOI directly follows the data of the last decoded scan

	tolerant bool
	partial  bool
	blocks   int // number of blocks that a complete tolerant decode has
	missing  int // number of those blocks that are missing
	examined int // offset of the last marker that wasRestart examined
}

// Decode decodes data, a whole file. The picture is an [*image.Gray], [*image.YCbCr], [*image.RGBA] (opaque,
// for an RGB file) or [*image.CMYK], with its origin at (0, 0). Samples mean the same as in image/jpeg: in
// CMYK 0 is no ink, also for Adobe files, which store inverted values. If [image.YCbCr] can't express the
// combination of sampling factors, Decode converts the picture to 4:4:4.
//
// The picture uses the Decoder's memory and is valid until the next call of Decode or Release. The account of
// ctx is charged for that memory until then.
//
// Errors match [codec.ErrCorrupt], [codec.ErrFormat] or [codec.ErrTooLarge], or are the error of ctx, which is
// checked once per row of blocks. The error matches ErrTooLarge if the account is empty, or if the scans of a
// progressive file take too much work for its number of pixels. Decode may not notice damage in data that it
// skips because of the scale.
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

// Partial reports whether some pixels of the last picture were missing or damaged.
func (d *Decoder) Partial() bool { return d.partial }

// Missing returns the share of the last picture that was missing, from 0 to 0.9. It is 0 unless
// Partial is true.
func (d *Decoder) Missing() float64 {
	if d.blocks == 0 {
		return 0
	}
	return float64(d.missing) / float64(d.blocks)
}

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
	d.roughChroma = o.roughChroma
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
