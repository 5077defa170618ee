package webp

import (
	"encoding/binary"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
)

// A bitSink writes a lossless bitstream, the lowest bit of each byte first (RFC 9649, 3.3). Its memory is charged to
// an account until close. After an error it writes nothing more.
type bitSink struct {
	account *codec.Account
	buf     []byte
	acc     uint64
	n       uint // number of bits in acc
	err     error

	dry     bool  // bits are only counted
	skipped int64 // number of bits that left acc while dry was true
}

// put writes the lowest n bits of v. n is at most 32. The higher bits of v must be 0.
func (w *bitSink) put(v uint32, n uint) {
	w.acc |= uint64(v) << (w.n & 63)
	w.n += n
	if w.n >= 32 {
		w.spill()
	}
}

func (w *bitSink) spill() {
	if w.dry {
		w.acc >>= 32
		w.n -= 32
		w.skipped += 32
		return
	}
	if cap(w.buf)-len(w.buf) < 4 {
		w.reserve(int64(cap(w.buf))/2 + 4096)
	}
	if w.err == nil {
		w.buf = binary.LittleEndian.AppendUint32(w.buf, uint32(w.acc))
	}
	w.acc >>= 32
	w.n -= 32
}

// reserve makes room for n more bytes.
func (w *bitSink) reserve(n int64) {
	if w.dry {
		return
	}
	if n += int64(len(w.buf)) + 8; w.err != nil || n <= int64(cap(w.buf)) {
		return
	}
	if w.err = w.account.Take(n); w.err != nil {
		return
	}
	buf := make([]byte, len(w.buf), n)
	copy(buf, w.buf)
	w.account.Give(int64(cap(w.buf)))
	w.buf = buf
}

// finish pads the last byte with zeros and returns the output, which is valid until close.
func (w *bitSink) finish() ([]byte, error) {
	for ; w.err == nil && w.n > 0; w.n -= min(w.n, 8) {
		if len(w.buf) == cap(w.buf) {
			w.reserve(8)
		}
		if w.err == nil {
			w.buf = append(w.buf, byte(w.acc))
			w.acc >>= 8
		}
	}
	return w.buf, w.err
}

func (w *bitSink) close() {
	w.account.Give(int64(cap(w.buf)))
	w.buf = nil
}
