package webp

import "encoding/binary"

// Factors of BT.601's conversion from video range (RFC 6386, 9.2), times 1<<14: 255/219 for luma,
// 255/112 times 1-Kr, Kb(1-Kb)/Kg, Kr(1-Kr)/Kg and 1-Kb for chroma, where Kr, Kg and Kb are 0.299,
// 0.587 and 0.114.
const (
	lumaFactor = 19077
	crToRed    = 26149
	cbToGreen  = 6419
	crToGreen  = 13320
	cbToBlue   = 33050
)

// blend sets chroma[1:] to 4 times the chroma of a row of pixels that lies between the chroma rows near and far. It
// repeats the first and the last sample.
func blend(chroma []uint16, near, far []byte) {
	n := len(near)
	blendInner(chroma[1:][:n], near, far)
	chroma[0], chroma[n+1] = chroma[1], chroma[n]
}

func blendGo(dst []uint16, near, far []byte) {
	dst, far = dst[:len(near)], far[:len(near)]
	for i, v := range near {
		dst[i] = 3*uint16(v) + uint16(far[i])
	}
}

// Offsets for the values 16 of luma and 128 of chroma, times 1<<6, minus one half for rounding. The 2 for green matches
// libwebp.
const (
	redOffset   = (16*lumaFactor+128*crToRed)>>8 - 32
	greenOffset = (16*lumaFactor-128*(cbToGreen+crToGreen))>>8 - 32 + 2
	blueOffset  = (16*lumaFactor+128*cbToBlue)>>8 - 32
)

// The sum of one entry of each table in parts is a pixel: red, green and blue, each times 1<<6, in lanes of 21 bits. As in
// libwebp, products are shifted right by 8 bits before they are added. partBias is added to each lane, so that the lane is
// positive and one bit shows whether it must be clamped.
const (
	partBits = 21
	partBias = 1 << 15
	inPart   = 1 | 1<<partBits | 1<<(2*partBits) // times n: n in each lane
)

var parts = makeParts()

func makeParts() (p struct{ y, u, v [256]uint64 }) {
	lanes := func(r, g, b int64) uint64 { return uint64(r + g<<partBits + b<<(2*partBits)) }
	for i := range int64(256) {
		y := i * lumaFactor >> 8
		p.y[i] = lanes(y-redOffset, y-greenOffset, y-blueOffset) + partBias*inPart
		p.u[i] = lanes(0, -(i * cbToGreen >> 8), i*cbToBlue>>8)
		p.v[i] = lanes(i*crToRed>>8, -(i * crToGreen >> 8), 0)
	}
	return p
}

// convertRowGo converts a row of pixels in pairs; the pixels of a pair have the same nearest chroma sample. cb and cr
// come from blend.
func convertRowGo(dst, luma []byte, cb, cr []uint16) {
	if len(luma) == 0 {
		return
	}
	pairs := len(luma) / 2
	before, here := uint64(cb[0])|uint64(cr[0])<<16, uint64(cb[1])|uint64(cr[1])<<16
	cb, cr = cb[2:][:pairs], cr[2:][:pairs]
	for i := range cb {
		next := uint64(cb[i]) | uint64(cr[i])<<16
		// Cb and Cr of two pixels, in lanes of 16 bits: 3/4 of the nearer sample and 1/4 of the other.
		near := 3*here + 8*0x00010001
		chroma := (near + before | (near+next)<<32) >> 4
		two := (*[2]byte)(luma[2*i : 2*i+2])
		left := parts.y[two[0]] + parts.u[byte(chroma)] + parts.v[byte(chroma>>16)]
		right := parts.y[two[1]] + parts.u[byte(chroma>>32)] + parts.v[byte(chroma>>48)]
		var pixels uint64
		if beyond := (left ^ partBias*inPart) | (right ^ partBias*inPart); beyond&(7<<14*inPart) == 0 {
			pixels = uint64(packed(left)) | uint64(packed(right))<<32
		} else {
			pixels = uint64(limited(left)) | uint64(limited(right))<<32
		}
		binary.LittleEndian.PutUint64(dst[8*i:8*i+8], pixels)
		before, here = here, next
	}
	if len(luma)%2 != 0 {
		chroma := (3*here + 8*0x00010001 + before) >> 4
		sum := parts.y[luma[2*pairs]] + parts.u[byte(chroma)] + parts.v[byte(chroma>>16)]
		binary.LittleEndian.PutUint32(dst[8*pairs:], limited(sum))
	}
}

// packed returns red, green, blue and 255 of a pixel whose components need no clamping.
func packed(sum uint64) uint32 {
	return uint32(sum>>6)&0xFF | uint32(sum>>(partBits+6-8))&0xFF00 | uint32(sum>>(2*partBits+6-16))&0xFF0000 | 0xFF000000
}

// limited is like packed, but clamps the components.
func limited(s uint64) uint32 {
	lane := func(i int) uint32 { return uint32(clip((int32(s>>(i*partBits)&(1<<partBits-1)) - partBias) >> 6)) }
	return lane(0) | lane(1)<<8 | lane(2)<<16 | 0xFF000000
}

// convertSamples is a resample.Converter: it converts a row of Y'CbCr, of samples times 64, to pixels of image.RGBA.
func convertSamples(dst []byte, luma, cb, cr []int16) {
	const bits = 14 + 6 // fraction bits of the factors and of the samples together
	n := len(dst) / 4
	luma, cb, cr = luma[:n], cb[:n], cr[:n]
	for i, v := range luma {
		y := (int32(v)-16<<6)*lumaFactor + 1<<(bits-1)
		u, v := int32(cb[i])-128<<6, int32(cr[i])-128<<6
		binary.LittleEndian.PutUint32(dst[4*i:], uint32(clip((y+v*crToRed)>>bits))|
			uint32(clip((y-u*cbToGreen-v*crToGreen)>>bits))<<8|uint32(clip((y+u*cbToBlue)>>bits))<<16|0xFF000000)
	}
}
