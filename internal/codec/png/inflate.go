package png

import (
	"encoding/binary"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
)

// inflater decodes a zlib stream (RFC 1950) of deflated data (RFC 1951). It keeps 64 bits of input in a register and
// decodes up to three literals per table lookup. It writes to a window, and rows are slices of the window.
//
// The package has its own inflater for speed. github.com/klauspost/compress takes 2.5 times as long for the same
// photos: see BenchmarkInflateAgainstKlauspost. That is most of the time that libvips takes for a whole thumbnail.
type inflater struct {
	in    idat
	bits  uint64
	count uint // number of valid bits in bits; the higher ones may already contain the following data

	state  uint8
	last   bool // the current block is the last one
	stored int  // remaining bytes of a stored block
	fixed  bool // the tables are those of RFC 1951, 3.2.6
	err    error
	lit    litTable
	dist   distTable

	window []byte // history and decoded bytes
	read   int    // index of the first byte that has not been returned
	write  int    // index of the next byte to decode
	sum    adler
	trust  bool // the checksum is not verified
	more   bool // finish found data behind the rows

	mate *inflater // the inflater whose stream is decoded together with this one, or nil
}

const (
	beforeBlock = iota
	inStored
	inHuffman
	atEnd

	history = 32 << 10
	produce = 128 << 10 // bytes of the window besides the history, unless a row is longer

	// slop is the maximum number of bytes that one iteration of the symbol loop writes: four times three
	// literals, and the longest match, which is copied 16 bytes at a time.
	slop = 4*3 + 258 + 16

	// lookahead is the maximum number of bytes that one iteration reads: three refills, each of which reads 8
	// bytes and advances by at most 7.
	lookahead = 2*7 + 8
)

// reset starts a stream with c, its first chunk. Rows have at most rowBytes bytes.
func (z *inflater) reset(w *walker, c chunk, seq *sequence, rowBytes int, meter *codec.Meter) error {
	if err := z.in.open(w, c, seq, meter); err != nil {
		return err
	}
	return z.begin(windowBytes(rowBytes))
}

// begin reads the zlib header and allocates a window of n bytes.
func (z *inflater) begin(n int) error {
	z.bits, z.count, z.state, z.last = 0, 0, beforeBlock, false
	z.read, z.write, z.sum, z.err, z.fixed, z.mate = 0, 0, newAdler(), nil, false, nil
	if cap(z.window) < n {
		z.window = make([]byte, n)
	}
	z.window = z.window[:n]
	if err := z.in.want(2); err != nil {
		return err
	}
	if z.in.end < 2 {
		return corrupt("no pixels")
	}
	head := binary.BigEndian.Uint16(z.in.buf)
	z.in.pos = 2
	if head>>8&15 != 8 || head>>12 > 7 || head%31 != 0 || head&0x20 != 0 {
		return corrupt("invalid zlib header")
	}
	return nil
}

// windowBytes returns the size of the window for rows of rowBytes bytes.
func windowBytes(rowBytes int) int { return history + max(produce, rowBytes) + slop }

// next returns n bytes, which are valid until the next call. With an error it returns the bytes that were decoded
// before the error.
func (z *inflater) next(n int) ([]byte, error) {
	for z.write-z.read < n {
		if z.err == nil && z.state == atEnd {
			z.err = corrupt("too few pixels")
		}
		if z.err != nil {
			return nil, z.err
		}
		if keep := min(z.read, max(z.write-history, 0)); z.write > len(z.window)-slop || z.read+n > len(z.window)-slop {
			copy(z.window, z.window[keep:z.write])
			z.read -= keep
			z.write -= keep
		}
		z.err = z.fill()
	}
	p := z.window[z.read:][:n]
	z.read += n
	return p, nil
}

// finish decodes to the end of the stream, and verifies its checksum and the checksums of its chunks. Surplus pixels are
// not an error.
func (z *inflater) finish() error {
	z.more = z.write > z.read
	for z.state != atEnd && z.err == nil {
		z.write = copy(z.window, z.window[max(z.write-history, 0):z.write])
		z.read = z.write
		z.err = z.fill()
		z.more = z.more || z.write > z.read
	}
	if z.err != nil {
		return z.err
	}
	z.byteAlign()
	if err := z.in.want(4); err != nil {
		return err
	}
	if z.in.pos+4 > z.in.end {
		return corrupt("the pixels are cut off")
	}
	if binary.BigEndian.Uint32(z.in.buf[z.in.pos:]) != z.sum.sum() {
		return corrupt("wrong checksum of the pixels")
	}
	z.in.pos += 4
	if err := z.in.want(1); err != nil {
		return err
	}
	z.more = z.more || z.in.pos < z.in.end
	sound, err := z.in.sound()
	if err == nil && !sound {
		err = corrupt("wrong checksum of IDAT")
	}
	return err
}

// fill decodes until the window is full, produce bytes are decoded, or the stream ends.
func (z *inflater) fill() error {
	from := z.write
	for full := min(len(z.window)-slop, from+produce); z.state != atEnd && z.write <= full; {
		if err := z.step(full); err != nil {
			return err
		}
	}
	if !z.trust {
		z.sum.add(z.window[from:z.write])
	}
	return z.in.meter.Output(z.write - from)
}

// step decodes the header of a block, or the contents of a block up to index full of the window.
func (z *inflater) step(full int) (err error) {
	switch z.state {
	case beforeBlock:
		err = z.block()
	case inStored:
		err = z.copyStored()
	case inHuffman:
		switch err = z.in.want(2 * lookahead); {
		case err != nil:
		case z.mate != nil && z.in.pos <= z.in.end-lookahead && z.mate.ready():
			err = z.pair(full)
		default:
			err = z.huffman(full)
		}
	}
	if err != nil {
		return err
	}
	return z.overrun()
}

// overrun returns an error if bits beyond the end of the stream were used.
func (z *inflater) overrun() error {
	if z.in.pos-int(z.count/8) > z.in.end {
		return corrupt("the pixels are cut off")
	}
	return nil
}

func (z *inflater) copyStored() error {
	for z.stored > 0 && z.write <= len(z.window)-slop {
		if err := z.in.want(1); err != nil {
			return err
		}
		n := min(z.stored, z.in.end-z.in.pos, len(z.window)-z.write)
		if n <= 0 {
			return corrupt("the pixels are cut off")
		}
		copy(z.window[z.write:], z.in.buf[z.in.pos:][:n])
		z.in.pos += n
		z.write += n
		z.stored -= n
	}
	if z.stored == 0 {
		z.state = beforeBlock
	}
	return nil
}

// refill makes at least 56 bits valid if the buffer has eight more bytes.
func (z *inflater) refill() {
	z.bits |= binary.LittleEndian.Uint64(z.in.buf[z.in.pos:]) << z.count
	z.in.pos += int(63-z.count) / 8
	z.count |= 56
}

func (z *inflater) take(n uint) uint64 {
	v := z.bits & (1<<n - 1)
	z.bits >>= n
	z.count -= n
	return v
}

// byteAlign drops the remaining bits of a partly read byte, and gives whole bytes back to the input.
func (z *inflater) byteAlign() {
	z.in.pos -= int(z.count / 8)
	z.bits, z.count = 0, 0
}
