package png

import (
	"bytes"
	"context"
	"encoding/binary"
	"hash/crc32"
	"image"
	"io"
	"sync"
	"unsafe"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
	"github.com/rest-thumbnails/thumbnail/internal/deflate"
)

// Encode writes img to w with 8 bits per sample, without loss but for the color of what is wholly
// transparent: in indices or gray of as few bits as will do, else in gray, gray with alpha, RGB, or
// RGBA. Equal pictures give equal bytes, whatever their types. img, which is not modified, must
// have pixels. Encode may be called from several goroutines.
//
// Rows are filtered in the way, of five, that makes a sample of them shortest: all of them alike, or each with the
// filter that leaves the fewest pairs of bytes.
//
// Memory is taken from the account of ctx. The error is w's, that of an account that is empty, or that of ctx.
func Encode(ctx context.Context, w io.Writer, img image.Image) error {
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

// begin takes what an encoder has before it knows how much it writes. Memory of a picture before that
// is larger than this one could need is dropped, so that it is not refused for it.
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

// EncodeMemory returns the most bytes that it takes to encode a picture of that size, without the picture: of the
// account of Encode, and of the file, of which the buffer grows by a quarter.
func EncodeMemory(size image.Point) int64 {
	pixels := (4*int64(size.X) + 1) * int64(size.Y)
	long := pixels + pixels>>10 + 4<<10 // of the file
	fixed := 7*4*int64(size.X) + int64(unsafe.Sizeof(encoder{})) + deflate.Memory(int(pixels))
	// The rows; what they become, which grows by a quarter, or doubles while it is small; and then the file. An
	// encoder from the pool has buffers that may be too small.
	return fixed + pixels + 2*(long+long/4) + min(2*long, 2<<20) + min(2*long, maxPooled) + 64<<10
}

// end gives back what was taken, and keeps the encoder for another picture unless it has become large.
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

// maxPooled bounds the file that an encoder may hold on to, in bytes.
const maxPooled = 4 << 20

var encoders sync.Pool // of *encoder

// encoder keeps its buffers from one picture to the next.
type encoder struct {
	account *codec.Account
	taken   int64
	out     []byte   // the next chunk
	rows    appender // what is compressed
	packed  appender // what that makes
	deflate deflate.Compressor
	held    int // bytes, for which it has made room
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

// orWithout returns the shorter one of a small picture with a palette, whose pixels are packed, and the same without.
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

// chunk appends a chunk whose data fill appends.
func (e *encoder) chunk(kind string, fill func()) {
	at := len(e.out)
	e.out = append(append(e.out, 0, 0, 0, 0), kind...)
	fill()
	binary.BigEndian.PutUint32(e.out[at:], uint32(len(e.out)-at-8))
	e.out = binary.BigEndian.AppendUint32(e.out, crc32.ChecksumIEEE(e.out[at+4:]))
}

// palette appends PLTE, and tRNS if there is a color that is not opaque; these come first.
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

// appender is a writer to a slice, whose memory is the account's.
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

// reserve makes room for n bytes in all.
func (a *appender) reserve(n int) error {
	if n <= cap(a.b) {
		return nil
	}
	a.b = a.b[:0]
	return a.grow(n)
}

// grow makes room for size bytes.
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
