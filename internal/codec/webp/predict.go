package webp

import "encoding/binary"

// predictGo predicts a square of size×size pixels (16 for luma, 8 for chroma) at buf[at] from the row above and the
// column on the left: RFC 6386, 12.2 and 12.3. modeDC ignores the row or column if there is no macroblock there.
func predictGo(buf []byte, at, stride, size int, mode uint8, hasAbove, hasLeft bool) {
	switch mode {
	case modeTM:
		predictTM(buf, at, stride, size)
	case modeVE:
		left := binary.LittleEndian.Uint64(buf[at-stride:])
		right := binary.LittleEndian.Uint64(buf[at-stride+size-8:]) // equal to the first 8 bytes if size is 8
		for y := range size {
			row := buf[at+y*stride:][:size]
			binary.LittleEndian.PutUint64(row, left)
			binary.LittleEndian.PutUint64(row[size-8:], right)
		}
	case modeHE:
		for y := range size {
			fill(buf[at+y*stride:][:size], buf[at+y*stride-1])
		}
	default:
		v := mean(buf, at, stride, size, hasAbove, hasLeft)
		for y := range size {
			fill(buf[at+y*stride:][:size], v)
		}
	}
}

func mean(buf []byte, at, stride, size int, hasAbove, hasLeft bool) byte {
	sum, n := uint64(0), uint64(0)
	if hasAbove {
		for x := 0; x < size; x += 8 {
			sum += sum8(binary.LittleEndian.Uint64(buf[at-stride+x:]))
		}
		n += uint64(size)
	}
	if hasLeft {
		for y := range size {
			sum += uint64(buf[at+y*stride-1])
		}
		n += uint64(size)
	}
	if n == 0 {
		return 128
	}
	return byte((sum + n/2) / n)
}

// sum8 returns the sum of the bytes of a word.
func sum8(v uint64) uint64 {
	const low = 0x00ff00ff00ff00ff
	return (v&low + v>>8&low) * 0x0001000100010001 >> 48
}

// fill sets a row of 8 or 16 pixels.
func fill(row []byte, v byte) {
	w := uint64(v) * 0x0101010101010101
	binary.LittleEndian.PutUint64(row, w)
	if len(row) == 16 {
		binary.LittleEndian.PutUint64(row[8:], w)
	}
}

// predictTM is TrueMotion prediction: each pixel is left + above - corner, clamped.
func predictTM(buf []byte, at, stride, size int) {
	corner := int32(buf[at-stride-1])
	above := binary.LittleEndian.Uint64(buf[at-stride:])
	if size == 4 {
		for y := range 4 {
			row := buf[at+y*stride-1:][:5]
			binary.LittleEndian.PutUint32(row[1:], uint32(newAddend(int32(row[0])-corner).to(above)))
		}
		return
	}
	more := binary.LittleEndian.Uint64(buf[at-stride+size-8:]) // equal to the first 8 bytes if size is 8
	for y := range size {
		row := buf[at+y*stride-1:][:1+size]
		a := newAddend(int32(row[0]) - corner)
		binary.LittleEndian.PutUint64(row[1:], a.to(above))
		binary.LittleEndian.PutUint64(row[size-7:], a.to(more))
	}
}

// predictBlocksGo predicts a row of four 4×4 blocks, the first at buf[at]. After each block it adds the residue in g, as
// addGroupGo does.
func predictBlocksGo(buf []byte, at, stride int, modes []uint8, g *group, counts []uint8) {
	for b, mode := range modes {
		predictBlock(buf, at+4*b, stride, mode, binary.LittleEndian.Uint32(buf[at+4*b-stride+4:]))
		if n := counts[b]; n > 0 {
			addBlock(buf[at+4*b:], stride, g[4*b:], n)
		}
	}
}

// predictBlock predicts the 4×4 pixels at buf[at]: RFC 6386, 12.3. right holds the four pixels above on the right, the
// leftmost in the lowest byte. The edge pixels are named from the lower left corner to the upper right corner.
func predictBlock(buf []byte, at, stride int, mode uint8, right uint32) {
	top := binary.LittleEndian.Uint32(buf[at-stride:])
	if mode == modeTM {
		predictTM(buf, at, stride, 4)
		return
	}
	e3 := uint32(buf[at-1])
	e2 := uint32(buf[at+stride-1])
	e1 := uint32(buf[at+2*stride-1])
	e0 := uint32(buf[at+3*stride-1])
	e4 := uint32(buf[at-stride-1])
	e5, e6, e7, e8 := top&255, top>>8&255, top>>16&255, top>>24
	var r0, r1, r2, r3 uint32
	switch mode {
	case modeDC:
		r0 = (e0 + e1 + e2 + e3 + e5 + e6 + e7 + e8 + 4) >> 3 * 0x01010101
		r1, r2, r3 = r0, r0, r0
	case modeVE:
		r0 = avg3(e4, e5, e6) | avg3(e5, e6, e7)<<8 | avg3(e6, e7, e8)<<16 | avg3(e7, e8, right&255)<<24
		r1, r2, r3 = r0, r0, r0
	case modeHE:
		r0, r1 = avg3(e4, e3, e2)*0x01010101, avg3(e3, e2, e1)*0x01010101
		r2, r3 = avg3(e2, e1, e0)*0x01010101, avg3(e1, e0, e0)*0x01010101
	case modeLD:
		e9, e10, e11, e12 := right&255, right>>8&255, right>>16&255, right>>24
		r0 = avg3(e5, e6, e7) | avg3(e6, e7, e8)<<8 | avg3(e7, e8, e9)<<16 | avg3(e8, e9, e10)<<24
		r1 = r0>>8 | avg3(e9, e10, e11)<<24
		r2 = r1>>8 | avg3(e10, e11, e12)<<24
		r3 = r2>>8 | avg3(e11, e12, e12)<<24
	case modeRD:
		r3 = avg3(e0, e1, e2) | avg3(e1, e2, e3)<<8 | avg3(e2, e3, e4)<<16 | avg3(e3, e4, e5)<<24
		r2 = r3>>8 | avg3(e4, e5, e6)<<24
		r1 = r2>>8 | avg3(e5, e6, e7)<<24
		r0 = r1>>8 | avg3(e6, e7, e8)<<24
	case modeVR:
		r0 = avg2(e4, e5) | avg2(e5, e6)<<8 | avg2(e6, e7)<<16 | avg2(e7, e8)<<24
		r1 = avg3(e3, e4, e5) | avg3(e4, e5, e6)<<8 | avg3(e5, e6, e7)<<16 | avg3(e6, e7, e8)<<24
		r2 = r0<<8 | avg3(e2, e3, e4)
		r3 = r1<<8 | avg3(e1, e2, e3)
	case modeVL:
		e9, e10, e11, e12 := right&255, right>>8&255, right>>16&255, right>>24
		r0 = avg2(e5, e6) | avg2(e6, e7)<<8 | avg2(e7, e8)<<16 | avg2(e8, e9)<<24
		r1 = avg3(e5, e6, e7) | avg3(e6, e7, e8)<<8 | avg3(e7, e8, e9)<<16 | avg3(e8, e9, e10)<<24
		r2 = r0>>8 | avg3(e9, e10, e11)<<24 // not the mean of two pixels: an exception in the RFC
		r3 = r1>>8 | avg3(e10, e11, e12)<<24
	case modeHD:
		r3 = avg2(e0, e1) | avg3(e0, e1, e2)<<8 | avg2(e1, e2)<<16 | avg3(e1, e2, e3)<<24
		r2 = r3>>16 | avg2(e2, e3)<<16 | avg3(e2, e3, e4)<<24
		r1 = r2>>16 | avg2(e3, e4)<<16 | avg3(e3, e4, e5)<<24
		r0 = r1>>16 | avg3(e4, e5, e6)<<16 | avg3(e5, e6, e7)<<24
	case modeHU:
		r0 = avg2(e3, e2) | avg3(e3, e2, e1)<<8 | avg2(e2, e1)<<16 | avg3(e2, e1, e0)<<24
		r1 = r0>>16 | avg2(e1, e0)<<16 | avg3(e1, e0, e0)<<24
		r2 = r1>>16 | e0<<16 | e0<<24
		r3 = e0 * 0x01010101
	}
	binary.LittleEndian.PutUint32(buf[at:], r0)
	binary.LittleEndian.PutUint32(buf[at+stride:], r1)
	binary.LittleEndian.PutUint32(buf[at+2*stride:], r2)
	binary.LittleEndian.PutUint32(buf[at+3*stride:], r3)
}

func avg2(a, b uint32) uint32    { return (a + b + 1) >> 1 }
func avg3(a, b, c uint32) uint32 { return (a + 2*b + c + 2) >> 2 }
