package bmp_test

import (
	"encoding/binary"
	"math/rand/v2"
)

// A bitmap describes a BMP file that encode writes.
type bitmap struct {
	header        int // bytes of the second header
	width, height int // a negative height means top-down
	bits          int
	compression   uint32
	used          uint32
	palette       [][3]byte // blue, green, red
	masks         []uint32  // red, green, blue, alpha
	gap           int       // bytes before the pixels
	offset        int       // bfOffBits, the offset of the pixels; -1 means the correct one
	pixels        []byte
}

func newBitmap(w, h, bits int, pixels []byte) *bitmap {
	b := &bitmap{header: 40, width: w, height: h, bits: bits, offset: -1, pixels: pixels}
	if bits <= 8 {
		for i := range 1 << bits {
			b.palette = append(b.palette, [3]byte{byte(i * 37), byte(i*59 + 3), byte(i*101 + 7)})
		}
	}
	return b
}

func (b *bitmap) encode() []byte {
	le := binary.LittleEndian
	out := make([]byte, 14+b.header)
	copy(out, "BM")
	h := out[14:]
	full := make([]byte, 128)
	le.PutUint32(full, uint32(b.header))
	if b.header == 12 {
		le.PutUint16(full[4:], uint16(b.width))
		le.PutUint16(full[6:], uint16(b.height))
		le.PutUint16(full[8:], 1)
		le.PutUint16(full[10:], uint16(b.bits))
	} else {
		le.PutUint32(full[4:], uint32(b.width))
		le.PutUint32(full[8:], uint32(b.height))
		le.PutUint16(full[12:], 1)
		le.PutUint16(full[14:], uint16(b.bits))
		le.PutUint32(full[16:], b.compression)
		le.PutUint32(full[20:], uint32(len(b.pixels)))
		le.PutUint32(full[32:], b.used)
		for i, m := range b.masks {
			if b.header > 40 {
				le.PutUint32(full[40+4*i:], m)
			}
		}
		if b.header >= 108 {
			copy(full[56:], "BGRs")
		}
	}
	copy(h, full)
	if b.header == 40 {
		for _, m := range b.masks {
			out = le.AppendUint32(out, m)
		}
	}
	for _, c := range b.palette {
		out = append(out, c[:]...)
		if b.header != 12 {
			out = append(out, 0)
		}
	}
	out = append(out, make([]byte, b.gap)...)
	at := len(out)
	if b.offset >= 0 {
		at = b.offset
	}
	le.PutUint32(out[10:], uint32(at))
	out = append(out, b.pixels...)
	le.PutUint32(out[2:], uint32(len(out)))
	return out
}

// rows returns random pixels with the given number of bits. Each row is padded to a multiple of 4 bytes.
func rows(w, h, bits int) []byte {
	r := rand.New(rand.NewPCG(uint64(bits), 7))
	out := make([]byte, (w*bits+31)/32*4*h)
	for i := range out {
		out[i] = byte(r.Uint32())
	}
	return out
}
