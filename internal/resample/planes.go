package resample

import "encoding/binary"

// The functions below are applied to every sample of a row before the passes. For amd64, each also has an assembly version with the same
// bits.

// addRowGo adds a row of bytes to sums. In each eight sums, those of the even bytes come first, because a word of eight bytes becomes two
// words of four lanes that way. meanGo and meanSplitGo expect this order. If fewer than eight sums remain, they are in the order of the
// bytes.
func addRowGo(sum []uint16, row []byte) {
	row = row[:len(sum)]
	i := 0
	for ; i+8 <= len(sum); i += 8 {
		s, v := (*[8]uint16)(sum[i:i+8]), binary.LittleEndian.Uint64(row[i:i+8])
		addFour((*[4]uint16)(s[:4]), v&evenBytes)
		addFour((*[4]uint16)(s[4:]), v>>8&evenBytes)
	}
	for ; i < len(sum); i++ {
		sum[i] += uint16(row[i])
	}
}

const (
	evenBytes = 0x00FF00FF00FF00FF
	evenWords = 0x0000FFFF0000FFFF
)

// sortSums reorders sums: addRowGo leaves them in an order of its own, and afterwards they are in the order of the
// bytes.
func sortSums(sum []uint16) {
	spread := func(v uint64) uint64 { return (v&0xFFFFFFFF | v<<16) & evenWords }
	for ; len(sum) >= 8; sum = sum[8:] {
		s := (*[8]uint16)(sum)
		even, odd := fourSums((*[4]uint16)(s[:4])), fourSums((*[4]uint16)(s[4:]))
		for i, v := range [2]uint64{spread(even) | spread(odd)<<16, spread(even>>32) | spread(odd>>32)<<16} {
			s[4*i], s[4*i+1], s[4*i+2], s[4*i+3] = uint16(v), uint16(v>>16), uint16(v>>32), uint16(v>>48)
		}
	}
}

// widenGo converts bytes to samples of 8+sampleBits bits.
func widenGo(dst []int16, row []byte) {
	row = row[:len(dst)]
	i := 0
	for ; i+8 <= len(dst); i += 8 {
		d, v := (*[8]int16)(dst[i:i+8]), binary.LittleEndian.Uint64(row[i:i+8])
		putFour((*[4]int16)(d[:4]), spread(v))
		putFour((*[4]int16)(d[4:]), spread(v>>32))
	}
	for ; i < len(dst); i++ {
		dst[i] = int16(row[i]) << sampleBits
	}
}

// splitGo splits pixels of four bytes into four planes, and widens the samples like widenGo.
func splitGo(dst []int16, stride int, row []byte) {
	w := len(row) / 4
	d0, d1, d2, d3 := dst[:w], dst[stride:][:w], dst[2*stride:][:w], dst[3*stride:][:w]
	for len(d0) >= 4 && len(d1) >= 4 && len(d2) >= 4 && len(d3) >= 4 && len(row) >= 16 {
		even, odd := fourPixels((*[16]byte)(row))
		a, b := even&evenBytes<<sampleBits, odd&evenBytes<<sampleBits
		putFour((*[4]int16)(d0), lowerLanes(a, b))
		putFour((*[4]int16)(d2), upperLanes(a, b))
		a, b = even>>8&evenBytes<<sampleBits, odd>>8&evenBytes<<sampleBits
		putFour((*[4]int16)(d1), lowerLanes(a, b))
		putFour((*[4]int16)(d3), upperLanes(a, b))
		d0, d1, d2, d3, row = d0[4:], d1[4:], d2[4:], d3[4:], row[16:]
	}
	for i := range d0 {
		if len(row) < 4 {
			break // never reached; it removes bounds checks
		}
		p := row[:4]
		row = row[4:]
		d0[i], d1[i] = int16(p[0])<<sampleBits, int16(p[1])<<sampleBits
		d2[i], d3[i] = int16(p[2])<<sampleBits, int16(p[3])<<sampleBits
	}
}

// splitRGBGo is like splitGo, for pixels of three bytes and three planes.
func splitRGBGo(dst []int16, stride int, row []byte) {
	w := len(row) / 3
	d0, d1, d2 := dst[:w], dst[stride:][:w], dst[2*stride:][:w]
	for i := range d0 {
		if len(row) < 3 {
			break
		}
		p := row[:3]
		row = row[3:]
		d0[i], d1[i], d2[i] = int16(p[0])<<sampleBits, int16(p[1])<<sampleBits, int16(p[2])<<sampleBits
	}
}

// splitPremulGo is like splitGo, but multiplies the first three bytes by the fourth, alpha.
func splitPremulGo(dst []int16, stride int, row []byte) {
	m := premulOf(sampleBits)
	w := len(row) / 4
	row = row[:4*w]
	d0, d1, d2, d3 := dst[:w], dst[stride:][:w], dst[2*stride:][:w], dst[3*stride:][:w]
	for len(d0) >= 4 && len(d1) >= 4 && len(d2) >= 4 && len(d3) >= 4 && len(row) >= 16 {
		even, odd := fourPixels((*[16]byte)(row))
		a, c := twoPixels(even)
		b, d := twoPixels(odd)
		a, b = m.divided(a, sampleBits), m.divided(b, sampleBits)
		putFour((*[4]int16)(d0), lowerLanes(a, b))
		putFour((*[4]int16)(d2), upperLanes(a, b))
		c, d = m.divided(c, sampleBits), m.divided(d, sampleBits)
		putFour((*[4]int16)(d1), lowerLanes(c, d))
		putFour((*[4]int16)(d3), upperLanes(c, d))
		d0, d1, d2, d3, row = d0[4:], d1[4:], d2[4:], d3[4:], row[16:]
	}
	for i := range d0 {
		p := row[4*i:][:4]
		d0[i], d1[i], d2[i], d3[i] = premul8(p[0], p[3]), premul8(p[1], p[3]), premul8(p[2], p[3]), int16(p[3])<<sampleBits
	}
}

// fourPixels loads four pixels of four bytes: the first and the third one, and the second and the fourth one.
func fourPixels(p *[16]byte) (even, odd uint64) {
	const low = 0xFFFFFFFF
	v, w := binary.LittleEndian.Uint64(p[:8]), binary.LittleEndian.Uint64(p[8:])
	return v&low | w<<32, v>>32 | w&^low
}

// lowerLanes and upperLanes return the samples of four pixels, in order. even and odd are in the order of fourPixels: for each of two pixels,
// they have a sample of one plane in the lower lane, and a sample of another plane in the upper lane of 16 bits.
func lowerLanes(even, odd uint64) uint64 { return even&evenWords | odd&evenWords<<16 }
func upperLanes(even, odd uint64) uint64 { return even>>16&evenWords | odd&^evenWords }

// meanGo computes the averages of one plane. The sums are in the order of addRowGo.
func meanGo(dst []int16, sum []uint16, m meanFactor) {
	const low = 0xFFFFFFFF
	sum = sum[:len(dst)]
	f := m.whole()
	i := 0
	for ; i+8 <= len(dst); i += 8 {
		s, d := (*[8]uint16)(sum[i:i+8]), (*[8]int16)(dst[i:i+8])
		even, odd := fourSums((*[4]uint16)(s[:4])), fourSums((*[4]uint16)(s[4:]))
		// The upper half of a product is an average.
		a := even&evenWords*f>>16&evenWords | odd&evenWords*f&^evenWords         // 0, 1, 4 and 5
		b := even>>16&evenWords*f>>16&evenWords | odd>>16&evenWords*f&^evenWords // 2, 3, 6 and 7
		putFour((*[4]int16)(d[:4]), a&low|b<<32)
		putFour((*[4]int16)(d[4:]), a>>32|b&^low)
	}
	for ; i < len(dst); i++ {
		dst[i] = m.of(sum[i])
	}
}

// meanSplitGo computes the averages of pixels of four bytes and splits them into four planes. The sums are in the order of addRowGo.
func meanSplitGo(dst []int16, stride int, sum []uint16, m meanFactor) {
	w := len(sum) / 4
	d0, d1, d2, d3 := dst[:w], dst[stride:][:w], dst[2*stride:][:w], dst[3*stride:][:w]
	f := m.whole()
	i := 0
	for ; i+2 <= len(d0) && len(sum) >= 8; i += 2 {
		s := (*[8]uint16)(sum)
		sum = sum[8:]
		even, odd := fourSums((*[4]uint16)(s[:4])), fourSums((*[4]uint16)(s[4:]))
		red, blue := even&evenWords*f, even>>16&evenWords*f
		green, alpha := odd&evenWords*f, odd>>16&evenWords*f
		d0[i], d0[i+1] = int16(red>>16), int16(red>>48)
		d1[i], d1[i+1] = int16(green>>16), int16(green>>48)
		d2[i], d2[i+1] = int16(blue>>16), int16(blue>>48)
		d3[i], d3[i+1] = int16(alpha>>16), int16(alpha>>48)
	}
	if i < len(d0) {
		s := sum[:4]
		d0[i], d1[i], d2[i], d3[i] = m.of(s[0]), m.of(s[1]), m.of(s[2]), m.of(s[3])
	}
}

// whole returns the factor shifted by m.shift. The product of a sum and this number has at most 32 bits.
func (m meanFactor) whole() uint64 { return uint64(m.factor) << (m.shift & 15) }

// fourSums returns the word that a little-endian processor loads from the memory of four sums.
func fourSums(s *[4]uint16) uint64 {
	return uint64(s[0]) | uint64(s[1])<<16 | uint64(s[2])<<32 | uint64(s[3])<<48
}

// putFour stores four lanes of 16 bits.
func putFour(d *[4]int16, v uint64) {
	d[0], d[1], d[2], d[3] = int16(v), int16(v>>16), int16(v>>32), int16(v>>48)
}

// spread widens the lower four bytes of v to samples, in lanes of 16 bits.
func spread(v uint64) uint64 { return lanes(v) << sampleBits }

// lanes puts the lower four bytes of v into lanes of 16 bits.
func lanes(v uint64) uint64 {
	v = (v&0xFFFFFFFF | v<<16) & evenWords
	return (v | v<<8) & evenBytes
}
