package png

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"io"
	"sync"
	"unsafe"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
	"github.com/rest-thumbnails/thumbnail/internal/deflate"
)

// Encode writes img to w as PNG with 8 bits per sample or fewer. Compression is lossless, except that
// fully transparent pixels lose their color. Encode uses a palette or gray with the smallest bit depth
// that suffices, else gray with alpha, RGB or RGBA. Equal pictures give equal bytes, whatever their Go
// types. Encode does not modify img. Several goroutines may call Encode at once.
//
// Encode tries filter strategies on samples of the picture and takes the one that compresses best. A
// strategy is one filter for all rows, or for each row the filter that leaves the fewest distinct byte pairs.
//
// Encode takes its memory from the account of ctx. It returns the error of w, of ctx, or of an empty account, and an error if
// a side of img is 0.
func Encode(ctx context.Context, w io.Writer, img image.Image) error {
	if img.Bounds().Empty() {
		return errSide
	}
	e, _ := encoders.Get().(*encoder)
	if e == nil {
		e = new(encoder)
	}
	err := e.begin(ctx, img.Bounds().Size())
	if err == nil {
		err = e.encode(ctx, w, img)
	}
	e.end()
	return err
}

// errSide is returned for a picture without pixels, which no PNG file can hold.
var errSide = errors.New("png: a side of the picture is 0")

// begin charges the account for the buffers of the encoder. It drops buffers left from an earlier picture that
// are larger than this picture can need, so that they can't exhaust the account.
func (e *encoder) begin(ctx context.Context, size image.Point) error {
	e.account, e.taken = codec.AccountOf(ctx), 0
	most := (4*size.X + 1) * size.Y
	need := 7*4*int64(size.X) + int64(unsafe.Sizeof(encoder{})) + deflate.Memory(most)
	for _, a := range []*appender{&e.rows, &e.packed} {
		if cap(a.b) > most+4<<10 {
			a.b = nil
		}
		a.account = e.account
		need += int64(cap(a.b))
	}
	if most < e.held/4 {
		e.deflate = deflate.Compressor{}
	}
	e.held = most
	if err := e.account.Take(need); err != nil {
		return err
	}
	e.taken = need
	return nil
}

// EncodeMemory returns the maximum memory in bytes for encoding a picture of the given size: the memory of Encode
// and of the buffer of the file, which grows by a quarter. The picture itself is not included.
func EncodeMemory(size image.Point) int64 {
	pixels := (4*int64(size.X) + 1) * int64(size.Y)
	long := pixels + pixels>>10 + 4<<10 // maximum size of the file
	fixed := 7*4*int64(size.X) + int64(unsafe.Sizeof(encoder{})) + deflate.Memory(int(pixels))
	// The sum covers the filtered rows, the compressed data and the file. Buffers grow by a quarter, or double while
	// they are small. Buffers of an encoder from the pool may be too small, and then exist together with the new
	// ones.
	return fixed + pixels + 2*(long+long/4) + min(2*long, 2<<20) + min(2*long, maxPooled) + 64<<10
}

// end returns all memory to the account. It puts the encoder back into the pool unless its buffers are large.
func (e *encoder) end() {
	kept := 0
	for _, a := range []*appender{&e.rows, &e.packed} {
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

// maxPooled is the maximum size in bytes of the buffers that a pooled encoder keeps.
const maxPooled = 4 << 20

var encoders sync.Pool // of *encoder

// encoder keeps its buffers from one picture to the next.
type encoder struct {
	account *codec.Account
	taken   int64
	out     []byte   // chunks that have not been written yet
	rows    appender // filtered rows
	packed  appender // compressed rows
	deflate deflate.Compressor
	held    int // size in bytes of the uncompressed rows of the last picture, for which deflate has buffers
	row     []byte
	above   []byte
	filters filterer
}

func (e *encoder) encode(ctx context.Context, w io.Writer, img image.Image) error {
	row := straightRows(img)
	f := chooseForm(img.Bounds().Size(), row)
	packed, err := e.pixels(ctx, f, row)
	if err == nil && f.paletteHeavy() {
		f, packed, err = e.orWithout(ctx, f, row, packed)
	}
	if err != nil {
		return err
	}
	e.out = append(e.out[:0], signature...)
	e.chunk("IHDR", func() {
		e.out = binary.BigEndian.AppendUint32(e.out, uint32(f.Width))
		e.out = binary.BigEndian.AppendUint32(e.out, uint32(f.Height))
		e.out = append(e.out, byte(f.Depth), byte(f.Color), 0, 0, 0)
	})
	if f.Color == colorIndexed {
		e.palette(f.colors.List())
	}
	// The compressed pixels are written without being copied.
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

// orWithout returns the shorter one of two encodings: packed, which has a palette, and an encoding without a palette.
func (e *encoder) orWithout(ctx context.Context, f *form, row func(y int) []byte, packed []byte) (*form, []byte, error) {
	packed = bytes.Clone(packed)
	e.out = e.out[:0]
	e.palette(f.colors.List())
	g := f.without()
	other, err := e.pixels(ctx, g, row)
	if err != nil || len(other) < len(packed)+len(e.out) {
		return g, other, err
	}
	return f, packed, nil
}

// chunk appends a chunk; fill appends the data of the chunk.
func (e *encoder) chunk(kind string, fill func()) {
	at := len(e.out)
	e.out = append(append(e.out, 0, 0, 0, 0), kind...)
	fill()
	binary.BigEndian.PutUint32(e.out[at:], uint32(len(e.out)-at-8))
	e.out = binary.BigEndian.AppendUint32(e.out, crc32.ChecksumIEEE(e.out[at+4:]))
}

// palette appends PLTE, and tRNS if some colors are not opaque. Such colors must come first.
func (e *encoder) palette(colors []uint32) {
	e.chunk("PLTE", func() {
		for _, c := range colors {
			e.out = append(e.out, byte(c), byte(c>>8), byte(c>>16))
		}
	})
	if colors[0]>>24 == 255 {
		return
	}
	e.chunk("tRNS", func() {
		for _, c := range colors {
			if c>>24 != 255 {
				e.out = append(e.out, byte(c>>24))
			}
		}
	})
}

// appender is an io.Writer that appends to a slice and takes the memory from the account.
type appender struct {
	b       []byte
	account *codec.Account
	taken   int64
}

func (a *appender) Write(p []byte) (int, error) {
	if need := len(a.b) + len(p); need > cap(a.b) {
		if err := a.grow(max(need, min(2*cap(a.b), 1<<20), cap(a.b)+cap(a.b)/4, 512)); err != nil {
			return 0, err
		}
	}
	a.b = append(a.b, p...)
	return len(p), nil
}

// reserve makes room for n bytes in total.
func (a *appender) reserve(n int) error {
	if n <= cap(a.b) {
		return nil
	}
	a.b = a.b[:0]
	return a.grow(n)
}

// grow reallocates the buffer with a capacity of size bytes.
func (a *appender) grow(size int) error {
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
