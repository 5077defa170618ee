package webp

// Prediction modes (RFC 6386, 8.1). The first four apply to blocks of all sizes.
const (
	modeDC = iota
	modeTM
	modeVE
	modeHE
	modeRD
	modeVR
	modeLD
	modeVL
	modeHD
	modeHU
	modes
)

// A macroblock covers 16×16 pixels. Its fields come from the first partition.
type macroblock struct {
	segment uint8
	skip    bool // mb_skip_coeff: the macroblock has no coefficients
	whole   bool // luma has the 16×16 mode luma[0]; else each 4×4 block has its own mode
	luma    [16]uint8
	chroma  uint8
}

// readModes reads the next macroblock header from the first partition: RFC 6386, 19.3. above and left hold the modes of
// the four blocks above and on the left. readModes replaces them by the modes of this macroblock.
func (d *decoder) readModes(m *macroblock, above, left *[4]uint8) {
	p := &d.modes
	w := p.fill(p.window)
	var b bool
	if d.segmented {
		if w, b = w.read(d.treeProbs[0]); !b {
			w, b = w.read(d.treeProbs[1])
			m.segment = 0
		} else {
			w, b = w.read(d.treeProbs[2])
			m.segment = 2
		}
		if b {
			m.segment++
		}
	}
	m.skip = false
	if d.mayskip {
		w, m.skip = w.read(d.skipProb)
	}
	if w, m.whole = w.read(145); m.whole {
		w = p.fill(w)
		var mode uint8
		if w, b = w.read(156); !b {
			if w, b = w.read(163); b {
				mode = modeVE
			}
		} else {
			mode = modeHE
			if w, b = w.read(128); b {
				mode = modeTM
			}
		}
		m.luma[0] = mode
		*above = [4]uint8{mode, mode, mode, mode}
		*left = *above
	} else {
		p.window = w
		p.readBlockModes(above, left, &m.luma)
		w = p.window
	}
	w = p.fill(w)
	m.chroma = modeDC
	if w, b = w.read(142); b {
		m.chroma = modeVE
		if w, b = w.read(114); b {
			m.chroma = modeHE
			if w, b = w.read(183); b {
				m.chroma = modeTM
			}
		}
	}
	p.window = w
}

// modeTree is the tree of the 4×4 prediction modes (RFC 6386, 11.2). Element 2i+bit, for node i, is the next node or
// a negated mode.
var modeTree = [18]int8{
	-modeDC, 1, -modeTM, 2, -modeVE, 3, 4, 6, -modeHE, 5, -modeRD, -modeVR, -modeLD, 7, -modeVL, 8, -modeHD, -modeHU,
}

// readBlockModesGo reads the modes of the 16 blocks of a macroblock.
func (p *partition) readBlockModesGo(above, left *[4]uint8, luma *[16]uint8) {
	w := p.window
	for y := range 4 {
		mode := left[y]
		for x := range 4 {
			probs := &modeProbs[above[x]][mode]
			w = p.fill(w) // 7 nodes at most
			for node := int8(0); ; {
				var b bool
				w, b = w.read(probs[node])
				node *= 2
				if b {
					node++
				}
				if node = modeTree[node]; node <= 0 {
					mode = uint8(-node)
					break
				}
			}
			above[x] = mode
			luma[4*y+x] = mode
		}
		left[y] = mode
	}
	p.window = w
}
