package webp

// keep stores the modes and levels of a macroblock, counts their tokens, and updates the contexts of the next
// macroblocks.
func (e *vp8Encoder) keep(x int, m *record, luma *lumaAttempt) {
	above, left := &e.above[x], &e.left
	if m.whole {
		mode := m.luma[0]
		above.modes = [4]uint8{mode, mode, mode, mode}
		left.modes = above.modes
	} else {
		above.modes = [4]uint8(m.luma[12:])
		left.modes = [4]uint8{m.luma[3], m.luma[7], m.luma[11], m.luma[15]}
	}
	m.skip = !luma.any && !e.work.uv.any
	if m.skip {
		above.nz.skip(m.whole)
		left.nz.skip(m.whole)
		return
	}
	plane := planeLuma
	if m.whole {
		e.keepBlock(planeLumaDC, &luma.dc, int(luma.dcCount), 0, 0, &above.nz.dc, &left.nz.dc)
		plane = planeLumaAC
	}
	for i := range 16 {
		c := &luma.coded[i/4]
		e.keepBlock(plane, &c.levels[i%4], int(c.counts[i%4]), i%4, i/4, &above.nz.luma, &left.nz.luma)
	}
	for i, nz := range [2][2]*uint8{{&above.nz.cb, &left.nz.cb}, {&above.nz.cr, &left.nz.cr}} {
		c := &e.work.uv.coded[i]
		for b := range 4 {
			e.keepBlock(planeChroma, &c.levels[b], int(c.counts[b]), b%2, b/2, nz[0], nz[1])
		}
	}
}

func (e *vp8Encoder) keepBlock(plane int, levels *[16]int16, count, x, y int, above, left *uint8) {
	first := firstOf(plane)
	e.counts.add(plane, levels, count, int(*above>>x&1+*left>>y&1))
	e.levels.add(levels, count, first)
	setBit(above, x, count > first)
	setBit(left, y, count > first)
}
