package gif

// A bitWriter writes codes into sub-blocks.
type bitWriter struct {
	data  []byte
	head  int // where the last sub-block has its length
	held  uint32
	count uint // bits of held
}

// reset begins with the minimum code size.
func (b *bitWriter) reset(codeSize byte) {
	*b = bitWriter{data: append(b.data[:0], codeSize, 0), head: 1}
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
		b.head = len(b.data)
		b.data = append(b.data, 0)
	}
	b.data = append(b.data, c)
	b.data[b.head]++
}

// close ends the sub-blocks and returns all.
func (b *bitWriter) close() []byte {
	if b.count > 0 {
		b.add(byte(b.held))
	}
	if b.data[b.head] != 0 {
		b.data = append(b.data, 0)
	}
	return b.data
}
