package webp

// residuals are the pixels of a picture after its prediction. Drafts of the whole picture keep those of the best prediction,
// with their matches, so that the encoding of the picture need not compute them again.
type residuals struct {
	choice    choice
	px, found []uint32 // nil if there are none
	bits      uint     // logarithm of the size of the tiles
	across    int
	modes     []uint32 // tiles of the predictor transform, in the format of the file
	colors    []uint32 // tiles of the color transform; empty if it is not used
	charged   int      // number of tiles that modes and colors are charged for
}

// room makes room for n tiles, and charges e for them until it is closed.
func (r *residuals) room(e *vp8lEncoder, n int) error {
	if n > r.charged {
		if err := e.take(8 * int64(n-r.charged)); err != nil {
			return err
		}
		r.charged = n
	}
	if cap(r.modes) < n {
		r.modes, r.colors = make([]uint32, n), make([]uint32, n)
	}
	r.modes, r.colors = r.modes[:n], r.colors[:0]
	return nil
}

// are reports whether these are the residuals of a choice.
func (r *residuals) are(c choice) bool { return r.px != nil && r.choice == c }

// clear forgets the residuals. It keeps the memory of small pictures.
func (r *residuals) clear() {
	r.px, r.found, r.charged = nil, nil, 0
	if cap(r.modes) > keptTiles {
		r.modes, r.colors = nil, nil
	}
}

// keptTiles is the largest number of tiles for which an unused encoder keeps its residuals' memory.
const keptTiles = 1 << 12

// predict replaces the pixels by their residuals. It applies the predictor transform, and the color transform if c.correlate is
// true, and writes what describes them. It is in e.latest as well.
func (e *vp8lEncoder) predict(px []uint32, width int, c choice) error {
	height := len(px) / width
	p, r := &e.predictor, &e.latest
	p.setting = setting{px: px, width: width, height: height, bits: predictorBits(width, e.height), exact: e.exact || c.palette, step: 2}
	defer func() { p.setting = setting{} }()
	if e.effort >= 4 && (!e.draft || e.keeping) || height < 64 {
		p.step = 1
	}
	p.across = tilesOf(width, p.bits)
	n := p.across * tilesOf(height, p.bits)
	if err := r.room(e, n); err != nil {
		return err
	}
	rows, err := takenFor[uint32](e, 2*width+1+1<<p.bits, 4)
	if err != nil {
		return err
	}
	defer e.give(4 * int64(len(rows)))
	p.above, p.row, p.line = rows[:width+1], rows[width+1:][:width], rows[2*width+1:]
	r.choice, r.bits, r.across, p.modes = c, p.bits, p.across, r.modes
	if err := p.run(e); err != nil {
		return err
	}
	if err := e.correlate(px, width, r); err != nil {
		return err
	}
	return e.putTransforms(r)
}

// correlate applies the color transform, if the choice includes it and it saves bits.
func (e *vp8lEncoder) correlate(px []uint32, width int, r *residuals) error {
	if r.colors = r.colors[:0]; !r.choice.correlate {
		return nil
	}
	r.colors = r.colors[:len(r.modes)]
	c := correlator{px: px, width: width, height: len(px) / width, bits: r.bits, across: r.across, tiles: r.colors, price: &e.predictor.price, worth: 24 * int64(bit)}
	if r.choice.subtractGreen {
		c.worth = 80 * int64(bit) // red and blue minus green are less correlated
	}
	if err := c.run(e); err != nil {
		return err
	}
	used := uint32(0)
	for _, m := range r.colors {
		used |= m & 0xffffff
	}
	if used == 0 {
		r.colors = r.colors[:0]
	}
	return nil
}

// putTransforms writes the predictor transform and the color transform.
func (e *vp8lEncoder) putTransforms(r *residuals) error {
	e.w.put(1|predictorTransform<<1, 3)
	e.w.put(uint32(r.bits-2), 3)
	if err := e.aside(r.modes, r.across); err != nil || len(r.colors) == 0 {
		return err
	}
	e.w.put(1|colorTransform<<1, 3)
	e.w.put(uint32(r.bits-2), 3)
	return e.aside(r.colors, r.across)
}

// keepLatest keeps the residuals of the last draft, whose pixels are in draft. It returns the memory for the next draft.
func (e *vp8lEncoder) keepLatest(draft []uint32) ([]uint32, error) {
	n := len(draft)
	if e.kept.px == nil {
		if err := e.take(8 * int64(n)); err != nil {
			return draft, err
		}
	}
	e.kept, e.latest = e.latest, e.kept
	e.scratch[2], e.scratch[4] = e.scratch[4], e.scratch[2]
	e.scratch[3], e.scratch[5] = e.scratch[5], e.scratch[3]
	e.kept.px, e.kept.found, e.parsed = draft, e.parsing.found, keptParsed
	if cap(e.scratch[2]) < n {
		e.scratch[2] = make([]uint32, n)
	}
	return e.scratch[2][:n], nil
}

// attemptKept writes the kept residuals.
func (e *vp8lEncoder) attemptKept() error {
	if e.kept.choice.subtractGreen {
		e.w.put(1|subtractGreen<<1, 3)
	}
	if err := e.putTransforms(&e.kept); err != nil {
		return err
	}
	e.w.put(0, 1)
	e.reusing = true
	defer func() { e.reusing = false }()
	return e.image(e.kept.px, e.width, true)
}
