package jpeg

// startOfFile writes everything before the Huffman tables of the first scan: SOI, APP0 (JFIF 1.02, section 1), DQT and SOF.
func (e *encoder) startOfFile(sof byte) {
	out := &e.out
	out.bytes(0xFF, mSOI)
	out.segment(mAPP0, 14)
	out.bytes('J', 'F', 'I', 'F', 0, 1, 2, 0, 0, 1, 0, 1, 0, 0) // square pixels, no thumbnail
	out.segment(mDQT, 65*e.tables)
	for i := range e.tables {
		out.bytes(byte(i))
		out.bytes(e.quant[i].steps[:]...)
	}
	out.segment(sof, 6+3*len(e.comps))
	out.bytes(8, byte(e.size.Y>>8), byte(e.size.Y), byte(e.size.X>>8), byte(e.size.X), byte(len(e.comps)))
	for i, c := range e.comps {
		out.bytes(byte(i+1), byte(c.h<<4|c.v), byte(min(i, e.tables-1)))
	}
}

// writeTables writes Huffman tables in one DHT segment. An id has the class of a table, 0 for DC and 1 for AC, in its upper
// four bits, and the number of the table in its lower four bits.
func (e *encoder) writeTables(specs []huffmanSpec, ids []byte) {
	n := 0
	for i := range specs {
		n += 17 + len(specs[i].symbols)
	}
	e.out.segment(mDHT, n)
	for i := range specs {
		e.out.bytes(ids[i])
		e.out.bytes(specs[i].counts[:]...)
		e.out.bytes(specs[i].symbols...)
	}
}

// startOfScan writes SOS. first is the index of the scan's first component.
func (e *encoder) startOfScan(comps []encComponent, first int, s scan) {
	e.out.segment(mSOS, 4+2*len(comps))
	e.out.bytes(byte(len(comps)))
	for i, c := range comps {
		tables := byte(c.table<<4 | c.table)
		if s.ss > 0 {
			tables &= 15 // a scan of AC coefficients uses no DC table
		}
		e.out.bytes(byte(first+i+1), tables)
	}
	e.out.bytes(byte(s.ss), byte(s.se), byte(s.ah<<4|s.al))
}

func (e *encoder) endOfFile() { e.out.bytes(0xFF, mEOI) }
