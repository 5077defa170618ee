package jpeg

// scan is a scan header (section B.2.3).
type scan struct {
	comps  []scanComponent
	ss, se int // spectral selection: first and last coefficient, in zigzag order
	ah, al int // successive approximation: bit position before and after
}

type scanComponent struct {
	index      int // in frame.comps
	dcID, acID byte
}

func (d *Decoder) readSOS(seg []byte) (scan, error) {
	var s scan
	if len(seg) < 1 || len(seg) != 4+2*int(seg[0]) || seg[0] < 1 || seg[0] > 4 {
		return s, corrupt("SOS has a wrong length")
	}
	n := int(seg[0])
	units := 0
	for i := range n {
		id, tables := seg[1+2*i], seg[2+2*i]
		sc := scanComponent{index: -1, dcID: tables >> 4, acID: tables & 15}
		for j, c := range d.comps {
			if c.id == id {
				sc.index = j
			}
		}
		if sc.index < 0 {
			return s, corrupt("scan of an unknown component")
		}
		for _, other := range s.comps {
			if other.index == sc.index {
				return s, corrupt("component twice in one scan")
			}
		}
		if sc.dcID > 3 || sc.acID > 3 {
			return s, corrupt("bad Huffman table number")
		}
		c := d.comps[sc.index]
		units += c.h * c.v
		s.comps = append(s.comps, sc)
	}
	if n > 1 && units > 10 {
		return s, corrupt("more than 10 blocks in an MCU")
	}
	if !d.progressive {
		s.se = 63
		return s, nil
	}
	s.ss, s.se = int(seg[1+2*n]), int(seg[2+2*n])
	s.ah, s.al = int(seg[3+2*n]>>4), int(seg[3+2*n]&15)
	switch {
	case s.ss > s.se || s.se > 63 || s.ss == 0 && s.se != 0:
		return s, corrupt("bad spectral selection")
	case s.ss > 0 && n > 1:
		return s, corrupt("AC scan of several components")
	case s.al > 13 || s.ah != 0 && s.ah != s.al+1:
		return s, corrupt("bad successive approximation")
	}
	return s, nil
}

// unit is one block of an MCU: which component, and where in the MCU.
type unit struct {
	sc     *scanComponent
	c      *component
	dx, dy int
}

// mcus is the order in which a scan brings its blocks (section A.2).
type mcus struct {
	units          []unit
	countX, countY int
	interleaved    bool
}

func (d *Decoder) order(s *scan) mcus {
	if len(s.comps) == 1 {
		c := &d.comps[s.comps[0].index]
		return mcus{units: []unit{{sc: &s.comps[0], c: c}}, countX: c.codedX, countY: c.codedY}
	}
	m := mcus{countX: d.mcusX, countY: d.mcusY, interleaved: true}
	for i := range s.comps {
		c := &d.comps[s.comps[i].index]
		for y := range c.v {
			for x := range c.h {
				m.units = append(m.units, unit{sc: &s.comps[i], c: c, dx: x, dy: y})
			}
		}
	}
	return m
}

// position of the first of u's blocks in a row of MCUs, and how far it is from there to the next,
// in blocks.
func (m *mcus) position(u unit, row int) (x, y, step int) {
	if !m.interleaved {
		return 0, row, 1
	}
	return u.dx, row*u.c.v + u.dy, u.c.h
}

// restarts counts the MCUs of a scan between two restart markers (section B.2.1).
type restarts struct {
	interval, left int
	marker         byte // next
}

// beginScan sets the reader to the entropy-coded data that begins here.
func (d *Decoder) beginScan() restarts {
	d.bits.begin(&d.input)
	return restarts{interval: d.restartInterval, left: d.restartInterval, marker: mRST0}
}

// due reports whether a restart marker comes before the next MCU.
func (r *restarts) due() bool { return r.left == 0 && r.interval > 0 }

// atMost limits n to the MCUs before the next restart marker.
func (r *restarts) atMost(n int) int {
	if r.interval > 0 {
		return min(n, r.left)
	}
	return n
}

func (r *restarts) count(n int) { r.left -= n }

// restart goes on behind the next restart marker. The state of decoding is reset by the caller.
func (d *Decoder) restart(r *restarts) error {
	if err := d.input.restart(r.marker); err != nil {
		return err
	}
	d.bits.begin(&d.input)
	r.left, r.marker = r.interval, mRST0|(r.marker+1)&7
	return nil
}

// zigzag is the natural order (row·8 + column) of the coefficients (figure A.6).
var zigzag = [64]byte{
	0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5,
	12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7, 14, 21, 28,
	35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51,
	58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63,
}
