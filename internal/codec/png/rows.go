package png

import (
	"context"
	"image"
	"math"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
)

// decoder decodes one file after another and reuses its buffers. The zero value is ready to use. Only one goroutine may
// use a decoder at a time. Decoding starts no goroutines.
type decoder struct {
	file
	inflater
	row, above []byte // filtered rows of the picture, or of a pass
	wide       []byte // a row in another format
	part       []byte // a row of an interlaced pass

	tolerant bool
	partial  bool  // in a tolerant decode: something was missing or damaged
	drawn    int64 // number of decoded pixels of a frame of an animation
	account  *codec.Account
	taken    int64 // bytes taken from the account that are returned when the picture is complete
}

// begin reads the chunks before the pixels of data, a whole file.
func (d *decoder) begin(ctx context.Context, data []byte) error {
	d.account, d.taken, d.partial = codec.AccountOf(ctx), 0, false
	w, err := d.open(codec.NewBytesReader(ctx, data))
	if err != nil {
		return err
	}
	c, ok, err := d.chunks(w, nil)
	switch {
	case err != nil:
		return err
	case !ok:
		return corrupt("no pixels")
	case d.damage != nil && !d.tolerant:
		return d.damage
	}
	d.partial = d.damage != nil
	return d.beginPixels(ctx, w, c, nil, int64(len(data))-c.at)
}

// beginPixels starts decoding pixels with c, their first chunk. The pixels take at most n bytes of the file.
func (d *decoder) beginPixels(ctx context.Context, w *walker, c chunk, seq *sequence, n int64) error {
	if d.Color == colorIndexed && d.colors == 0 {
		return corrupt("no palette")
	}
	// Refuse a file that is too short for its pixels before allocating memory.
	raw := d.rawBytes()
	if raw > float64(n)*maxInflation && !d.tolerant {
		return corrupt("too few bytes for the pixels")
	}
	const maxPixel = 8 // bytes
	if float64(d.Width)*float64(d.Height)*maxPixel > math.MaxInt {
		return unsupported("%d × %d pixels are more than can be addressed", d.Width, d.Height)
	}
	if err := d.take(d.workBytes()); err != nil {
		return err
	}
	row := d.rowBytes(d.Width)
	if cap(d.row) < row {
		d.row, d.above = make([]byte, row), make([]byte, row)
	}
	meter := codec.NewMeter(ctx, freeWork+maxWork*(n+int64(raw/16)))
	return d.reset(w, c, seq, row+1, meter)
}

const (
	// maxInflation is the maximum ratio of inflated to deflated bytes (RFC 1951: 258 bytes for two codes of one
	// bit).
	maxInflation = 1032

	// maxWork is the maximum work relative to an ordinary file with the same number of bytes and pixels: see
	// codec.Meter. freeWork is always allowed; it takes about 30 ms.
	maxWork  = 8
	freeWork = 3 << 20
)

// rawBytes returns the uncompressed size of all rows in bytes.
func (h *pictureHeader) rawBytes() float64 {
	return float64(h.Height) * (float64(float64(h.Width)*float64(h.samples()*h.Depth)/8) + 1)
}

// workBytes returns the working memory of a decoder, without the picture.
func (h *pictureHeader) workBytes() int64 {
	row := int64(h.rowBytes(h.Width))
	const fixed = history + slop + idatBuffer + idatPad + 4*(litEntries+distEntries) + 16<<10
	return fixed + 2*row + max(produce, row+1) + 2*8*int64(h.Width) // a wide row, and a row of an interlaced pass
}

func (d *decoder) take(n int64) error {
	err := d.account.Take(n)
	if err == nil {
		d.taken += n
	}
	return err
}

// maxKept is the maximum size of the buffers that a pooled decoder keeps, in bytes.
const maxKept = 1 << 20

// release returns the taken memory to the account.
func (d *decoder) release() {
	d.account.Give(d.taken)
	d.account, d.taken = nil, 0
}

// forget drops references to the file, and large buffers.
func (d *decoder) forget() {
	d.release()
	d.in.w, d.in.meter, d.in.seq = nil, nil, nil
	if cap(d.row)+cap(d.above)+cap(d.wide)+cap(d.part)+cap(d.window) > maxKept {
		d.row, d.above, d.wide, d.part, d.window = nil, nil, nil, nil, nil
	}
}

// pass reads the rows of a pass of the given size, and calls yield for each row with a number less than until. yield must
// not keep a row. pass returns the number of rows that were decoded.
func (d *decoder) pass(size image.Point, until int, yield func(y int, row []byte)) (rows int, err error) {
	if size.X == 0 || size.Y == 0 {
		return 0, nil // an empty pass is not in the file (8.1)
	}
	n, pixel := d.rowBytes(size.X), d.pixelBytes()
	d.row, d.above = d.row[:n], d.above[:n]
	clear(d.above)
	for y := range size.Y {
		src, err := d.next(n + 1)
		if err != nil {
			return y, err
		}
		if y >= until {
			if src[0] > filterPaeth {
				return y, corrupt("invalid filter type")
			}
			continue
		}
		if err := unfilter(src[0], d.row, src[1:], d.above, pixel); err != nil {
			return y, err
		}
		yield(y, d.row)
		d.row, d.above = d.above, d.row
	}
	return size.Y, nil
}

// salvaged returns nil if the decoder is tolerant, err is damage, and the decoded pixels are at least a tenth of all
// pixels. Otherwise it returns err.
func (d *decoder) salvaged(err error, pixels int64) error {
	if err == nil || !d.tolerant || !isDamage(err) || float64(pixels) < float64(d.Width)*float64(d.Height)/10 {
		return err
	}
	d.partial = true
	return nil
}
