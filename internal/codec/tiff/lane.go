package tiff

import (
	"github.com/rest-thumbnails/thumbnail/internal/codec"
	"github.com/rest-thumbnails/thumbnail/internal/codec/png"
)

// A lane decodes the rows of the picture, or of one plane of it.
//
// It decodes strips, and tiles as wide as the picture, row by row. If several tiles are side by side, a lane either
// decodes all of them in parallel, row by row, or one after the other into a band as high as a tile. It chooses the
// way that takes less memory.
type lane struct {
	decoder *decoder
	plane   int
	cols    []column
	banded  bool
	trail   trail

	raw     []byte // a row of a strip or tile
	scratch []byte
	expand  func(dst, src []byte, n int)
	band    []byte
	stride  int // bytes per row of the band
	pixel   int // bytes per pixel
	first   int // row of the picture at which the band begins
	rows    int // number of rows in the band
}

// A column is a column of strips or tiles.
type column struct {
	src  source
	x, w int // horizontal position and width within the picture in pixels
	bad  int // first damaged row of the current strip or tile, as a row of the picture
}

func (d *decoder) newLane(plane int) (*lane, error) {
	l := d.layout
	a := &lane{decoder: d, plane: plane, banded: l.banded(), expand: l.expand()}
	a.pixel = l.rowSamples() * l.sampleBytes()
	a.stride = l.width * a.pixel
	height := 1
	if a.banded {
		height = min(l.segH, l.height)
	}
	var err error
	if a.band, err = codec.Bytes(d.ctx, a.stride*height); err != nil {
		return nil, err
	}
	if a.raw, err = codec.Bytes(d.ctx, max(l.segRowBytes(), l.segW*l.pixelBytes())); err != nil {
		return nil, err
	}
	if a.scratch, err = codec.Bytes(d.ctx, l.scratch()); err != nil {
		return nil, err
	}
	a.cols, err = codec.Make[column](d.ctx, l.across(), columnSize)
	return a, err
}

// columnSize is the size of a column in bytes.
const columnSize = 40

// pixelBytes returns the size in bytes of a pixel before expand, rounded down.
func (l *layout) pixelBytes() int { return l.rowSamples() * l.bits / 8 }

// banded reports whether tiles are decoded into a band.
func (l *layout) banded() bool {
	if l.across() == 1 {
		return false
	}
	band := int64(min(l.segH, l.height)) * int64(l.width) * int64(l.rowSamples()*l.sampleBytes())
	return l.isJPEG() || band < int64(l.across())*l.aloneBytes()
}

// row decodes row y. Calls must be in order of y. The row is valid until the next call.
func (a *lane) row(y int) ([]byte, error) {
	if a.banded {
		if y >= a.first+a.rows {
			if err := a.fill(y); err != nil {
				return nil, err
			}
		}
		return a.band[(y-a.first)*a.stride:][:a.stride], nil
	}
	if y%a.decoder.layout.segH == 0 {
		for i := range a.cols {
			if err := a.open(&a.cols[i], i, y); err != nil {
				return nil, err
			}
		}
	}
	if src, ok := a.cols[0].src.(slicer); ok && a.asIs() && a.cols[0].bad > y {
		row, err := src.slice(a.stride)
		if err == nil {
			return row, nil
		}
		return a.band, a.failed(&a.cols[0], y, err)
	}
	for i := range a.cols {
		if err := a.read(&a.cols[i], y, a.band); err != nil {
			return nil, err
		}
	}
	return a.band, nil
}

// asIs reports whether decompressed rows of a strip need no further processing.
func (a *lane) asIs() bool {
	l := a.decoder.layout
	sound := l.bits == 8 || l.isWords() && !l.isLittle()
	return len(a.cols) == 1 && sound && !l.predicts() && l.fillOrder != 2 && l.segW == l.width
}

// fill decodes the row of tiles that begins with row y of the picture.
func (a *lane) fill(y int) error {
	l := a.decoder.layout
	a.first, a.rows = y, min(l.segH, l.height-y)
	for i := range a.cols {
		c := &a.cols[i]
		c.src = a.cols[0].src // all columns share one source
		if err := a.open(c, i, y); err != nil {
			return err
		}
		a.cols[0].src = c.src
		for j := range a.rows {
			if err := a.read(c, y+j, a.band[j*a.stride:][:a.stride]); err != nil {
				return err
			}
		}
	}
	return nil
}

// open starts the strip or tile in column i that contains row y.
func (a *lane) open(c *column, i, y int) error {
	l := a.decoder.layout
	c.x, c.bad = i*l.segW, l.height
	c.w = min(l.segW, l.width-c.x)
	rows := min(l.segH, l.height-y)
	if c.src == nil {
		if err := a.decoder.account.Take(l.sourceBytes()); err != nil {
			return err
		}
		a.decoder.taken += l.sourceBytes()
		src, err := a.decoder.newSource()
		if err != nil {
			return err
		}
		c.src = src
		a.decoder.sources = append(a.decoder.sources, src)
	}
	at := (int64(a.plane)*int64(l.down())+int64(y/l.segH))*int64(l.across()) + int64(i)
	in, err := a.segment(at, rows)
	if err == nil {
		if l.tiled {
			rows = l.segH
		}
		err = c.src.reset(in, rows)
	}
	if err != nil {
		if err := a.decoder.meter.Spend(segmentCost); err != nil {
			return err
		}
		return a.failed(c, y, err)
	}
	a.announce(c, at, y)
	return nil
}

// announce passes the strip or tile after the current one to a source of deflated data. at is the number of the current
// strip or tile, which begins with row y.
func (a *lane) announce(c *column, at int64, y int) {
	l := a.decoder.layout
	src, ok := c.src.(*deflateSource)
	if !ok || at+1 >= int64(a.plane+1)*int64(l.down())*int64(l.across()) || !l.pairs() {
		return
	}
	rows := l.segH
	if !l.tiled {
		rows = min(rows, l.height-y-l.segH)
	}
	if next, err := a.segment(at+1, rows); err == nil {
		src.follow(next, rows)
	}
}

// read decodes the next row of a column into its part of row.
func (a *lane) read(c *column, y int, row []byte) error {
	if y >= c.bad {
		return nil
	}
	l := a.decoder.layout
	dst := row[c.x*a.pixel:][:c.w*a.pixel]
	if l.bytesDiffer() {
		src, err := a.stored(c)
		if err != nil {
			return a.failed(c, y, err)
		}
		png.UndoSub(dst, src[:len(dst)], l.rowSamples())
		return nil
	}
	if a.expand == nil && l.isWords() {
		src, err := a.stored(c)
		if err != nil {
			return a.failed(c, y, err)
		}
		l.words(dst, src[:len(dst)])
		return nil
	}
	raw := a.raw[:a.decoder.sourceRow]
	direct := a.expand == nil && len(raw) == len(dst)
	if direct {
		raw = dst
	}
	if err := c.src.read(raw); err != nil {
		return a.failed(c, y, err)
	}
	raw = l.tidy(raw, a.scratch)
	switch {
	case direct:
	case a.expand == nil:
		copy(dst, raw)
	default:
		a.expand(dst, raw, c.w*l.rowSamples())
	}
	return nil
}

// stored returns the next row of a column as it is stored in the file. If the source is a slicer, the row is not
// copied.
func (a *lane) stored(c *column) ([]byte, error) {
	if src, ok := c.src.(slicer); ok {
		return src.slice(a.decoder.sourceRow)
	}
	row := a.raw[:a.decoder.sourceRow]
	return row, c.src.read(row)
}

// failed marks a column as damaged from row y on if the decoder tolerates err. Otherwise it returns err.
func (a *lane) failed(c *column, y int, err error) error {
	if !a.decoder.tolerates(err) {
		return err
	}
	c.bad = y
	return nil
}

// damaged calls visit for each column that is damaged in row y. The arguments of visit are the first pixel of the column
// and the pixel after its last one.
func (a *lane) damaged(y int, visit func(x, to int)) {
	for i := range a.cols {
		if c := &a.cols[i]; y >= c.bad {
			visit(c.x, c.x+c.w)
		}
	}
}
