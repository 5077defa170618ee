package resample

import "encoding/binary"

// addWords adds a row of big-endian samples of 16 bits to sums. In each four sums, the first one and the last one are exchanged, because a
// word of four samples becomes two words of two sums that way. If fewer than four sums remain, they are in the order of the samples.
func addWords(sum []uint32, row []byte) {
	row = row[:2*len(sum)]
	i := 0
	for ; i+4 <= len(sum) && len(row) >= 8; i += 4 {
		s, v := (*[4]uint32)(sum[i:i+4]), binary.BigEndian.Uint64(row)
		row = row[8:]
		a := uint64(s[0]) | uint64(s[1])<<32 + v&evenWords
		b := uint64(s[2]) | uint64(s[3])<<32 + v>>16&evenWords
		s[0], s[1], s[2], s[3] = uint32(a), uint32(a>>32), uint32(b), uint32(b>>32)
	}
	for ; i < len(sum) && len(row) >= 2; i++ {
		sum[i] += be16(row)
		row = row[2:]
	}
}

// addPremulWords adds pixels of four big-endian samples of 16 bits to sums, which are in the order of addWords. The first three samples are
// multiplied by the fourth.
func addPremulWords(sum []uint32, row []byte) {
	const round = 1<<15 | 1<<47
	for ; len(sum) >= 4 && len(row) >= 8; sum, row = sum[4:], row[8:] {
		s, v := (*[4]uint32)(sum), binary.BigEndian.Uint64(row)
		alpha := v & 65535
		green, red := (v&evenWords|65535)*alpha+round, (v>>16&evenWords)*alpha+round // two products of 32 bits each
		green += green >> 16 & evenWords                                             // times 65536/65535
		red += red >> 16 & evenWords
		a := uint64(s[0]) | uint64(s[1])<<32 + green>>16&evenWords
		b := uint64(s[2]) | uint64(s[3])<<32 + red>>16&evenWords
		s[0], s[1], s[2], s[3] = uint32(a), uint32(a>>32), uint32(b), uint32(b>>32)
	}
}

// flushWords writes the averages of sums of addWords to planes, which are stride samples apart.
func (b *boxes) flushWords(dst []int16, stride int) {
	for s := b.wide; len(s) >= 4; s = s[4:] {
		s[0], s[3] = s[3], s[0]
	}
	w, n := b.hi-b.lo, b.format.planes()
	divisor := uint64(b.rows) * 65535
	factor := (opaqueSample<<32 + divisor - 1) / divisor // a sum has 24 bits, and so the product is at most 1/256 too large
	for p := range n {
		d, s := dst[p*stride:][:w], b.wide[p:]
		for i := range d {
			d[i] = int16((uint64(s[i*n])*factor + 1<<31) >> 32)
		}
	}
}
