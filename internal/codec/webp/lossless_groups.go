package webp

// readTiles reads the group of each tile and returns the number of groups.
func (p *pixels) readTiles() (groups int, err error) {
	d := p.decoder
	p.tileBits = uint(d.bits.read(3)) + 2
	p.across = tilesOf(p.width, p.tileBits)
	down := tilesOf(p.height, p.tileBits)
	if p.tiles, err = makeTaken[uint16](d, p.across*down, 2); err != nil {
		return 0, err
	}
	return groups, d.subImage(p.across, down, func(y int, row []uint32) {
		for x, v := range row {
			n := uint16(v >> 8)
			p.tiles[y*p.across+x] = n
			groups = max(groups, int(n)+1)
		}
	})
}

// readGroups reads n groups. It keeps the groups that tiles use, and renumbers them.
func (p *pixels) readGroups(n int) error {
	numbers, err := makeTaken[int32](p.decoder, n, 4)
	if err != nil {
		return err
	}
	defer p.decoder.give(4 * int64(n))
	used := int32(1)
	if p.tiles != nil {
		for _, t := range p.tiles {
			numbers[t] = 1
		}
		used = 0
		for i, u := range numbers {
			numbers[i] = used
			used += u
			if u == 0 {
				numbers[i] = -1
			}
		}
		for i, t := range p.tiles {
			p.tiles[i] = uint16(numbers[t])
		}
	}
	if p.groups, err = makeTaken[codes](p.decoder, int(used), codesBytes); err != nil {
		return err
	}
	l := new(lengths)
	for _, number := range numbers {
		var g codes
		if err := p.decoder.readGroup(&g, l, len(p.cache), number >= 0); err != nil {
			return err
		}
		if number >= 0 {
			p.groups[number] = g
		}
	}
	return nil
}

// readGroup reads the five prefix codes of a group. cache is the number of entries of the color cache.
// If used is false, readGroup builds no decoding tables.
func (d *lossless) readGroup(g *codes, l *lengths, cache int, used bool) (err error) {
	l.used = 0
	for i, c := range []*code{&g.green, &g.red, &g.blue, &g.alpha, &g.distance} {
		symbols := literalSymbols
		switch i {
		case 0:
			symbols = greenSymbols + cache
		case 4:
			symbols = distanceSymbols
		}
		if err = d.bits.readLengths(l, symbols); err != nil {
			return err
		}
		if used {
			if *c, err = l.build(); err != nil {
				return err
			}
		}
	}
	if d.bits.exhausted() {
		return errShort
	}
	if err := d.meter.Spend(int64(l.used/16 + 16)); err != nil || !used {
		return err
	}
	if g.table, err = makeTaken[uint16](d, l.used, 2); err != nil {
		return err
	}
	copy(g.table, l.table[:l.used])
	if g.red.mask|g.blue.mask|g.alpha.mask == 0 {
		only := func(c code) uint32 { return uint32(g.table[c.start] >> 4) }
		g.simple, g.literal = true, only(g.alpha)<<24|only(g.red)<<16|only(g.blue)
	}
	return nil
}
