package jpeg

// scan is a scan header (section B.2.3).
type scan struct {
	comps  []scanComponent
	ss, se int // spectral selection: first and last coefficient, in zigzag order
	ah, al int // successive approximation: bit position of the previous scan and of this one
}

type scanComponent struct {
	index      int // index in frame.comps
	dcID, acID byte
}

// readSOS reads a scan header. If several components have the same identifier, each occurrence of the identifier
// stands for the next of these components, as in libjpeg.
func (d *Decoder) readSOS(seg []byte, p *progress) (scan, error) {
	var s scan
	if len(seg) < 1 || len(seg) != 4+2*int(seg[0]) || seg[0] < 1 || seg[0] > 4 {
		return s, corrupt("SOS has a wrong length")
	}
	n := int(seg[0])
	if err := d.readBand(&s, seg[1+2*n:], n); err != nil {
		return s, err
	}
	units := 0
	for i := range n {
		id, tables := seg[1+2*i], seg[2+2*i]
		sc := scanComponent{dcID: tables >> 4, acID: tables & 15}
		if sc.dcID > 3 || sc.acID > 3 {
			return s, corrupt("bad entropy-coding table number")
		}
		var err error
		if sc.index, err = d.named(id, &s, p); err != nil {
			return s, err
		}
		c := d.comps[sc.index]
		units += c.h * c.v
		s.comps = append(s.comps, sc)
	}
	if n > 1 && units > 10 {
		return s, corrupt("more than 10 blocks in an MCU")
	}
	return s, nil
}

// readBand reads the band and the bit positions of a scan of n components.
func (d *Decoder) readBand(s *scan, b []byte, n int) error {
	if !d.progressive {
		s.se = 63 // always 63, because b may have another value
		return nil
	}
	s.ss, s.se = int(b[0]), int(b[1])
	s.ah, s.al = int(b[2]>>4), int(b[2]&15)
	switch {
	case s.ss > s.se || s.se > 63 || s.ss == 0 && s.se != 0:
		return corrupt("bad spectral selection")
	case s.ss > 0 && n > 1:
		return corrupt("AC scan of several components")
	case s.al > 13 || s.ah != 0 && s.ah != s.al+1:
		return corrupt("bad successive approximation")
	}
	return nil
}

// named returns the index of the component of a scan that has identifier id.
func (d *Decoder) named(id byte, s *scan, p *progress) (index int, err error) {
	index = -1
	named := false
	for i, c := range d.comps {
		if c.id != id {
			continue
		}
		named = true
		if s.has(i) {
			continue
		}
		if index < 0 {
			index = i
		}
		if d.progressive && p.fits(i, s) || !d.progressive && !c.seen {
			return i, nil
		}
	}
	switch {
	case !named:
		return 0, corrupt("scan of an unknown component")
	case index < 0:
		return 0, corrupt("component twice in one scan")
	}
	return index, nil
}

func (s *scan) has(index int) bool {
	for _, sc := range s.comps {
		if sc.index == index {
			return true
		}
	}
	return false
}

// unit is one block of an MCU: its component, and its position in the MCU.
type unit struct {
	sc        *scanComponent
	component *component
	dx, dy    int
}

// mcus describes the order of the blocks in a scan (section A.2).
type mcus struct {
	units          []unit
	countX, countY int
	interleaved    bool
}

func (d *Decoder) order(s *scan) mcus {
	if len(s.comps) == 1 {
		c := &d.comps[s.comps[0].index]
		return mcus{units: []unit{{sc: &s.comps[0], component: c}}, countX: c.codedX, countY: c.codedY}
	}
	m := mcus{countX: d.mcusX, countY: d.mcusY, interleaved: true}
	for i := range s.comps {
		c := &d.comps[s.comps[i].index]
		for y := range c.v {
			for x := range c.h {
				m.units = append(m.units, unit{sc: &s.comps[i], component: c, dx: x, dy: y})
			}
		}
	}
	return m
}

// position returns the position of the first block of u in a row of MCUs, and the distance to the next block of u,
// in blocks.
func (m *mcus) position(u unit, row int) (x, y, step int) {
	if !m.interleaved {
		return 0, row, 1
	}
	return u.dx, row*u.component.v + u.dy, u.component.h
}

// zigzag is the natural order (row·8 + column) of the coefficients (figure A.6).
var zigzag = [64]byte{
	0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5,
	12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7, 14, 21, 28,
	35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51,
	58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63,
}
