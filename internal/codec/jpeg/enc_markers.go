package jpeg

// startOfFile writes everything up to the first scan but its Huffman tables: SOI, APP0 (JFIF 1.02,
// section 1), DQT and SOF.
func (e *encoder) startOfFile(sof byte) {
	out := &e.out
	out.bytes(0xFF, mSOI)
	out.segment(mAPP0, 14)
	out.bytes('J', 'F', 'I', 'F', 0, 1, 2, 0, 0, 1, 0, 1, 0, 0) // square pixels, no picture of its own
	tables := len(e.comps)
	if e.oneChroma {
		tables = 2
	}
	out.segment(mDQT, 65*tables)
	for i := range tables {
		out.bytes(byte(i))
		out.bytes(e.quant[i].steps[:]...)
	}
	out.segment(sof, 6+3*len(e.comps))
	out.bytes(8, byte(e.size.Y>>8), byte(e.size.Y), byte(e.size.X>>8), byte(e.size.X), byte(len(e.comps)))
	for i, c := range e.comps {
		out.bytes(byte(i+1), byte(c.h<<4|c.v), byte(min(i, tables-1)))
	}
}

// huffmanTable makes the table of that number, of DC 0, AC 0, DC 1 and AC 1, from what has been
// counted, and writes it.
func (e *encoder) huffmanTable(number int, counts *histogram, extra func(symbol byte) int) {
	var s huffmanSpec
	s.optimal(counts)
	e.codes.set(number, &s, extra)
	e.out.segment(mDHT, 17+len(s.symbols))
	e.out.bytes(byte(number&1<<4 | number>>1))
	e.out.bytes(s.counts[:]...)
	e.out.bytes(s.symbols...)
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
