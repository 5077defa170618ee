package png

import (
	"context"
	"image"
	"math"
)

// Decoder decodes one file after another and keeps its buffers in between. The zero value is ready
// for use. Not for several goroutines at once. Decoding runs on the calling goroutine alone.
type Decoder struct {
	file
	inflater
	row, above []byte // of the picture, or of the pass
	wide       []byte // the row in a format that others understand
}

// begin reads what is before the pixels.
func (d *Decoder) begin(data []byte) error {
	if err := d.readHeader(data); err != nil {
		return err
	}
	// A file that can't hold its pixels is found out before they are given room: deflate makes at
	// most 1032 bytes of one, matches of 258 bytes by two bits each.
	const maxInflation = 1032
	if float64(d.Width)*float64(d.Height)*float64(d.samples()*d.Depth)/8 > float64(len(d.idat))*maxInflation {
		return corrupt("too few bytes for the pixels")
	}
	const maxPixel = 8 // bytes
	if float64(d.Width)*float64(d.Height)*maxPixel > math.MaxInt {
		return unsupported("%d × %d pixels are more than can be addressed", d.Width, d.Height)
	}
	n := d.rowBytes(d.Width)
	if cap(d.row) < n {
		d.row, d.above = make([]byte, n), make([]byte, n)
	}
	return d.reset(d.idat, n+1)
}

// forget lets go of the file.
func (d *Decoder) forget() {
	d.idat, d.behind, d.in.data, d.in.part = nil, nil, nil, nil
}

// pass reads rows of that many pixels and gives those before until to yield, which may not keep them.
func (d *Decoder) pass(ctx context.Context, size image.Point, until int, yield func(y int, row []byte)) error {
	if size.X == 0 || size.Y == 0 {
		return nil // not in the file (8.1)
	}
	n, pixel := d.rowBytes(size.X), d.pixelBytes()
	d.row, d.above = d.row[:n], d.above[:n]
	clear(d.above)
	for y := range size.Y {
		src, err := d.next(ctx, n+1)
		if err != nil {
			return err
		}
		if y >= until {
			if src[0] > filterPaeth {
				return corrupt("filter type")
			}
			continue
		}
		if err := unfilter(src[0], d.row, src[1:], d.above, pixel); err != nil {
			return err
		}
		yield(y, d.row)
		d.row, d.above = d.above, d.row
	}
	return nil
}

// end checks that the pixels, and then the file, end here.
func (d *Decoder) end(ctx context.Context) error {
	if err := d.finish(ctx); err != nil {
		return err
	}
	var err error
	if d.behind, err = d.in.rest(); err != nil {
		return err
	}
	return d.readTrailer()
}
