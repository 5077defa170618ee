package webp

import "encoding/binary"

// inverseWHT undoes the Walsh-Hadamard transform of the first coefficients of 16 blocks: RFC 6386, 14.3.
func inverseWHT(in *[16]int16, out *[24][16]int16) {
	var t [16]int32
	for i := range 4 {
		a0, a1 := int32(in[i])+int32(in[12+i]), int32(in[4+i])+int32(in[8+i])
		a2, a3 := int32(in[4+i])-int32(in[8+i]), int32(in[i])-int32(in[12+i])
		t[i], t[4+i], t[8+i], t[12+i] = a0+a1, a3+a2, a0-a1, a3-a2
	}
	for i := range 4 {
		r := t[4*i:][:4]
		a0, a1 := r[0]+3+r[3], r[1]+r[2]
		a2, a3 := r[1]-r[2], r[0]+3-r[3]
		out[4*i][0], out[4*i+1][0] = int16((a0+a1)>>3), int16((a3+a2)>>3)
		out[4*i+2][0], out[4*i+3][0] = int16((a0-a1)>>3), int16((a3-a2)>>3)
	}
}

// mul1 and mul2 multiply by √2·cos(π/8) and √2·sin(π/8): RFC 6386, 14.4.
func mul1(v int32) int32 { return v + v*20091>>16 }
func mul2(v int32) int32 { return v * 35468 >> 16 }

// addBlock undoes the cosine transform of the first n coefficients, adds the result to the 4×4 pixels that begin dst, and
// clears the coefficients.
func addBlock(dst []byte, stride int, c *[16]int16, n uint8) {
	if n <= 1 {
		addDC(dst, stride, (int32(c[0])+4)>>3)
		c[0] = 0
		return
	}
	var t [16]int32 // transposed
	for i := range 4 {
		c0, c1, c2, c3 := int32(c[i]), int32(c[4+i]), int32(c[8+i]), int32(c[12+i])
		a, b := c0+c2, c0-c2
		e, f := mul2(c1)-mul1(c3), mul1(c1)+mul2(c3)
		t[i], t[4+i], t[8+i], t[12+i] = a+f, b+e, b-e, a-f
	}
	*c = [16]int16{}
	for y := range 4 {
		r := t[4*y:][:4]
		a, b := r[0]+4+r[2], r[0]+4-r[2]
		e, f := mul2(r[1])-mul1(r[3]), mul1(r[1])+mul2(r[3])
		d := dst[y*stride:][:4]
		d[0] = clip(int32(d[0]) + (a+f)>>3)
		d[1] = clip(int32(d[1]) + (b+e)>>3)
		d[2] = clip(int32(d[2]) + (b-e)>>3)
		d[3] = clip(int32(d[3]) + (a-f)>>3)
	}
}

// addDC adds v to 4×4 pixels, two rows at a time.
func addDC(dst []byte, stride int, v int32) {
	if v == 0 {
		return
	}
	a := newAddend(v)
	for y := 0; y < 4; y += 2 {
		upper, lower := dst[y*stride:][:4], dst[(y+1)*stride:][:4]
		x := a.to(uint64(binary.LittleEndian.Uint32(upper)) | uint64(binary.LittleEndian.Uint32(lower))<<32)
		binary.LittleEndian.PutUint32(upper, uint32(x))
		binary.LittleEndian.PutUint32(lower, uint32(x>>32))
	}
}

// An addend is what is to be added to each of 8 bytes. Sums below 0 are 0, those beyond 255 are 255.
type addend struct{ bytes, flip uint64 } // x-v is ^(^x+v)

func newAddend(v int32) addend {
	return addend{uint64(min(abs(v), 255)) * 0x0101010101010101, uint64(v >> 31)}
}

func (a addend) to(x uint64) uint64 {
	const high = 0x8080808080808080
	x ^= a.flip
	sum := (x&^high + a.bytes&^high) ^ (x^a.bytes)&high
	over := (x&a.bytes | (x|a.bytes)&^sum) & high // the carries out of the bytes
	return (sum | (over>>7)*255) ^ a.flip
}

// clip limits v to what a byte holds.
func clip(v int32) byte {
	if uint32(v) > 255 {
		v = ^v >> 31
	}
	return byte(v)
}
