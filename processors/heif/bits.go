package heif

// bits reads bits, the most significant first.
type bits struct {
	data  []byte
	at    int
	short bool // more bits have been read than exist
}

// next returns the next n bits, at most 32.
func (b *bits) next(n int) (v uint64) {
	for range n {
		v <<= 1
		if i := b.at / 8; i < len(b.data) {
			v |= uint64(b.data[i] >> (7 - b.at%8) & 1)
		} else {
			b.short = true
		}
		b.at++
	}
	return v
}

func (b *bits) flag() bool { return b.next(1) == 1 }

// skip skips n bits.
func (b *bits) skip(n int) {
	b.at += n
	b.short = b.short || b.at > 8*len(b.data)
}

// golomb reads an Exp-Golomb code (ITU-T H.265, 9.2), which is also uvlc() of AV1.
func (b *bits) golomb() uint64 {
	zeros := 0
	for !b.flag() {
		if zeros++; b.short || zeros > 32 {
			b.short = true
			return 0
		}
	}
	return 1<<zeros - 1 + b.next(zeros)
}
