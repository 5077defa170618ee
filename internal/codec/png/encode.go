package png

import (
	"encoding/binary"
	"hash/crc32"
	"image"
	"io"
	"sync"

	"github.com/klauspost/compress/zlib"
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
// have pixels. Encode may be called from several goroutines. The error is w's.
func Encode(w io.Writer, img image.Image) error {
	e, _ := encoders.Get().(*encoder)
	if e == nil {
		e = new(encoder)
		for i, level := range levels {
			e.zlib[i], _ = zlib.NewWriterLevel(&e.packed[i], level) // fails for a level that does not exist
		}
	}
	e.encode(img)
	_, err := w.Write(e.out)
	if cap(e.out) <= maxPooled {
		encoders.Put(e)
	}
	return err
}

// maxPooled bounds the file that an encoder may hold on to, in bytes.
const maxPooled = 4 << 20

var encoders sync.Pool // of *encoder

// encoder keeps its buffers from one picture to the next.
type encoder struct {
	out    []byte // the file
	zlib   [len(levels)]*zlib.Writer
	packed [len(levels)]appender // what they made
	rows   appender              // all that was compressed, up to maxThorough bytes
	row    []byte
	above  []byte
	tries  [5][]byte // filter type and filtered row, one for each filter
}

func (e *encoder) encode(img image.Image) {
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
	e.chunk("IDAT", func() { e.pixels(f, row) })
	e.chunk("IEND", func() {})
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

// pixels appends the rows, filtered and compressed.
func (e *encoder) pixels(f *form, straight func(y int) []byte) {
	n, pixel := f.rowBytes(f.Width), f.pixelBytes()
	e.row, e.above = grow(e.row, n), grow(e.above, n)
	clear(e.above)
	for i := range e.tries {
		e.tries[i] = grow(e.tries[i], n+1)
		e.tries[i][0] = byte(i)
	}
	for i, z := range e.zlib {
		e.packed[i] = e.packed[i][:0]
		z.Reset(&e.packed[i])
	}
	e.rows = e.rows[:0]
	whole := f.Height*(n+1) <= maxThorough
	for y := range f.Height {
		f.pack(e.row, straight(y))
		row := e.tries[filterNone]
		if f.Color == Indexed || f.Depth < 8 { // neighbours tell nothing
			copy(row[1:], e.row)
		} else {
			row = e.filtered(e.row, e.above, pixel)
		}
		for _, z := range e.zlib[:thorough] {
			z.Write(row) // never fails, as the appender does not
		}
		if whole {
			e.rows = append(e.rows, row...)
		}
		e.row, e.above = e.above, e.row
	}
	for _, z := range e.zlib[:thorough] {
		z.Close()
	}
	best := e.packed[huffmanOnly]
	if p := e.packed[usual]; len(p) < len(best) {
		best = p
	}
	if whole && 4*len(best) < 3*len(e.packed[huffmanOnly]) { // matches save a quarter or more
		e.zlib[thorough].Write(e.rows)
		e.zlib[thorough].Close()
		if p := e.packed[thorough]; len(p) < len(best) {
			best = p
		}
	}
	e.out = append(e.out, best...)
}

// appender is a writer to a slice.
type appender []byte

func (a *appender) Write(p []byte) (int, error) {
	*a = append(*a, p...)
	return len(p), nil
}
