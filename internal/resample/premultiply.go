package resample

// premulFactor multiplies a color by alpha: to c·a/255 with fraction bits, rounded, in 16-bit
// arithmetic.
type premulFactor struct{ round, factor uint16 }

// premulOf is for bits fraction bits, 7 at most.
func premulOf(bits uint) premulFactor { return premulFactor{128 >> bits, 257 << bits} }

// of is exact if a is 255: 255·257 is one less than 65536, which round makes up for.
func (m premulFactor) of(c, a byte) uint16 {
	return uint16((uint32(c)*uint32(a) + uint32(m.round)) * uint32(m.factor) >> 16)
}

// premul8 is c·a/255 of 8-bit samples as a sample between two passes.
func premul8(c, a byte) int16 { return int16(premulOf(sampleBits).of(c, a)) }

// premul16 is the same of 16-bit samples.
func premul16(c, a uint32) int16 { return from16((c*a + 32767) / 65535) }

// addPremulGo adds pixels of four bytes to sums, the first three multiplied by the fourth, all with
// the fraction bits of m.
func addPremulGo(sum []uint16, row []byte, m premulFactor) {
	for len(sum) >= 4 && len(row) >= 4 {
		s, p := sum[:4], row[:4]
		sum, row = sum[4:], row[4:]
		a := p[3]
		s[0] += m.of(p[0], a)
		s[1] += m.of(p[1], a)
		s[2] += m.of(p[2], a)
		s[3] += m.of(255, a)
	}
}
