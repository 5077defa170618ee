package icc

import (
	"math"
	"sync"
)

// A packed colour has its three channels side by side in 64 bits, so that they are multiplied and added at once: encoded sRGB, from half of
// white below black to half of white above white, in packedBits each. The bits above take the products with weights of 256ths.
const (
	packedBits = 13
	white      = 1 << (packedBits - 1) // above black
)

// pack takes encoded sRGB, of which 1 is white.
func pack(colour [3]float32) (v uint64) {
	for i, c := range colour {
		level := int(math.Round(float64(c+0.5) * white))
		v |= uint64(min(max(level, 0), 1<<packedBits-1)) << (i * lane)
	}
	return v
}

// unpack takes 256 times a packed colour to levels.
func unpack(dst []byte, levels *[1 << packedBits]byte, v uint64) {
	const mask = 1<<packedBits - 1
	dst[0], dst[1], dst[2] = levels[v>>8&mask], levels[v>>(8+lane)&mask], levels[v>>(8+2*lane)&mask]
}

// half is what rounds 256 times a packed colour.
const half = 128 | 128<<lane | 128<<(2*lane)

// unpacked are the levels of packed colours.
var unpacked = sync.OnceValue(func() *[1 << packedBits]byte {
	out := new([1 << packedBits]byte)
	for i := range out {
		out[i] = byte(clip(float64(i)/white-0.5)*255 + 0.5)
	}
	return out
})
