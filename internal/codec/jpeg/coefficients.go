package jpeg

import (
	"context"
	"math/bits"
)

// coefficients holds the quantized coefficients that the scans of a progressive file have decoded so far. It has
// the values of the coefficients that the scale needs. For every coefficient it also records whether it is nonzero,
// because refinement scans depend on that.
type coefficients struct {
	value   [4][]int16  // per component, scale·scale values per block
	nonzero [4][]uint64 // per component, one word per block with bit k in zigzag order; nil if no AC scan is decoded

	values []int16 // backing memory of value
	words  []uint64
}

// allocate allocates memory for the components of f. withAC marks the components whose AC scans are decoded.
func (p *coefficients) allocate(f *frame, withAC [4]bool) {
	values, words := 0, 0
	for i, c := range f.comps {
		n := c.blocksX * c.blocksY
		values += n * c.scale * c.scale
		if withAC[i] {
			words += n
		}
	}
	p.values, p.words = fitted(p.values, values, 2), fitted(p.words, words, 8)
	clear(p.values)
	clear(p.words)
	value, word := p.values, p.words
	for i, c := range f.comps {
		n := c.blocksX * c.blocksY
		p.value[i], value = value[:n*c.scale*c.scale], value[n*c.scale*c.scale:]
		p.nonzero[i] = nil
		if withAC[i] {
			p.nonzero[i], word = word[:n], word[n:]
		}
	}
}

// transform applies the inverse DCT to all coefficients.
func (d *Decoder) transform(ctx context.Context) error {
	d.out.allocate(&d.frame)
	for i := range d.comps {
		c := &d.comps[i]
		var q [64]int32 // quantization steps, in the order of value
		for k, at := range slotsFor[c.scale].dense {
			if slotsFor[c.scale].kept>>k&1 != 0 {
				q[at] = c.steps[k]
			}
		}
		for y := range c.codedY {
			if err := ctx.Err(); err != nil {
				return err
			}
			d.transformRow(i, y, &q)
		}
	}
	return nil
}

// transformRow applies the inverse DCT to row y of the blocks of component i.
func (d *Decoder) transformRow(i, y int, q *[64]int32) {
	c := &d.comps[i]
	size := c.scale * c.scale
	stride := d.out.stride[i]
	dst := d.out.plane[i][y*c.scale*stride:]
	row := d.prog.value[i][y*c.blocksX*size:][:c.codedX*size]
	switch c.scale {
	case 1:
		for x, v := range row {
			dst[x] = clamped((int(v)*int(q[0]) + half) >> 3)
		}
		return
	case 2:
		transformTwo(row, q, dst, dst[stride:])
		return
	}
	var nonzero []uint64 // empty if no AC scan was decoded
	if all := d.prog.nonzero[i]; all != nil {
		nonzero = all[y*c.blocksX:][:c.codedX]
	} else {
		for x := range c.codedX {
			flat(dst[x*c.scale:], stride, c.scale, clamped((int(row[x*size])*int(q[0])+half)>>3))
		}
	}
	kept := slotsFor[c.scale].kept &^ 1
	for x, nz := range nonzero {
		last := uint(0)
		value := row[x*size:][:size]
		if nz &= kept; nz != 0 {
			last = uint(bits.Len64(nz) - 1)
			for u := range c.scale {
				to, v, q := d.blk[8*u:][:c.scale], value[u*c.scale:][:c.scale], q[u*c.scale:][:c.scale]
				for j := range to {
					to[j] = float32(int32(v[j])*q[j]) / 8
				}
			}
		}
		d.blk[0] = float32(float32(int32(value[0])*q[0])/8) + level
		reconstruct(&d.blk, last, c.scale, dst[x*c.scale:], stride)
	}
}

// transformTwo applies the two-point inverse DCT, which is sums and differences, to a row of blocks. It works on the
// coefficients directly, because copying them to a block would take longer.
func transformTwo(row []int16, q *[64]int32, upper, lower []byte) {
	for ; len(row) >= 4 && len(upper) >= 2 && len(lower) >= 2; row, upper, lower = row[4:], upper[2:], lower[2:] {
		f00, f01 := int(row[0])*int(q[0])+half, int(row[1])*int(q[1])
		f10, f11 := int(row[2])*int(q[2]), int(row[3])*int(q[3])
		left, right := f00+f10, f00-f10
		down, up := f01+f11, f01-f11
		upper[0], upper[1] = clamped((left+down)>>3), clamped((right+up)>>3)
		lower[0], lower[1] = clamped((left-down)>>3), clamped((right-up)>>3)
	}
}

// half is level for coefficients that are not yet divided by 8.
const half = 8 * level

func clamped(v int) byte {
	if uint(v) > 255 {
		return byte(^(v >> 31)) // all bits of v>>31 equal the sign, because v has at most 32 bits
	}
	return byte(v)
}
