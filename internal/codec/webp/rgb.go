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

// blend sets chroma[1:] to 4 times the chroma of a row of pixels, which lies between the two given
// rows, and repeats what is at the ends.
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

// convertRowGo converts a row of pixels, two by two, which share the nearer chroma sample. Chroma
// is from blend.
func convertRowGo(dst, luma []byte, cb, cr []uint16) {
	cr = cr[:len(cb)]
	for i := 1; i < len(cb)-1; i++ {
		u, v := 3*cb[i]+8, 3*cr[i]+8
		convert(dst[:4], int32(luma[0]), int32(u+cb[i-1])>>4, int32(v+cr[i-1])>>4)
		if len(luma) < 2 {
			return
		}
		convert(dst[4:8], int32(luma[1]), int32(u+cb[i+1])>>4, int32(v+cr[i+1])>>4)
		dst, luma = dst[8:], luma[2:]
	}
}

// What is subtracted, times 1<<6: the products of 16 and 128, from which luma and chroma are
// counted, less a half for rounding. The 2 of green is libwebp's.
const (
	redOffset   = (16*lumaFactor+128*crToRed)>>8 - 32
	greenOffset = (16*lumaFactor-128*(cbToGreen+crToGreen))>>8 - 32 + 2
	blueOffset  = (16*lumaFactor+128*cbToBlue)>>8 - 32
)

// convert converts a pixel. Products lose 8 bits before they are added up, as they do in libwebp.
func convert(dst []byte, y, u, v int32) {
	y = y * lumaFactor >> 8
	r := y + v*crToRed>>8 - redOffset
	g := y - u*cbToGreen>>8 - v*crToGreen>>8 - greenOffset
	b := y + u*cbToBlue>>8 - blueOffset
	if uint32(r|g|b) < 256<<6 { // as nearly all
		binary.LittleEndian.PutUint32(dst, uint32(r>>6)|uint32(g>>6)<<8|uint32(b>>6)<<16|0xff<<24)
		return
	}
	dst[0], dst[1], dst[2], dst[3] = clip(r>>6), clip(g>>6), clip(b>>6), 255
}
