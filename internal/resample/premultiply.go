package resample

import (
	"encoding/binary"
	"math/bits"
)

// premulFactor multiplies a color by alpha in 16-bit arithmetic. The result is c·a/255, rounded, with fraction bits.
type premulFactor struct{ round, factor uint16 }

// premulOf returns the factor for a number of fraction bits, which is at most 7.
func premulOf(bits uint) premulFactor { return premulFactor{128 >> bits, 257 << bits} }

// of returns the product. It is exact if a is 255: 255·257 is one less than 65536, and round adds the missing part.
func (m premulFactor) of(c, a byte) uint16 {
	return uint16((uint32(c)*uint32(a) + uint32(m.round)) * uint32(m.factor) >> 16)
}

// premul8 returns c·a/255 of 8-bit samples, as a sample between the passes.
func premul8(c, a byte) int16 { return int16(premulOf(sampleBits).of(c, a)) }

// premul16 is like premul8, for 16-bit samples.
func premul16(c, a uint32) int16 { return from16((c*a + 32767) / 65535) }

// twoPixels multiplies the colors of two pixels by their alpha. The results are in lanes of 16 bits: red and blue of the first pixel and
// then of the second, and green and alpha in the same order. One multiplication serves two colors.
func twoPixels(v uint64) (redBlue, greenAlpha uint64) {
	const twoBytes, alpha = 0x00FF00FF, 255 << 16
	a, b := v>>24&255, v>>56
	return v&twoBytes*a | v>>32&twoBytes*b<<32, (v>>8&255|alpha)*a | (v>>40&255|alpha)*b<<32
}

// divided divides four products of a color and its alpha by 255, in lanes of 16 bits. The results are those of the
// method named of.
func (m premulFactor) divided(v uint64, bits uint) uint64 {
	const lanes = 1 | 1<<16 | 1<<32 | 1<<48
	v += uint64(m.round) * lanes
	v += v >> 8 & evenBytes // times 257/256
	return v >> ((8 - bits) & 15) & ((256<<(bits&7) - 1) * lanes)
}

// addPremulGo adds pixels of four bytes to sums, which are in the order of addRowGo. The first three bytes are multiplied by the fourth.
// The sums have the fraction bits of m.
func addPremulGo(sum []uint16, row []byte, m premulFactor) {
	const opaque = 0xFF000000FF000000
	bits := uint(bits.TrailingZeros16(m.factor)) & 7 // the fraction bits
	n := min(len(sum), len(row)) &^ 3
	sum, row = sum[:n], row[:n]
	i := 0
	for ; i+8 <= len(sum) && i+8 <= len(row); i += 8 {
		v, s := binary.LittleEndian.Uint64(row[i:i+8]), (*[8]uint16)(sum[i:i+8])
		redBlue, greenAlpha := v&evenBytes<<bits, v>>8&evenBytes<<bits
		if v&opaque != opaque {
			redBlue, greenAlpha = twoPixels(v)
			redBlue, greenAlpha = m.divided(redBlue, bits), m.divided(greenAlpha, bits)
		}
		addFour((*[4]uint16)(s[:4]), redBlue)
		addFour((*[4]uint16)(s[4:]), greenAlpha)
	}
	if i < len(sum) {
		addPremulPixel(sum[i:], row[i:], m)
	}
}

// addPremulPixel adds one pixel to sums that are in the order of its bytes.
func addPremulPixel(sum []uint16, row []byte, m premulFactor) {
	s, p := sum[:4], row[:4]
	a := p[3]
	s[0], s[1], s[2], s[3] = s[0]+m.of(p[0], a), s[1]+m.of(p[1], a), s[2]+m.of(p[2], a), s[3]+m.of(255, a)
}

// addFour adds four lanes of 16 bits to sums.
func addFour(s *[4]uint16, v uint64) {
	v += fourSums(s)
	s[0], s[1], s[2], s[3] = uint16(v), uint16(v>>16), uint16(v>>32), uint16(v>>48)
}
