package webp

// putGroups writes the prefix code group of each tile.
func (e *vp8lEncoder) putGroups(g *grouping) error {
	if g.of == nil {
		e.w.put(0, 1)
		return nil
	}
	e.w.put(1|uint32(g.tileBits-2)<<1, 4)
	tiles := make([]uint32, len(g.of))
	for i, k := range g.of {
		tiles[i] = 0xff000000 | uint32(k)<<8
	}
	return e.aside(tiles, g.across)
}

// aside writes an image other than the main image. The main image must have been parsed before.
func (e *vp8lEncoder) aside(px []uint32, width int) error {
	if e.sub == nil {
		var err error
		if e.sub, err = newVP8LEncoder(e.ctx, e.vp8lOptions); err != nil {
			return err
		}
	}
	sub := e.sub
	sub.w, e.w.buf = e.w, nil
	err := sub.allocate(len(px))
	if err == nil {
		err = sub.image(px, width, false)
	}
	e.w, sub.w.buf = sub.w, nil
	return err
}

// uniform writes an image of one color. Each of its prefix codes has a single symbol, so a pixel takes no bits.
func (e *vp8lEncoder) uniform(v uint32, top bool) error {
	e.w.put(0, 1) // no color cache
	if top {
		e.w.put(0, 1) // a single prefix code group
	}
	for _, symbol := range [...]uint32{v >> 8 & 0xff, v >> 16 & 0xff, v & 0xff, v >> 24, 0} {
		if symbol < 2 {
			e.w.put(1|symbol<<3, 4)
		} else {
			e.w.put(1|1<<2|symbol<<3, 11)
		}
	}
	e.bits = 0
	return e.w.err
}

// putSteps writes the prefix codes of all groups and the steps of the parsing.
func (e *vp8lEncoder) putSteps(a alphabets, g *grouping) error {
	n := int64(len(g.counts)) * int64(a.end) * 7 // 7 bytes per symbol, including the counts
	if err := e.take(n); err != nil {
		return err
	}
	defer e.give(n)
	books := e.book[:]
	if len(g.counts) > 1 {
		books = make([]codeBook, len(g.counts))
	}
	for i, counts := range g.counts {
		books[i].resize(a.end)
		// The prefix codes in the file have the order of the alphabets.
		a.each(func(from, to int) {
			part := codeBook{books[i].bits[from:to], books[i].length[from:to]}
			e.w.putCode(&e.maker, counts[from:to], &part)
		})
	}
	e.w.reserve(e.stepBytes(a, g, books))
	s := e.parsing.walk(e.ctx)
	x, y, book := 0, 0, &books[0]
	for last := 0; s.ok(); last = s.at {
		if g.of != nil {
			for x += s.at - last; x >= e.parsing.width; x -= e.parsing.width {
				y++
			}
			book = &books[g.of[y>>g.tileBits*g.across+x>>g.tileBits]]
		}
		e.putStep(&s.parsedStep, &a, book)
	}
	if s.err != nil {
		return s.err
	}
	return e.w.err
}

// stepBytes returns the size of the steps.
func (e *vp8lEncoder) stepBytes(a alphabets, g *grouping, books []codeBook) int64 {
	bits := int64(0)
	for i, counts := range g.counts {
		for s, n := range counts {
			bits += int64(n) * int64(books[i].length[s])
		}
		for s, n := range counts[256:greenSymbols] {
			bits += int64(n) * int64(extraBits(s))
		}
		for s, n := range counts[a.distance:] {
			bits += int64(n) * int64(extraBits(s))
		}
	}
	return bits/8 + 8
}

func (e *vp8lEncoder) putStep(s *parsedStep, a *alphabets, book *codeBook) {
	w := &e.w
	switch {
	case s.n > 0:
		symbol, extra := prefix(s.n)
		w.symbol(book, 256+symbol)
		w.put(uint32(s.n-1)&(1<<extra-1), extra)
		symbol, extra = prefix(s.distance)
		w.symbol(book, a.distance+symbol)
		w.put(uint32(s.distance-1)&(1<<extra-1), extra)
	case s.key >= 0:
		w.symbol(book, greenSymbols+s.key)
	default:
		w.symbol(book, int(s.v>>8&0xff))
		w.symbol(book, a.red+int(s.v>>16&0xff))
		w.symbol(book, a.blue+int(s.v&0xff))
		w.symbol(book, a.alpha+int(s.v>>24))
	}
}
