package resample

import "encoding/binary"

// What happens to every sample of a row before the passes, written out in Go here, and for amd64 in
// assembly that gives the same bits.

// addRowGo adds a row of bytes to sums.
func addRowGo(sum []uint16, row []byte) {
	row = row[:len(sum)]
	for len(sum) >= 8 && len(row) >= 8 {
		v := binary.LittleEndian.Uint64(row)
		s := (*[8]uint16)(sum)
		add4((*[4]uint16)(s[:4]), uint32(v))
		add4((*[4]uint16)(s[4:]), uint32(v>>32))
		sum, row = sum[8:], row[8:]
	}
	for i := range sum {
		sum[i] += uint16(row[i])
	}
}

// add4 adds four bytes at once.
func add4(sum *[4]uint16, row uint32) {
	v := uint64(row)
	v = (v | v<<16) & 0x0000FFFF0000FFFF
	v = (v | v<<8) & 0x00FF00FF00FF00FF
	v += uint64(sum[0]) | uint64(sum[1])<<16 | uint64(sum[2])<<32 | uint64(sum[3])<<48
	sum[0], sum[1], sum[2], sum[3] = uint16(v), uint16(v>>16), uint16(v>>32), uint16(v>>48)
}

// widenGo turns bytes into samples of 8+sampleBits bits.
func widenGo(dst []int16, row []byte) {
	row = row[:len(dst)]
	for i, v := range row {
		dst[i] = int16(v) << sampleBits
	}
}

// splitGo spreads pixels of four bytes over four planes, as widenGo.
func splitGo(dst []int16, stride int, row []byte) {
	w := len(row) / 4
	d0, d1, d2, d3 := dst[:w], dst[stride:][:w], dst[2*stride:][:w], dst[3*stride:][:w]
	for i := range d0 {
		if len(row) < 4 {
			break // never: this is for the compiler
		}
		p := row[:4]
		row = row[4:]
		d0[i], d1[i] = int16(p[0])<<sampleBits, int16(p[1])<<sampleBits
		d2[i], d3[i] = int16(p[2])<<sampleBits, int16(p[3])<<sampleBits
	}
}

// splitRGBGo is the same with pixels of three bytes and three planes.
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

// splitPremulGo is splitGo with three bytes multiplied by the fourth, alpha.
func splitPremulGo(dst []int16, stride int, row []byte) {
	w := len(row) / 4
	d0, d1, d2, d3 := dst[:w], dst[stride:][:w], dst[2*stride:][:w], dst[3*stride:][:w]
	for i := range d0 {
		if len(row) < 4 {
			break
		}
		p := row[:4]
		row = row[4:]
		a := p[3]
		d0[i], d1[i], d2[i], d3[i] = premul8(p[0], a), premul8(p[1], a), premul8(p[2], a), int16(a)<<sampleBits
	}
}

// meanGo writes the means of one plane.
func meanGo(dst []int16, sum []uint16, m meanFactor) {
	sum = sum[:len(dst)]
	for i, v := range sum {
		dst[i] = m.of(v)
	}
}

// meanSplitGo spreads the means of pixels of four bytes over four planes.
func meanSplitGo(dst []int16, stride int, sum []uint16, m meanFactor) {
	w := len(sum) / 4
	d0, d1, d2, d3 := dst[:w], dst[stride:][:w], dst[2*stride:][:w], dst[3*stride:][:w]
	for i := range d0 {
		s := sum[4*i:][:4]
		d0[i], d1[i], d2[i], d3[i] = m.of(s[0]), m.of(s[1]), m.of(s[2]), m.of(s[3])
	}
}
