package resample

import "encoding/binary"

// The functions below are applied to every sample of a row before the passes. For amd64, each also has an assembly version with the same
// bits.

// addRowGo adds a row of bytes to sums.
func addRowGo(sum []uint16, row []byte) {
	row = row[:len(sum)]
	i := 0
	for ; i+8 <= len(sum); i += 8 {
		s, v := (*[8]uint16)(sum[i:i+8]), binary.LittleEndian.Uint64(row[i:i+8])
		lower, upper := v&0xFFFFFFFF, v>>32 // each has four bytes, which become lanes of 16 bits
		lower = (lower | lower<<16) & 0x0000FFFF0000FFFF
		upper = (upper | upper<<16) & 0x0000FFFF0000FFFF
		lower = (lower | lower<<8) & 0x00FF00FF00FF00FF
		upper = (upper | upper<<8) & 0x00FF00FF00FF00FF
		lower += uint64(s[0]) | uint64(s[1])<<16 | uint64(s[2])<<32 | uint64(s[3])<<48
		upper += uint64(s[4]) | uint64(s[5])<<16 | uint64(s[6])<<32 | uint64(s[7])<<48
		s[0], s[1], s[2], s[3] = uint16(lower), uint16(lower>>16), uint16(lower>>32), uint16(lower>>48)
		s[4], s[5], s[6], s[7] = uint16(upper), uint16(upper>>16), uint16(upper>>32), uint16(upper>>48)
	}
	for ; i < len(sum); i++ {
		sum[i] += uint16(row[i])
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
	const drop, round = 16 - sampleBits, 128 >> sampleBits * (1 | 1<<32)
	w := len(row) / 4
	d0, d1, d2, d3 := dst[:w], dst[stride:][:w], dst[2*stride:][:w], dst[3*stride:][:w]
	for i := range d0 {
		if len(row) < 4 {
			break
		}
		v := uint64(binary.LittleEndian.Uint32(row))
		row = row[4:]
		a := v >> 24
		redBlue := (v&255|v<<16&(255<<32))*a + round // as in premulFactor.pixel
		green := (v>>8&255)*a + round&255
		redBlue, green = redBlue+redBlue<<8, green+green<<8 // times 257
		d0[i], d1[i], d2[i] = int16(redBlue>>drop), int16(green>>drop), int16(redBlue>>(32+drop))
		d3[i] = int16(a) << sampleBits
	}
}

// meanGo computes the averages of one plane.
func meanGo(dst []int16, sum []uint16, m meanFactor) {
	sum = sum[:len(dst)]
	i := 0
	for ; i+4 <= len(dst); i += 4 {
		putFour((*[4]int16)(dst[i:i+4]), m.four(fourSums((*[4]uint16)(sum[i:i+4]))))
	}
	for ; i < len(dst); i++ {
		dst[i] = m.of(sum[i])
	}
}

// meanSplitGo computes the averages of pixels of four bytes and splits them into four planes.
func meanSplitGo(dst []int16, stride int, sum []uint16, m meanFactor) {
	w := len(sum) / 4
	d0, d1, d2, d3 := dst[:w], dst[stride:][:w], dst[2*stride:][:w], dst[3*stride:][:w]
	for i := range d0 {
		v := m.four(fourSums((*[4]uint16)(sum[4*i : 4*i+4])))
		d0[i], d1[i], d2[i], d3[i] = int16(v), int16(v>>16), int16(v>>32), int16(v>>48)
	}
}

// four divides four sums in lanes of 16 bits. One multiplication serves two sums.
func (m meanFactor) four(sums uint64) uint64 {
	const lanes = 0x0000FFFF0000FFFF
	even := sums & lanes << (m.shift & 15) & lanes * uint64(m.factor)
	odd := sums >> 16 & lanes << (m.shift & 15) & lanes * uint64(m.factor)
	return even>>16&lanes | odd&^lanes
}

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
	v = (v&0xFFFFFFFF | v<<16) & 0x0000FFFF0000FFFF
	return (v | v<<8) & 0x00FF00FF00FF00FF
}
