package jpeg

// tables holds the contents of DHT, DQT, DAC and DRI. They apply to the scans that follow.
type tables struct {
	huff            [2][4]huffman // DC, AC
	quant           [4]quantTable
	restartInterval int

	conditioning // for arithmetic coding
}

// quantTable is a quantization table in zigzag order.
type quantTable struct {
	q       [64]int32
	defined bool
}

// undefine marks all tables as undefined at the start of a file. Their contents are kept, in case the file defines
// the same tables as the previous one.
func (t *tables) undefine() {
	for class := range t.huff {
		for i := range t.huff[class] {
			t.huff[class][i].defined = false
		}
	}
	for i := range t.quant {
		t.quant[i].defined = false
	}
	t.restartInterval = 0
	t.conditioning = usualConditioning
}

// segment reads a segment that defines tables or the restart interval.
func (t *tables) segment(marker byte, seg []byte) error {
	switch marker {
	case mDHT:
		return t.readDHT(seg)
	case mDQT:
		return t.readDQT(seg)
	case mDAC:
		return t.readDAC(seg)
	}
	if len(seg) != 2 {
		return corrupt("DRI has a wrong length")
	}
	t.restartInterval = int(seg[0])<<8 | int(seg[1])
	return nil
}

// readDQT reads quantization tables (section B.2.4.1).
func (t *tables) readDQT(seg []byte) error {
	for len(seg) > 0 {
		precision, id := seg[0]>>4, seg[0]&15
		size := 64 << precision
		switch {
		case precision > 1 || id > 3:
			return corrupt("bad quantization table number or precision")
		case len(seg) < 1+size:
			return corrupt("DQT has a wrong length")
		}
		q := &t.quant[id]
		q.defined = true
		for i := range q.q {
			if precision == 0 {
				q.q[i] = int32(seg[1+i])
			} else {
				q.q[i] = int32(seg[1+2*i])<<8 | int32(seg[2+2*i])
			}
		}
		seg = seg[1+size:]
	}
	return nil
}

// readDHT reads Huffman tables (section B.2.4.2). The lookup tables are built when a scan uses them.
func (t *tables) readDHT(seg []byte) error {
	for len(seg) > 0 {
		class, id := seg[0]>>4, seg[0]&15
		if class > 1 || id > 3 {
			return corrupt("bad Huffman table number")
		}
		if len(seg) < 17 {
			return corrupt("DHT has a wrong length")
		}
		n := 0
		for _, c := range seg[1:17] {
			n += int(c)
		}
		if n > 256 || len(seg) < 17+n {
			return corrupt("DHT has a wrong length")
		}
		t.huff[class][id].define(int(class), string(seg[1:17]), string(seg[17:17+n]))
		seg = seg[17+n:]
	}
	return nil
}
