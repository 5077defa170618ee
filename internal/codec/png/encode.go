package png

import (
	"context"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"io"
	"sync"

	"github.com/klauspost/compress/zlib"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
)

// The filtered rows are compressed in two ways, and the smaller result is taken. What filters leave
// of a photo is noise, in which matches cost more bits than they save: there Huffman codes alone
// are up to 15 % smaller, and so fast that trying costs little. Levels above 6 take twice as long
// to save 2 %. Where matches save much, the picture is a drawing or a page of text: that is quickly
// done once more, at a level that is 2 to 6 % smaller then.
var levels = [...]int{zlib.HuffmanOnly, 6, 8}

const huffmanOnly, usual, thorough = 0, 1, 2 // in levels

// maxThorough bounds the pictures that are compressed once more, in bytes of their filtered rows.
const maxThorough = 1 << 20

// Encode writes img to w with 8 bits per sample, without loss but for the colour of what is wholly
// transparent: in indices or grey of as few bits as will do, else in grey, grey with alpha, RGB, or
// RGBA. Equal pictures give equal bytes, whatever their types. img, which is not modified, must
// have pixels. Encode may be called from several goroutines.
//
// Memory is taken from the account of ctx: of rows, and of what is compressed. The windows and tables of the compressors,
// 3 MiB, are a pool's. The error is w's, that of
// an account that is empty, or that of ctx.
func Encode(ctx context.Context, w io.Writer, img image.Image) error {
	e, _ := encoders.Get().(*encoder)
	if e == nil {
		e = new(encoder)
		for i, level := range levels {
			e.zlib[i], _ = zlib.NewWriterLevel(&e.packed[i], level) // fails for a level that does not exist
		}
	}
	err := e.begin(ctx, img.Bounds().Size())
	if err == nil {
		err = e.encode(ctx, w, img)
	}
	e.end()
	return err
}

// begin takes what an encoder has before it knows how much it writes. Memory of a picture before that
// is larger than this one could need is dropped, so that it is not refused for it.
func (e *encoder) begin(ctx context.Context, size image.Point) error {
	e.account, e.taken = codec.AccountOf(ctx), 0
	need := 7 * 4 * int64(size.X)
	most := 4*size.X*size.Y + 4<<10
	for _, a := range []*appender{&e.rows, &e.packed[0], &e.packed[1], &e.packed[2]} {
		if cap(a.b) > most {
			a.b = nil
		}
	}
	for i := range e.packed {
		e.packed[i].account = e.account
		need += int64(cap(e.packed[i].b))
	}
	e.rows.account = e.account
	need += int64(cap(e.rows.b))
	if err := e.account.Take(need); err != nil {
		return err
	}
	e.taken = need
	return nil
}

// end gives back what was taken, and keeps the encoder for another picture unless it has become large.
func (e *encoder) end() {
	kept := 0
	for _, a := range []*appender{&e.rows, &e.packed[0], &e.packed[1], &e.packed[2]} {
		e.taken += a.taken
		a.taken, a.account = 0, nil
		kept += cap(a.b)
	}
	e.account.Give(e.taken)
	e.account = nil
	if kept <= maxPooled {
		encoders.Put(e)
	}
}

// maxPooled bounds the file that an encoder may hold on to, in bytes.
const maxPooled = 4 << 20

var encoders sync.Pool // of *encoder

// encoder keeps its buffers from one picture to the next.
type encoder struct {
	account *codec.Account
	taken   int64
	out     []byte // the next chunk
	zlib    [len(levels)]*zlib.Writer
	packed  [len(levels)]appender // what they made
	rows    appender              // all that was compressed, up to maxThorough bytes
	row     []byte
	above   []byte
	tries   [5][]byte // filter type and filtered row, one for each filter
}

func (e *encoder) encode(ctx context.Context, w io.Writer, img image.Image) error {
	row := straightRows(img)
	f := chooseForm(img.Bounds().Size(), row)
	e.out = append(e.out[:0], signature...)
	e.chunk("IHDR", func() {
		e.out = binary.BigEndian.AppendUint32(e.out, uint32(f.Width))
		e.out = binary.BigEndian.AppendUint32(e.out, uint32(f.Height))
		e.out = append(e.out, byte(f.Depth), byte(f.Color), 0, 0, 0)
	})
	if f.Color == Indexed {
		e.palette(f.colours.List())
	}
	packed, err := e.pixels(ctx, f, row)
	if err != nil {
		return err
	}
	// The pixels are written from where they lie.
	at := len(e.out)
	e.out = append(binary.BigEndian.AppendUint32(e.out, uint32(len(packed))), "IDAT"...)
	sum := crc32.Update(crc32.ChecksumIEEE(e.out[at+4:]), crc32.IEEETable, packed)
	if _, err := w.Write(e.out); err != nil {
		return err
	}
	if _, err := w.Write(packed); err != nil {
		return err
	}
	e.out = binary.BigEndian.AppendUint32(e.out[:0], sum)
	e.chunk("IEND", func() {})
	_, err = w.Write(e.out)
	return err
}

// chunk appends a chunk whose data fill appends.
func (e *encoder) chunk(kind string, fill func()) {
	at := len(e.out)
	e.out = append(append(e.out, 0, 0, 0, 0), kind...)
	fill()
	binary.BigEndian.PutUint32(e.out[at:], uint32(len(e.out)-at-8))
	e.out = binary.BigEndian.AppendUint32(e.out, crc32.ChecksumIEEE(e.out[at+4:]))
}

// palette appends PLTE, and tRNS if there is a colour that is not opaque; these come first.
func (e *encoder) palette(colours []uint32) {
	e.chunk("PLTE", func() {
		for _, c := range colours {
			e.out = append(e.out, byte(c), byte(c>>8), byte(c>>16))
		}
	})
	if colours[0]>>24 == 255 {
		return
	}
	e.chunk("tRNS", func() {
		for _, c := range colours {
			if c>>24 != 255 {
				e.out = append(e.out, byte(c>>24))
			}
		}
	})
}

// pixels returns the rows, filtered and compressed. They are valid until the encoder is used again.
func (e *encoder) pixels(ctx context.Context, f *form, straight func(y int) []byte) ([]byte, error) {
	n, pixel := f.rowBytes(f.Width), f.pixelBytes()
	e.row, e.above = grow(e.row, n), grow(e.above, n)
	clear(e.above)
	for i := range e.tries {
		e.tries[i] = grow(e.tries[i], n+1)
		e.tries[i][0] = byte(i)
	}
	for i, z := range e.zlib {
		e.packed[i].b = e.packed[i].b[:0]
		z.Reset(&e.packed[i])
	}
	e.rows.b = e.rows.b[:0]
	whole := f.Height*(n+1) <= maxThorough
	every := max(1<<18/n, 1) // filters are slow: four times a megabyte
	for y := range f.Height {
		if y%every == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		f.pack(e.row, straight(y))
		row := e.tries[filterNone]
		if f.Color == Indexed || f.Depth < 8 { // neighbours tell nothing
			copy(row[1:], e.row)
		} else {
			row = e.filtered(e.row, e.above, pixel)
		}
		for _, z := range e.zlib[:thorough] {
			if _, err := z.Write(row); err != nil {
				return nil, err
			}
		}
		if whole {
			if _, err := e.rows.Write(row); err != nil {
				return nil, err
			}
		}
		e.row, e.above = e.above, e.row
	}
	for _, z := range e.zlib[:thorough] {
		if err := z.Close(); err != nil {
			return nil, err
		}
	}
	best := e.packed[huffmanOnly].b
	if p := e.packed[usual].b; len(p) < len(best) {
		best = p
	}
	if whole && 4*len(best) < 3*len(e.packed[huffmanOnly].b) { // matches save a quarter or more
		_, err := e.zlib[thorough].Write(e.rows.b)
		if err = errors.Join(err, e.zlib[thorough].Close()); err != nil {
			return nil, err
		}
		if p := e.packed[thorough].b; len(p) < len(best) {
			best = p
		}
	}
	return best, nil
}

// appender is a writer to a slice, whose memory is the account's.
type appender struct {
	b       []byte
	account *codec.Account
	taken   int64
}

func (a *appender) Write(p []byte) (int, error) {
	if need := len(a.b) + len(p); need > cap(a.b) {
		if err := a.grow(need); err != nil {
			return 0, err
		}
	}
	a.b = append(a.b, p...)
	return len(p), nil
}

// grow makes room for need bytes: twice as many up to a megabyte, and a quarter more beyond.
func (a *appender) grow(need int) error {
	size := max(need, min(2*cap(a.b), 1<<20), cap(a.b)+cap(a.b)/4, 512)
	if err := a.account.Take(int64(size)); err != nil {
		return err
	}
	b := make([]byte, len(a.b), size)
	copy(b, a.b)
	a.b = b
	a.account.Give(a.taken)
	a.taken = int64(size)
	return nil
}
