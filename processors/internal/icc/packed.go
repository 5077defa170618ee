package icc

import (
	"math"
	"sync"
)

// packed is a Transform of curves and a matrix for 8-bit samples: what each sample adds to the three channels of linear sRGB, side by
// side in 64 bits, so that a pixel takes two additions. It is within a third of a step of encoding of the sums in floating point, and
// three times as fast: BenchmarkApply.
//
// Light runs from -1.5 to 2.5, of which 1 is white; that is enough for all spaces that are in use.
type packed [3][256]uint64

const (
	lane        = 21                  // bits from one channel to the next
	laneBits    = 3                   // of a channel that are below a step of encoding
	packedZero  = encodeSteps * 3 / 2 // where black is, in steps
	packedRange = encodeSteps * 4
)

// newPacked returns nil if the light of some colour is out of range.
func newPacked(in *[4][256]float32, m linear) *packed {
	const scale = (encodeSteps - 1) << laneBits
	const half = 1 << (laneBits - 1) // of a step: to round
	p := new(packed)
	for i := range 3 {
		next, after := (i+1)%3, (i+2)%3
		low, high := 0.0, 0.0
		add := func(channel int, f func(v float64) int64) {
			least, most := math.Inf(1), math.Inf(-1)
			for j, v := range in[channel] {
				x := f(float64(v))
				least, most = min(least, float64(x)), max(most, float64(x))
				p[channel][j] += uint64(x) << (i * lane)
			}
			low, high = low+least, high+most
		}
		part := func(factor float32, v float64) int64 { return int64(math.Round(float64(factor) * v * scale)) }
		// Rounded so that three equal samples add up to the same in every channel: greys stay neutral.
		add(i, func(v float64) int64 { return part(m.sum[i], v) - part(m.a[i], v) - part(m.b[i], v) })
		add(next, func(v float64) int64 { return part(m.a[i], v) })
		add(after, func(v float64) int64 { return part(m.b[i], v) })
		const zero = packedZero<<laneBits + half
		if low+zero < 0 || high+zero >= packedRange<<laneBits {
			return nil
		}
		for j := range p[i] {
			p[i][j] += zero << (i * lane)
		}
	}
	return p
}

// packedLevels is encoding over the whole range of light.
var packedLevels = sync.OnceValue(func() *[packedRange]byte {
	table, out := encoding(), new([packedRange]byte)
	for i := range out {
		out[i] = table[min(max(i-packedZero, 0), encodeSteps-1)]
	}
	return out
})

// row converts pixels of four bytes, the last of which is kept. dst and src may be the same.
func (p *packed) row(dst, src []byte) {
	levels := packedLevels()
	for len(src) >= 4 && len(dst) >= 4 {
		v := p[0][src[0]] + p[1][src[1]] + p[2][src[2]]
		r, g, b := levels[uint16(v>>laneBits)], levels[uint16(v>>(laneBits+lane))], levels[uint16(v>>(laneBits+2*lane))]
		dst[0], dst[1], dst[2], dst[3] = r, g, b, src[3]
		src, dst = src[4:], dst[4:]
	}
}
