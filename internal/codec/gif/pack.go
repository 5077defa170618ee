package gif

import "bytes"

// A bitWriter writes codes into sub-blocks.
type bitWriter struct {
	full  [][]byte // finished sub-blocks, in pieces
	bytes int      // of full
	data  []byte   // the sub-blocks after them
	head  int      // where the last sub-block has its length
	held  uint32
	count uint // bits of held

	take func(n int) error // before a piece is kept
	err  error             // of take
}

// pieceBytes is about how long a piece is. All have their exact length, so that much data takes no more memory than
// it has bytes.
const pieceBytes = 32 << 10

// reset begins with the minimum code size.
func (b *bitWriter) reset(codeSize byte) {
	*b = bitWriter{data: append(b.data[:0], codeSize, 0), head: 1, take: b.take}
}

func (b *bitWriter) write(code int, width uint) {
	b.held |= uint32(code) << b.count
	for b.count += width; b.count >= 8; b.count -= 8 {
		b.add(byte(b.held))
		b.held >>= 8
	}
}

func (b *bitWriter) add(c byte) {
	if b.data[b.head] == 255 {
		if len(b.data) > pieceBytes {
			b.keep()
		}
		b.head = len(b.data)
		b.data = append(b.data, 0)
	}
	b.data = append(b.data, c)
	b.data[b.head]++
}

// keep makes a piece of data.
func (b *bitWriter) keep() {
	if b.err == nil && b.take != nil {
		b.err = b.take(len(b.data))
	}
	if b.err == nil {
		b.full = append(b.full, bytes.Clone(b.data))
		b.bytes += len(b.data)
	}
	b.data = b.data[:0]
}

// close ends the sub-blocks.
func (b *bitWriter) close() {
	if b.count > 0 {
		b.add(byte(b.held))
	}
	if b.data[b.head] != 0 {
		b.data = append(b.data, 0)
	}
}

// len is how many bytes there are.
func (b *bitWriter) len() int { return b.bytes + len(b.data) }

// pieces returns all that was written, which may then be kept, and how many bytes that is.
func (b *bitWriter) pieces() (full [][]byte, bytes int) {
	b.keep()
	full, bytes = b.full, b.bytes
	b.full, b.bytes = nil, 0
	return full, bytes
}
