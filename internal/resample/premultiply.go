package resample

import (
	"encoding/binary"
	"math/bits"
)

// premulFactor multiplies a color by alpha in 16-bit arithmetic. The result is c·a/255, rounded, with fraction bits.
type premulFactor struct{ round, factor uint16 }

// premulOf returns the factor for bits fraction bits, at most 7.
func premulOf(bits uint) premulFactor { return premulFactor{128 >> bits, 257 << bits} }

// of returns the product. It is exact if a is 255: 255·257 is one less than 65536, and round adds the missing part.
func (m premulFactor) of(c, a byte) uint16 {
	return uint16((uint32(c)*uint32(a) + uint32(m.round)) * uint32(m.factor) >> 16)
}

// pixel multiplies the colors of a pixel by its alpha. One multiplication serves two colors: red and blue, and
// green and 255. The products are in the lower 16 bits of the halves of each word; the bits above them are
// undefined.
func (m premulFactor) pixel(v uint32) (redBlue, greenAlpha uint64) {
	const halves = 1 | 1<<32
	a, round, factor := uint64(v>>24), uint64(m.round)*halves, uint64(m.factor)
	redBlue = uint64(v)&255 | uint64(v)<<16&(255<<32)
	greenAlpha = uint64(v)>>8&255 | 255<<32
	return (redBlue*a + round) * factor >> 16, (greenAlpha*a + round) * factor >> 16
}

// premul8 returns c·a/255 of 8-bit samples, as a sample between the passes.
func premul8(c, a byte) int16 { return int16(premulOf(sampleBits).of(c, a)) }

// premul16 is like premul8, for 16-bit samples.
func premul16(c, a uint32) int16 { return from16((c*a + 32767) / 65535) }

// addPremulGo adds pixels of four bytes to sums. The first three bytes are multiplied by the fourth. The sums have
// the fraction bits of m.
func addPremulGo(sum []uint16, row []byte, m premulFactor) {
	const opaque, halves = 0xFF000000FF000000, 0x0000FFFF0000FFFF
	shift := uint(bits.TrailingZeros16(m.factor)) & 7 // the fraction bits
	n := min(len(sum), len(row)) &^ 3
	sum, row = sum[:n], row[:n]
	for i := 0; i < len(sum) && i < len(row); i += 4 {
		if i+8 <= len(sum) && i+8 <= len(row) {
			if v := binary.LittleEndian.Uint64(row[i : i+8]); v&opaque == opaque { // both pixels are opaque, as most are
				addFour((*[4]uint16)(sum[i:i+4]), lanes(v)<<shift)
				addFour((*[4]uint16)(sum[i+4:i+8]), lanes(v>>32)<<shift)
				i += 4
				continue
			}
		}
		redBlue, greenAlpha := m.pixel(binary.LittleEndian.Uint32(row[i : i+4]))
		addFour((*[4]uint16)(sum[i:i+4]), redBlue&halves|greenAlpha&halves<<16)
	}
}

// addFour adds four lanes of 16 bits to sums.
func addFour(s *[4]uint16, v uint64) {
	v += fourSums(s)
	s[0], s[1], s[2], s[3] = uint16(v), uint16(v>>16), uint16(v>>32), uint16(v>>48)
}
