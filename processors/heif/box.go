package heif

import (
	"encoding/binary"
	"io"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
)

// boxes yields the type and content of the boxes in b (ISO/IEC 14496-12, 4.2). It stops at a box that is invalid or
// extends beyond b, and when the meter's limit is reached.
func boxes(m *codec.Meter, b []byte) func(yield func(string, []byte) bool) {
	return func(yield func(string, []byte) bool) {
		for len(b) >= 8 && m.Spend(8) == nil {
			size, head := boxSize(b)
			if size == 0 { // the last box
				size = uint64(len(b))
			}
			if size < head || size > uint64(len(b)) || !yield(string(b[4:8]), b[head:size:size]) {
				return
			}
			b = b[size:]
		}
	}
}

// boxSize returns the size of the box at the start of b and the size of its header. b has at least 8 bytes. Size 0 means
// that the box extends to the end of the file.
func boxSize(b []byte) (size, head uint64) {
	size = uint64(binary.BigEndian.Uint32(b))
	if size == 1 && len(b) >= 16 {
		return binary.BigEndian.Uint64(b[8:]), 16
	}
	return size, 8
}

// Complete reports whether a file of size bytes looks complete: its last box ends at the end of the file. It
// reads the headers of at most 16 boxes. If reading fails, it returns true, because an error of r does not mean
// that the file is truncated.
func Complete(r io.ReaderAt, size int64) bool {
	b := make([]byte, 16)
	at := int64(0)
	for range 16 {
		if at >= size {
			return at == size
		}
		n, err := r.ReadAt(b, at)
		if n < 8 {
			return err != nil && err != io.EOF
		}
		length, head := boxSize(b[:n])
		if length == 0 {
			return true
		}
		if length < head || length > uint64(size-at) {
			return false
		}
		at += int64(length)
	}
	return true // too many boxes to check
}

// fields reads big-endian numbers of several bytes each.
type fields struct {
	b     []byte
	short bool // more bytes have been read than exist
}

// next returns a number of n bytes, up to 8. For n = 0 it returns 0.
func (f *fields) next(size int) uint64 {
	if size > 8 || size > len(f.b) {
		f.b, f.short = nil, true
		return 0
	}
	var v uint64
	for _, c := range f.b[:size] {
		v = v<<8 | uint64(c)
	}
	f.b = f.b[size:]
	return v
}

func (f *fields) skip(n int) {
	if n > len(f.b) {
		n, f.short = len(f.b), true
	}
	f.b = f.b[n:]
}

// full returns the content of a full box after its version and flags, and the number of bytes of an item ID: 4 if the
// version of the box is at least wide, else 2.
func full(data []byte, wide byte) (f fields, idSize int) {
	if len(data) < 4 {
		return fields{short: true}, 2
	}
	if data[0] >= wide {
		return fields{b: data[4:]}, 4
	}
	return fields{b: data[4:]}, 2
}
