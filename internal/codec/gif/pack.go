package gif

import "bytes"

// A bitWriter writes codes into sub-blocks.
type bitWriter struct {
	full  [][]byte // finished sub-blocks, in pieces
	bytes int      // size of full
	data  []byte   // sub-blocks that are not yet in full
	head  int      // index in data of the length of the last sub-block
	held  uint32
	count uint // number of bits in held

	take func(n int) error // takes memory for a piece
	err  error             // error of take
}

// pieceBytes is the approximate length of a piece. Pieces have no spare capacity, so long data take no more memory than their length.
const pieceBytes = 32 << 10

// reset starts with the minimum code size.
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

// keep moves data to a new piece.
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

// close ends the last sub-block and writes the terminator.
func (b *bitWriter) close() {
	if b.count > 0 {
		b.add(byte(b.held))
	}
	if b.data[b.head] != 0 {
		b.data = append(b.data, 0)
	}
}

// len returns the number of bytes that were written.
func (b *bitWriter) len() int { return b.bytes + len(b.data) }

// pieces returns the minimum code size and the sub-blocks, and their total size. The caller may keep the pieces.
func (b *bitWriter) pieces() (full [][]byte, bytes int) {
	b.keep()
	full, bytes = b.full, b.bytes
	b.full, b.bytes = nil, 0
	return full, bytes
}
