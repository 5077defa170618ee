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
	const opaque, even = 0xFF000000FF000000, 0x00FF00FF00FF00FF
	shift := uint(bits.TrailingZeros16(m.factor)) // the fraction bits
	for len(sum) >= 4 && len(row) >= 4 {
		if len(sum) >= 8 && len(row) >= 8 {
			if v := binary.LittleEndian.Uint64(row); v&opaque == opaque { // both pixels are opaque, as most are
				s := (*[8]uint16)(sum)
				a, b := v&even<<(shift&7), v>>8&even<<(shift&7)
				s[0], s[2], s[4], s[6] = s[0]+uint16(a), s[2]+uint16(a>>16), s[4]+uint16(a>>32), s[6]+uint16(a>>48)
				s[1], s[3], s[5], s[7] = s[1]+uint16(b), s[3]+uint16(b>>16), s[5]+uint16(b>>32), s[7]+uint16(b>>48)
				sum, row = sum[8:], row[8:]
				continue
			}
		}
		s, p := sum[:4], row[:4]
		sum, row = sum[4:], row[4:]
		redBlue, greenAlpha := m.pixel(binary.LittleEndian.Uint32(p))
		s[0] += uint16(redBlue)
		s[1] += uint16(greenAlpha)
		s[2] += uint16(redBlue >> 32)
		s[3] += uint16(greenAlpha >> 32)
	}
}
