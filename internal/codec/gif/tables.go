package gif

// A way is how cells are written that may be left as they are.
type way int

const (
	either way = iota // as it makes the longer sequences
	left
	written
)

// of returns a cell as it is to be written, where symbols beyond most are not.
func (w way) of(k cell, most int) cell {
	if k&mayLeave == 0 {
		return k
	}
	switch {
	case w == left || int(k&255) > most:
		return k&255 | mustLeave
	case w == written:
		return k & 255
	}
	return k
}

// packShared packs the cells in p's colors, unless they need a transparent one that is not among them. clears says
// that they need one in any case. Where there is a loss, the cells become what was written.
func (e *Encoder) packShared(to *packed, p *picture, clears bool) {
	if clears && p.transparent < 0 {
		return
	}
	most := 0
	if clears {
		most = p.transparent
	}
	for _, run := range e.runs(e.cells) {
		for _, k := range run {
			if k&(mustLeave|mayLeave) == 0 {
				most = max(most, int(k&255))
			} else if k&mustLeave != 0 || p.transparent >= 0 {
				most = max(most, p.transparent)
			}
			if k&mustLeave != 0 && p.transparent < 0 {
				return
			}
		}
	}
	c := e.coder
	c.colors, c.loss, c.gain, c.leave, c.want, c.keep = p.packed, int32(e.Loss), max(int32(e.Loss), 1), p.transparent, e.want, e.kept
	for w := either; w <= written; w++ {
		if w == written || p.transparent < 0 {
			w = written
			for _, run := range e.runs(e.cells) {
				for _, k := range run {
					if k&mustLeave == 0 {
						most = max(most, int(k&255))
					}
				}
			}
		}
		c.cells = c.cells[:0]
		for _, run := range e.runs(e.cells) {
			for _, k := range run {
				c.cells = append(c.cells, w.of(k, most))
			}
		}
		if e.ctx.Err() != nil {
			return
		}
		if e.try(to, most, p.transparent, nil, clears) {
			e.best, c.cells = c.cells, e.best
		}
		if e.Quick {
			break
		}
	}
	if e.Loss > 0 {
		e.fix(p)
	}
}

// fix makes the cells what was written.
func (e *Encoder) fix(p *picture) {
	for from, run := range e.runs(e.best) {
		for i, k := range run {
			if int(k&255) == p.transparent {
				e.cells[from+i] |= mustLeave
			} else {
				e.cells[from+i] = k & 255
			}
		}
	}
}

// try compresses the cells with table, and keeps the result in to if it is shorter than the one that to has.
func (e *Encoder) try(to *packed, most, transparent int, table []byte, clears bool) bool {
	data := e.coder.compress(tableWidth(most + 1))
	if !clears && !e.leaves(transparent) {
		transparent = -1
	}
	return to.keepShorter(transparent, table, data)
}

// leaves reports whether a pixel is left.
func (e *Encoder) leaves(transparent int) bool {
	for _, run := range e.runs(e.coder.cells) {
		for _, k := range run {
			if int(k&255) == transparent {
				return true
			}
		}
	}
	return false
}

// packLocal packs the cells in a table of the colors that they need, if that is shorter than p's or p's has no
// transparent one.
func (e *Encoder) packLocal(to *packed, p *picture, clears, otherwise bool) {
	t, ok := e.localTable(p, clears)
	if !ok || otherwise && tableWidth(len(t.table)/3) >= tableWidth(len(p.table)/3) {
		return
	}
	c := e.coder
	c.colors, c.loss, c.gain, c.leave = t.packed, 0, 1, t.leave
	c.cells = c.cells[:0]
	for from, run := range e.runs(e.cells) {
		for i, k := range run {
			if e.Loss > 0 && e.kept[from+i] > 0 {
				k &^= mayLeave // as this is not what was written
			}
			place := t.places[k&255]
			if place < 0 {
				place, k = 0, mustLeave // which has a color that nothing else needs
			} else if t.leave < 0 {
				k &^= mayLeave
			}
			c.cells = append(c.cells, k&^255|cell(place))
		}
	}
	if e.ctx.Err() != nil {
		return
	}
	e.try(to, len(t.table)/3-1, t.leave, t.table, clears)
}

// A localTable has the colors of a frame.
type localTable struct {
	table  []byte
	places [256]int // by p's places, or -1
	packed [256]uint32
	leave  int // place of the transparent one, or -1
}

func (e *Encoder) localTable(p *picture, clears bool) (t localTable, ok bool) {
	for i := range t.places {
		t.places[i] = -1
	}
	need := func(index int) {
		if place := len(t.table) / 3; t.places[index] < 0 && place < 256 {
			t.table = append(t.table, p.table[3*index:][:3]...)
			t.places[index], t.packed[place] = place, p.packed[index]
		}
	}
	must, may := clears, false
	for _, run := range e.runs(e.cells) {
		for _, k := range run {
			switch {
			case k&mustLeave != 0:
				must = true
			case k&mayLeave != 0:
				may = true
			default:
				need(int(k & 255))
			}
		}
	}
	t.leave = -1
	if must || may {
		if place := len(t.table) / 3; place < 256 {
			t.leave = place
			t.table = append(t.table, 0, 0, 0)
			return t, true
		}
		if must {
			return t, false
		}
	}
	for _, run := range e.runs(e.cells) {
		for _, k := range run {
			if need(int(k & 255)); t.places[k&255] < 0 {
				return t, false
			}
		}
	}
	return t, e.ctx.Err() == nil
}
