package webp

import "encoding/binary"

// A group holds the coefficients of four 4×4 blocks: a row of luma blocks, or the blocks of Cb or Cr. Coefficient x, y
// of block b is at index 16y+4b+x, so that a row of all four blocks is contiguous.
type group [4 * 16]int16

// inverseWHT applies the inverse Walsh-Hadamard transform to the Y2 block, stores the results as the first
// coefficients of the 16 luma blocks, and clears the Y2 block: RFC 6386, 14.3.
func inverseWHT(in *group, n uint8, out *[6]group, counts *[24]uint8) {
	if n <= 1 {
		if dc := int16((int32(in[0]) + 3) >> 3); n == 1 && dc != 0 {
			for i := range 16 {
				out[i/4][4*(i%4)] = dc
				counts[i] = max(counts[i], 1)
			}
		}
		in[0] = 0
		return
	}
	var t [16]int32
	for i := range 4 {
		c0, c1, c2, c3 := int32(in[i]), int32(in[16+i]), int32(in[32+i]), int32(in[48+i])
		a0, a1, a2, a3 := c0+c3, c1+c2, c1-c2, c0-c3
		t[i], t[4+i], t[8+i], t[12+i] = a0+a1, a3+a2, a0-a1, a3-a2
	}
	*in = group{}
	for y := range 4 {
		r, o := t[4*y:][:4], &out[y]
		a0, a1 := r[0]+3+r[3], r[1]+r[2]
		a2, a3 := r[1]-r[2], r[0]+3-r[3]
		o[0], o[4], o[8], o[12] = int16((a0+a1)>>3), int16((a3+a2)>>3), int16((a0-a1)>>3), int16((a3-a2)>>3)
		if o[0]|o[4]|o[8]|o[12] != 0 {
			for x := range 4 {
				counts[4*y+x] = max(counts[4*y+x], 1)
			}
		}
	}
}

// mul1 and mul2 multiply by √2·cos(π/8) and √2·sin(π/8): RFC 6386, 14.4.
func mul1(v int32) int32 { return v + v*20091>>16 }
func mul2(v int32) int32 { return v * 35468 >> 16 }

// addGroupGo applies the inverse transform to a group, adds the result to the pixels, and clears the coefficients. The
// first two blocks start at dst and dst[4:], the other two at dst[others:] and dst[others+4:]. counts holds the number of
// coefficients per block; 1 means that only the first may be nonzero.
func addGroupGo(dst []byte, stride, others int, g *group, counts []uint8) {
	for b, n := range counts {
		if n > 0 {
			addBlock(dst[b/2*others+b%2*4:], stride, g[4*b:], n)
		}
	}
}

// addBlock does the work of addGroupGo for one block with n coefficients.
func addBlock(dst []byte, stride int, c []int16, n uint8) {
	if n <= 1 {
		addDC(dst, stride, (int32(c[0])+4)>>3)
		c[0] = 0
		return
	}
	c = c[:3*16+4]
	var t [16]int32 // transposed
	for i := range 4 {
		c0, c1, c2, c3 := int32(c[i]), int32(c[16+i]), int32(c[32+i]), int32(c[48+i])
		a, b := c0+c2, c0-c2
		e, f := mul2(c1)-mul1(c3), mul1(c1)+mul2(c3)
		t[i], t[4+i], t[8+i], t[12+i] = a+f, b+e, b-e, a-f
		c[i], c[16+i], c[32+i], c[48+i] = 0, 0, 0, 0
	}
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

// An addend is added to each of 8 bytes. The sums are clamped to 0 to 255.
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

// clip clamps v to the range of a byte.
func clip(v int32) byte {
	if uint32(v) > 255 {
		v = ^v >> 31
	}
	return byte(v)
}
