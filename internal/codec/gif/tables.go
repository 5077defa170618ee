package gif

import "math"

// A way says how cells with mayLeave are written.
type way int

const (
	either way = iota // some are left and some are written, for the longest sequences
	left
	written
)

// of applies w to the cell k. A cell with mayLeave is always left if its symbol exceeds the limit most.
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

// packBoth compresses a part in both forms: with the colors of its picture, and with a table of its own.
func (e *Encoder) packBoth(f *frame, t *part, clears bool) error {
	s := e.count(t)
	if err := e.packShared(&f.shared, t, &s, clears); err != nil || e.Quick && f.shared.data != nil {
		return err
	}
	if t.written != nil {
		s = e.count(t)
	}
	return e.packLocal(&f.local, t, &s, clears, &f.shared)
}

// packShared compresses a part with the colors of its picture. It does nothing if the part needs a transparent color and the picture has none.
// If clears is true, the part needs a transparent color. With a loss, packShared sets t.written.
func (e *Encoder) packShared(to *packed, t *part, s *census, clears bool) error {
	if (clears || s.must) && t.transparent < 0 {
		return nil
	}
	highest := most(s.first)
	if clears || s.must || s.may {
		highest = max(highest, t.transparent)
	}
	c := e.coder
	for w := either; w <= written; w++ {
		if t.transparent < 0 || !s.may {
			w = written
		}
		if w == written {
			highest = max(highest, most(s.then))
		}
		c.colors, c.tolerance, c.gain, c.leave = t.packed, e.tolerance(), e.tolerance().value(), t.transparent
		e.feed(t, func(cells []cell) {
			for i, k := range cells {
				cells[i] = w.of(k, highest)
			}
		})
		shorter, err := e.try(to, highest, t.transparent, nil, clears, math.MaxInt)
		if err != nil {
			return err
		}
		if shorter && e.tolerance().any() {
			e.written, c.written = c.written, e.written
		}
		if e.Quick {
			break
		}
	}
	if e.tolerance().any() {
		t.written = e.written
	}
	return nil
}

// try compresses the cells that the coder was fed with. It stores the result in *to if that is shorter than limit, and shorter than the
// previous result in *to.
func (e *Encoder) try(to *packed, highest, transparent int, table []byte, clears bool, limit int) (shorter bool, err error) {
	q := packed{transparent: transparent, table: table}
	if to.data != nil {
		limit = min(limit, to.size())
	}
	out := &e.coder.out
	shorter = e.coder.compress(tableWidth(highest+1), limit-q.size())
	q.data, q.bytes = out.pieces()
	if err := e.ctx.Err(); err != nil {
		return false, err
	}
	if out.err != nil {
		return false, out.err
	}
	if !shorter {
		e.drop(&q)
		return false, nil
	}
	if !clears && (transparent < 0 || !e.coder.used[transparent]) {
		q.transparent = -1
	}
	e.drop(to)
	*to = q
	return true, nil
}

// drop returns the memory of p.
func (e *Encoder) drop(p *packed) {
	e.give(p.bytes)
	*p = packed{}
}

// packLocal compresses a part with a table of only the colors that it needs. It does nothing if the result can't be shorter than shared. If
// shared is not possible, packLocal always compresses the part.
func (e *Encoder) packLocal(to *packed, t *part, s *census, clears bool, shared *packed) error {
	table, ok := newLocalTable(t, s, clears)
	limit := math.MaxInt
	if shared.data != nil {
		global, _ := pad(t.table)
		own, _ := pad(table.table)
		if len(own) >= len(global) {
			return nil
		}
		limit = shared.size() + len(global)
	}
	if !ok {
		return nil
	}
	c := e.coder
	c.colors, c.tolerance, c.gain, c.leave = table.packed, tolerance{}, 1, table.leave
	e.feed(t, func(cells []cell) {
		for i, k := range cells {
			cells[i] = table.of(k)
		}
	})
	_, err := e.try(to, len(table.table)/3-1, table.leave, table.table, clears, limit)
	return err
}

// A localTable is the color table of one frame.
type localTable struct {
	table  []byte
	places [256]int // index in table of each color of the picture, or -1
	packed [256]uint32
	leave  int // index of the transparent color, or -1
}

// newLocalTable returns a table with the colors that a part needs. ok is false if the table has no room for them.
func newLocalTable(t *part, s *census, clears bool) (l localTable, ok bool) {
	l.leave = -1
	for i := range l.places {
		l.places[i] = -1
	}
	l.add(t, s.first)
	if clears || s.must || s.may {
		if place := len(l.table) / 3; place < 256 {
			l.leave = place
			l.table = append(l.table, 0, 0, 0)
			return l, true
		}
		if clears || s.must {
			return l, false
		}
	}
	return l, l.add(t, s.then)
}

// add adds colors. It returns false if there is no room.
func (l *localTable) add(t *part, symbols []byte) bool {
	for _, symbol := range symbols {
		place := len(l.table) / 3
		if l.places[symbol] >= 0 {
			continue
		}
		if place == 256 {
			return false
		}
		l.table = append(l.table, t.table[3*int(symbol):][:3]...)
		l.places[symbol], l.packed[place] = place, t.packed[symbol]
	}
	return true
}

// of returns a cell with the symbol in the table.
func (l *localTable) of(k cell) cell {
	place := l.places[k&255]
	if place < 0 {
		return mustLeave // all pixels of this color may be left
	}
	if l.leave < 0 {
		k &^= mayLeave
	}
	return k&^255 | cell(place)
}
