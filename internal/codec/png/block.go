package png

import "encoding/binary"

// block reads the header of a block (RFC 1951, 3.2.3).
func (z *inflater) block() error {
	if z.last {
		z.state = atEnd
		return nil
	}
	if err := z.in.want(idatPad / 2); err != nil { // more than the longest header
		return err
	}
	z.refill()
	z.last = z.take(1) == 1
	cost := int64(8) // cost of the block besides its symbols
	switch z.take(2) {
	case 0:
		z.byteAlign()
		n := binary.LittleEndian.Uint32(z.in.buf[z.in.pos:])
		z.in.pos += 4
		if n&0xffff != ^n>>16 {
			return corrupt("the length of a stored block and its complement differ")
		}
		z.stored, z.state = int(n&0xffff), inStored
		return z.in.meter.Spend(cost)
	case 1:
		if !z.fixed {
			z.fixed, cost = true, tablesCost
			z.fixedTables()
		}
	case 2:
		z.fixed, cost = false, tablesCost
		if err := z.dynamic(); err != nil {
			return err
		}
	default:
		return corrupt("invalid block type")
	}
	z.state = inHuffman
	return z.in.meter.Spend(cost)
}

// tablesCost is the cost of building the tables, in bytes that could be decoded in the same time.
const tablesCost = 512

// fixedTables sets the tables of RFC 1951, 3.2.6.
func (z *inflater) fixedTables() {
	var n [fixedLit]byte
	for i := range n {
		switch {
		case i < 144, i >= 280:
			n[i] = 8
		case i < 256:
			n[i] = 9
		default:
			n[i] = 7
		}
	}
	build(z.lit[:], litBits, n[:], litSymbols[:]) // these codes are too long for joinLiterals
	for i := range 32 {
		n[i] = 5
	}
	build(z.dist[:], distBits, n[:32], distSymbols[:])
}

// dynamic reads the Huffman tables of a block with dynamic codes (RFC 1951, 3.2.7).
func (z *inflater) dynamic() error {
	lits, dists, codes := 257+int(z.take(5)), 1+int(z.take(5)), 4+int(z.take(4))
	if lits > maxLit || dists > maxDist {
		return corrupt("invalid code lengths")
	}
	var n [maxLit + maxDist]byte
	for i := range codes {
		z.refill()
		n[codeOrder[i]] = byte(z.take(3))
	}
	const width = 7
	var table [1 << width]uint32
	if !build(table[:], width, n[:19], codeSymbols[:]) {
		return corrupt("invalid code lengths")
	}
	clear(n[:19])
	for i := 0; i < lits+dists; {
		z.refill()
		e := table[z.bits&(1<<width-1)]
		z.take(uint(e & taken))
		if e&exceptional != 0 {
			return corrupt("invalid code lengths")
		}
		var repeat int
		var value byte
		switch symbol := e >> 16; symbol {
		case 16:
			if i == 0 {
				return corrupt("invalid code lengths")
			}
			value, repeat = n[i-1], 3+int(z.take(2))
		case 17:
			repeat = 3 + int(z.take(3))
		case 18:
			repeat = 11 + int(z.take(7))
		default:
			value, repeat = byte(symbol), 1
		}
		if i+repeat > lits+dists {
			return corrupt("invalid code lengths")
		}
		for range repeat {
			n[i] = value
			i++
		}
	}
	if !build(z.lit[:], litBits, n[:lits], litSymbols[:]) || !build(z.dist[:], distBits, n[lits:][:dists], distSymbols[:]) {
		return corrupt("invalid Huffman codes")
	}
	joinLiterals(&z.lit, n[:lits])
	return nil
}

var codeOrder = [19]uint8{16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15}
