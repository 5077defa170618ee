package gif

import "image"

// A part is the rectangle of a picture that is compressed.
type part struct {
	*picture
	rect image.Rectangle

	// written has the symbols that the coder has chosen with a loss; the transparent symbol leaves a pixel as it is. It is nil without a
	// loss, and before the choice.
	written []byte
}

// batch is the minimum number of cells that are fed to the coder at a time, except at the end.
const batch = 1 << 14

// window returns the maximum number of cells that the coder holds, for n pixels. row is the maximum number of pixels
// in a row.
func window(n, row int) int { return min(n, maxCodes+batch+row) }

// feed makes the coder read the cells of a part. If turn is not nil, it changes the cells before the coder reads them.
func (e *Encoder) feed(t *part, turn func([]cell)) {
	c, y, written := e.coder, t.rect.Min.Y, t.written
	c.more = func() bool {
		from := len(c.cells)
		for ; y < t.rect.Max.Y && len(c.cells) < from+batch; y++ {
			if t.written == nil {
				e.appendRow(t, y)
				continue
			}
			for _, symbol := range written[:t.rect.Dx()] {
				c.cells = append(c.cells, t.settled(symbol))
			}
			written = written[t.rect.Dx():]
		}
		if turn != nil {
			turn(c.cells[from:])
		}
		return y < t.rect.Max.Y
	}
}

// settled returns the cell for a symbol that the coder has already chosen.
func (t *part) settled(symbol byte) cell {
	if int(symbol) == t.transparent {
		return cell(symbol) | mustLeave
	}
	return cell(symbol)
}

// appendRow appends the cells of a row of a part. Their symbols are indices in the palette.
func (e *Encoder) appendRow(t *part, y int) {
	c, allowed := e.coder, e.tolerance()
	for x := t.rect.Min.X; x < t.rect.Max.X; x++ {
		at, shown := y*e.size.X+x, uint32(0)
		k := cell(t.pix[at])
		if e.shown != nil {
			shown = e.shown[at]
		}
		want, own := t.wanted(x, y, e.size.X)
		cost, may := allowed.cost(own, want, shown)
		switch {
		case want == 0:
			k |= mustLeave // the screen is already transparent there
		case may:
			k |= mayLeave
		}
		c.cells = append(c.cells, k)
		if c.any() {
			c.want, c.keep = append(c.want, want), append(c.keep, uint16(min(cost, 1<<16-1)))
		}
	}
}

// A census lists the symbols of the pixels of a part.
type census struct {
	must, may   bool      // whether some pixels must be left as they are, and whether some may be left
	written     [256]bool // symbols of the pixels that can't be left
	left        [256]bool // symbols of the pixels that may be left
	first, then []byte    // the symbols of written and of left, in order of occurrence
}

// count takes the census of a part. It stops early if the context ends.
func (e *Encoder) count(t *part) (s census) {
	e.coder.tolerance = tolerance{}
	e.feed(t, nil)
	for more := true; more && e.ctx.Err() == nil; {
		e.coder.cells = e.coder.cells[:0]
		more = e.coder.more()
		for _, k := range e.coder.cells {
			switch symbol := byte(k); {
			case k&mustLeave != 0:
				s.must = true
			case k&mayLeave != 0:
				s.may = true
				if !s.left[symbol] {
					s.left[symbol], s.then = true, append(s.then, symbol)
				}
			case !s.written[symbol]:
				s.written[symbol], s.first = true, append(s.first, symbol)
			}
		}
	}
	return s
}

// most returns the largest symbol.
func most(symbols []byte) (n int) {
	for _, symbol := range symbols {
		n = max(n, int(symbol))
	}
	return n
}
