package jpeg

// startOfFile writes everything up to the first scan but its Huffman tables: SOI, APP0 (JFIF 1.02,
// section 1), DQT and SOF.
func (e *encoder) startOfFile(sof byte) {
	out := &e.out
	out.bytes(0xFF, mSOI)
	out.segment(mAPP0, 14)
	out.bytes('J', 'F', 'I', 'F', 0, 1, 2, 0, 0, 1, 0, 1, 0, 0) // square pixels, no picture of its own
	out.segment(mDQT, 65*len(e.comps))
	for i := range e.comps {
		out.bytes(byte(i))
		out.bytes(e.quant[i].steps[:]...)
	}
	out.segment(sof, 6+3*len(e.comps))
	out.bytes(8, byte(e.size.Y>>8), byte(e.size.Y), byte(e.size.X>>8), byte(e.size.X), byte(len(e.comps)))
	for i, c := range e.comps {
		out.bytes(byte(i+1), byte(c.h<<4|c.v), byte(i))
	}
}

// huffmanTables makes the tables with those numbers from what has been counted, and writes them.
func (e *encoder) huffmanTables(numbers []int, extra func(symbol byte) int) {
	for _, table := range numbers {
		var s huffmanSpec
		s.optimal(&e.counts[table])
		e.codes.set(table, &s, extra)
		e.out.segment(mDHT, 17+len(s.symbols))
		e.out.bytes(byte(table&1<<4 | table>>1))
		e.out.bytes(s.counts[:]...)
		e.out.bytes(s.symbols...)
	}
}

// startOfScan writes SOS. first is the index of the first of the scan's components.
func (e *encoder) startOfScan(comps []encComponent, first int, s scan) {
	e.out.segment(mSOS, 4+2*len(comps))
	e.out.bytes(byte(len(comps)))
	for i, c := range comps {
		e.out.bytes(byte(first+i+1), byte(c.table<<4|c.table))
	}
	e.out.bytes(byte(s.ss), byte(s.se), byte(s.ah<<4|s.al))
}

func (e *encoder) endOfFile() { e.out.bytes(0xFF, mEOI) }
