package jpeg

import "math/bits"

// zigzagMasks converts a bit mask in the order of a codedBlock to zigzag order, one byte at a time.
var zigzagMasks = makeZigzagMasks()

// codedAt is the index in a codedBlock of each coefficient in zigzag order.
var codedAt = makeCodedAt()

func makeCodedAt() (at [64]uint8) {
	for k, z := range zigzag {
		at[k] = z&7<<3 | z>>3
	}
	return at
}

func makeZigzagMasks() *[8][256]uint64 {
	var m [8][256]uint64
	for k, z := range zigzag {
		u, v := z&7, z>>3
		for b := range 256 {
			if b>>v&1 != 0 {
				m[u][b] |= 1 << k
			}
		}
	}
	return &m
}

// inZigzag returns a mask in zigzag order.
func inZigzag(m uint64) uint64 {
	t := zigzagMasks
	return t[0][m&255] | t[1][m>>8&255] | t[2][m>>16&255] | t[3][m>>24&255] |
		t[4][m>>32&255] | t[5][m>>40&255] | t[6][m>>48&255] | t[7][m>>56]
}

// sequential writes a baseline file of one scan.
func (e *encoder) sequential() error {
	for y := range e.mcus.Y {
		if err := e.ctx.Err(); err != nil {
			return err
		}
		e.src.load(y)
		if err := e.sequentialRow(y); err != nil {
			return err
		}
	}
	e.startOfFile(mSOF0)
	var specs [4]huffmanSpec
	tables := 2 * min(len(e.comps), 2)
	for i := range tables {
		specs[i].optimal(&e.counts[i])
		e.codes.set(i, &specs[i], magnitudeBits)
	}
	e.writeTables(specs[:tables], []byte{0x00, 0x10, 0x01, 0x11}[:tables])
	e.startOfScan(e.comps, 0, scan{se: 63})
	if err := e.write(&e.streams[0][0]); err != nil {
		return err
	}
	e.endOfFile()
	return nil
}

// sequentialRow makes the tokens of a row of MCUs.
func (e *encoder) sequentialRow(row int) error {
	for x := range e.mcus.X {
		c, err := e.reserve(&e.streams[0][0], 6*blockTokens)
		if err != nil {
			return err
		}
		for i := range e.comps {
			comp := &e.comps[i]
			for v := range comp.v {
				for h := range comp.h {
					c.count += e.sequentialBlock(c.tokens[c.count:], i, x*comp.h+h, row*comp.v+v, v)
				}
			}
		}
	}
	return nil
}

// sequentialBlock makes the tokens of a block and returns their number. A block outside of the picture repeats the previous DC coefficient,
// because that takes the fewest bits (section A.2.4 does not define its contents).
func (e *encoder) sequentialBlock(to []token, i, x, y, v int) int {
	c := &e.comps[i]
	table := 2 * c.table
	if x >= c.blocks.X || y >= c.blocks.Y {
		e.counts[table][0]++
		e.counts[table+1][0]++
		to[0], to[1] = newToken(table, 0, 0), newToken(table+1, 0, 0)
		return 2
	}
	nonzero := e.forward(i, x, y, v)
	dc := int32(e.coded[0])
	size, low := magnitude(dc - c.dc)
	c.dc = dc
	e.counts[table][size]++
	to[0] = newToken(table, size, low)
	nonzero &^= 1
	n := 1 + tokensAC(to[1:], &e.coded, nonzero, 1, &e.counts[table+1], table+1)
	if nonzero>>63 == 0 {
		e.counts[table+1][0]++
		to[n] = newToken(table+1, 0, 0)
		n++
	}
	return n
}

// tokensAC makes the tokens of the AC coefficients in nonzero and returns their number. It starts at index ss in zigzag order. It does not
// make the token for the end of the block (section F.1.2.2).
func tokensAC(to []token, b *codedBlock, nonzero uint64, ss int, counts *histogram, table int) int {
	out := (*[64]token)(to)
	base := uint32(table) << 24
	n, last := 0, ss-1
	for m := nonzero; m != 0; m &= m - 1 {
		k := bits.TrailingZeros64(m)
		run := k - last - 1
		last = k
		for ; run > 15; run -= 16 {
			counts[zeroRun]++
			out[n&63] = token(base | zeroRun<<16)
			n++
		}
		size, low := magnitude(int32(b[codedAt[k&63]&63]))
		symbol := uint32(run<<4|size) & 255
		counts[symbol]++
		out[n&63] = token(base | symbol<<16 | low)
		n++
	}
	return n
}

// zeroRun is the symbol ZRL: 16 coefficients of 0.
const zeroRun = 0xF0
