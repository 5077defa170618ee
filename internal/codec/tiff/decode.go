package tiff

import (
	"context"
	"errors"
	"image"
	"io"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
	"github.com/rest-thumbnails/thumbnail/internal/resample"
)

// A decoder holds the state of decoding one file.
type decoder struct {
	ctx       context.Context
	account   *codec.Account
	meter     *codec.Meter
	layout    *layout
	data      []byte
	tolerant  bool
	sourceRow int // bytes of a row that a source returns
	sources   []source
	taken     int64 // bytes taken from the account for sources
	eighths   int   // scale at which JPEG strips or tiles are decoded

	lanes   []*lane
	convert *converter
	missing int64 // number of damaged pixels

	assumed   bool          // offsets of strips or tiles are cut off, and were assumed
	ruler     ruler         // measures strips or tiles whose lengths are cut off; nil before the first one
	ruled     []byte        // a row of the ruler
	inflater  io.ReadCloser // measures zlib streams; nil before the first one
	planes    []trail       // where planes begin whose offsets are cut off, as far as they were found
	soundJPEG bool          // readsJPEG has found a strip or tile with a readable JPEG header
}

// errRepaint means that a palette picture has damaged pixels and the palette may have no mid-gray. The picture is
// then decoded again as RGB.
var errRepaint = errors.New("damaged pixels in a picture with a palette")

func decode(ctx context.Context, data []byte, h *codec.Header, o codec.Options) (*codec.Picture, error) {
	l, err := layoutOf(ctx, data, h)
	if err != nil {
		return nil, err
	}
	if l.cut && !o.Tolerant {
		return nil, corrupt("the directory is cut off")
	}
	if l.isOneJPEG() {
		return l.decodeJPEG(ctx, data, o)
	}
	account := codec.AccountOf(ctx)
	before := account.Used()
	pic, err := decodeLayout(ctx, data, l, o, false)
	if errors.Is(err, errRepaint) {
		account.Give(account.Used() - before)
		pic, err = decodeLayout(ctx, data, l, o, true)
	}
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		err = corrupt("pixels are missing")
	}
	return pic, err
}

// decodeLayout decodes the picture that l describes. If colors is true, palette indices become colors.
func decodeLayout(ctx context.Context, data []byte, l *layout, o codec.Options, colors bool) (*codec.Picture, error) {
	d := &decoder{ctx: ctx, account: codec.AccountOf(ctx), layout: l, data: data, tolerant: o.Tolerant}
	d.meter = codec.NewMeter(ctx, l.work(int64(len(data))))
	defer d.close()
	small := shrunk(l, o)
	full := image.Pt(l.width, l.height)
	if d.eighths = l.eighths(small); d.eighths < 8 {
		l = l.reduced(d.eighths)
		d.layout = l
	}
	var err error
	if d.convert, err = newConverter(ctx, l, data, colors || small != (image.Point{}), o); err != nil {
		return nil, err
	}
	if err := d.open(); err != nil {
		return nil, err
	}
	var out canvas
	if small != (image.Point{}) {
		out, err = newReduced(ctx, d.convert.format, full, d.eighths, small)
	} else {
		out, err = d.newWhole()
	}
	if err != nil {
		return nil, err
	}
	defer out.close()
	area := int64(l.width) * int64(l.height)
	for y := range l.height {
		if err := d.rowTo(out, y); err != nil {
			return nil, err
		}
		if d.missing > area-(area+9)/10 {
			return nil, corrupt("less than a tenth of the picture can be decoded")
		}
	}
	img, err := out.image()
	if err != nil {
		return nil, err
	}
	pic := &codec.Picture{Image: img, Partial: d.missing > 0 || l.cut || d.assumed || d.convert.cut}
	if small != (image.Point{}) {
		pic.Release = func() { resample.Release(ctx, img) }
	}
	return pic, nil
}

// work returns the maximum work of decoding, in units of codec.Meter: a multiple of the work that ordinary files of
// as many bytes and pixels take.
func (l *layout) work(fileSize int64) int64 {
	bits := l.samples * max(l.bits, 8) // per pixel
	if l.photometric == palette || l.alpha != alphaNone {
		bits += 32 // palette pictures, and gray with alpha, become colors
	}
	const row = 8 // for the calls of a row, in each plane
	return 1<<22 + 4*fileSize + row*int64(l.height) + int64(min(float64(l.width)*float64(l.height)*float64(bits), 1<<59)/32)
}

// shrunk returns the size to which the picture is scaled during decoding. It returns the zero Point if the picture is
// decoded at full size.
func shrunk(l *layout, o codec.Options) image.Point {
	if o.Least == (image.Point{}) || 2*o.Least.X > l.width || 2*o.Least.Y > l.height {
		return image.Point{}
	}
	return o.Least
}

// open creates the lanes. Planes that are neither color nor alpha need no lane.
func (d *decoder) open() error {
	l := d.layout
	d.sourceRow = l.segRowBytes()
	if l.subsampled() {
		d.sourceRow = l.segW * 3
	}
	planes := []int{0}
	if l.planar {
		planes = d.convert.wanted
	}
	for _, plane := range planes {
		a, err := d.newLane(plane)
		if err != nil {
			return err
		}
		d.lanes = append(d.lanes, a)
	}
	return nil
}

func (d *decoder) close() {
	for _, s := range d.sources {
		s.close()
	}
	d.account.Give(d.taken)
	d.taken = 0
}

// rowTo decodes row y and writes it to out.
func (d *decoder) rowTo(out canvas, y int) error {
	for i, a := range d.lanes {
		row, err := a.row(y)
		if err != nil {
			return err
		}
		d.convert.rows[i] = row
	}
	row := d.convert.row()
	if d.tolerant {
		damaged, err := d.paint(row, y)
		if err != nil {
			return err
		}
		d.missing += damaged
	}
	out.write(y, row)
	return d.meter.Output(len(row))
}

// tolerates reports whether decoding continues after err. It does not continue if the context has ended or if the
// account is empty.
func (d *decoder) tolerates(err error) bool {
	return d.tolerant && d.ctx.Err() == nil && !errors.Is(err, codec.ErrTooLarge) && !errors.Is(err, codec.ErrFormat)
}

// paint makes damaged pixels of row y mid-gray, or transparent if there is alpha. It returns their number.
func (d *decoder) paint(row []byte, y int) (n int64, err error) {
	f, end := d.convert.format, 0
	pixel := f.BytesPerPixel()
	for _, a := range d.lanes { // all lanes have the same columns
		a.damaged(y, func(x, to int) {
			if d.convert.indexed {
				err = errRepaint
				return
			}
			paintRow(f, row[x*pixel:to*pixel])
			n += int64(to - x)
			end = max(end, to)
		})
	}
	return min(n, int64(end)), err
}

// paintRow makes pixels mid-gray, or transparent if the format has alpha.
func paintRow(f resample.Format, row []byte) {
	switch f {
	case resample.NRGBA8, resample.NRGBA16, resample.RGBA8, resample.RGBA16:
		clear(row)
	case resample.CMYK8:
		for i := range row {
			row[i] = 127 * byte(i&3/3)
		}
	case resample.Gray16, resample.RGB16:
		for i := range row {
			row[i] = 128 - 128*byte(i&1)
		}
	default:
		for i := range row {
			row[i] = 128
		}
	}
}
