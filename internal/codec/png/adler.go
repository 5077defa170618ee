package png

import "encoding/binary"

// adler is the Adler-32 checksum (RFC 1950, 8.2) of the added bytes; newAdler is the checksum of no bytes.
type adler struct{ a, b uint32 }

func newAdler() adler { return adler{a: 1} }

func (s adler) sum() uint32 { return s.b<<16 | s.a }

const adlerMod = 65521

// add adds bytes, eight at a time in lanes of 16 bits. It takes two thirds of the time of hash/adler32: see
// BenchmarkAdler.
func (s *adler) add(p []byte) {
	const (
		steps = 22 // 255·(1+2+…+22) is below 65536
		bytes = 8 * steps
		even  = 0x00ff00ff00ff00ff
	)
	a, b := s.a, s.b
	for len(p) >= bytes {
		block := p[:bytes]
		p = p[bytes:]
		// s0 and s1 have the sums of the even and of the odd bytes of the words, by lane. t0 and t1 have the totals of s0 and
		// s1 before each word.
		var s0, s1, t0, t1 uint64
		for len(block) >= 8 {
			v := binary.LittleEndian.Uint64(block)
			block = block[8:]
			t0 += s0
			t1 += s1
			s0 += v & even
			s1 += v >> 8 & even
		}
		b += bytes*a + 8*lanes(t0) + 8*lanes(t1)
		b += weighted(s0, 8) + weighted(s1, 7)
		a += lanes(s0) + lanes(s1)
		a %= adlerMod
		b %= adlerMod
	}
	for _, v := range p {
		a += uint32(v)
		b += a
	}
	s.a, s.b = a%adlerMod, b%adlerMod
}

// lanes returns the sum of four lanes of 16 bits.
func lanes(v uint64) uint32 {
	return uint32(v&0xffff) + uint32(v>>16&0xffff) + uint32(v>>32&0xffff) + uint32(v>>48)
}

// weighted returns the sum of four lanes with the weights w, w-2, w-4 and w-6.
func weighted(v uint64, w uint32) uint32 {
	return uint32(v&0xffff)*w + uint32(v>>16&0xffff)*(w-2) + uint32(v>>32&0xffff)*(w-4) + uint32(v>>48)*(w-6)
}
