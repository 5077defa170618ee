package webp

import "encoding/binary"

// A workspace is scratch for a macroblock.
type workspace struct {
	luma   [4]quad // of the source
	chroma [2]quad

	whole, blocks lumaAttempt
	uv            chromaAttempt
	spare         lumaAttempt
	spareUV       chromaAttempt
}

// A lumaAttempt is a way to code the luma of a macroblock.
type lumaAttempt struct {
	modes   [16]uint8 // the first alone, if it is predicted as a whole
	dc      [16]int16 // levels of the first coefficients, if they are transformed once more
	dcCount uint8
	coded   [4]coded
	pixels  [4]quad
	any     bool // coefficients
	score   int64
}

// A chromaAttempt is a way to code Cb and Cr.
type chromaAttempt struct {
	mode   uint8
	coded  [2]coded
	pixels [2]quad
	any    bool
	score  int64
}

// score weighs squared errors against 1/256 bits.
func score(distortion int64, rate int, lambda int64) int64 {
	return distortion*4096 + lambda*int64(rate)
}

// macroblock chooses how macroblock x of the row is coded, and keeps it.
func (e *vp8Encoder) macroblock(x int, m *record) {
	s := &e.segments[m.segment]
	w := &e.work
	e.tryWholes(x, s)
	luma := &w.whole
	m.whole = true
	if e.tryBlocks(x, s) {
		luma, m.whole = &w.blocks, false
	}
	m.luma = luma.modes
	e.tryChromas(x, s)
	m.chroma = w.uv.mode
	e.place(x, luma)
	e.keep(x, m, luma)
}

// place puts the pixels where later macroblocks are predicted from.
func (e *vp8Encoder) place(x int, luma *lumaAttempt) {
	at := e.y.origin + 16*x
	for y := range 16 {
		copy(e.y.pix[at+y*e.y.stride:][:16], luma.pixels[y/4][16*(y%4):][:16])
	}
	for i, p := range []*plane{&e.cb, &e.cr} {
		at := p.origin + 8*x
		for y := range 8 {
			copy(p.pix[at+y*p.stride:][:8], e.work.uv.pixels[i][16*(y%4)+y/4*8:][:8])
		}
	}
}

// tryWholes finds the best prediction of luma as a whole: e.work.whole.
func (e *vp8Encoder) tryWholes(x int, s *encSegment) {
	w := &e.work
	w.whole.score = 1 << 62
	for mode := range uint8(4) {
		e.tryWhole(x, s, mode, &w.spare)
		if w.spare.score < w.whole.score {
			w.whole, w.spare = w.spare, w.whole
		}
	}
}

func (e *vp8Encoder) tryWhole(x int, s *encSegment, mode uint8, a *lumaAttempt) {
	w := &e.work
	var pred [4]quad
	var groups [4]group
	var dc [16]int16
	e.around[0].predictLuma(mode, &pred)
	for y := range groups {
		g := &groups[y]
		forward(&w.luma[y], &pred[y], g)
		for b := range 4 {
			dc[4*y+b], g[4*b] = g[4*b], 0
		}
		quantize(g, s.y1, &a.coded[y])
	}
	forwardDC := dc
	forwardWHT(&forwardDC, &dc)
	a.modes[0] = mode
	a.dcCount = s.y2.quantizeDC(&dc, &a.dc)
	inverseDC(&dc, &forwardDC)
	distortion, errors := int64(0), [4]int32{}
	for y := range groups {
		for b := range 4 {
			groups[y][4*b] = forwardDC[4*y+b]
		}
		inverse(&groups[y], &pred[y], &w.luma[y], &a.pixels[y], &errors)
		for _, d := range errors {
			distortion += int64(d)
		}
	}
	above, left := e.above[x].nz, e.left.nz
	rate := wholeCosts[mode] + e.costs[planeLumaDC].rate(&a.dc, int(a.dcCount), 0, int(above.dc+left.dc))
	blocks, any := e.rateLuma(a, planeLumaAC, above.luma, left.luma)
	a.any = any || a.dcCount > 0
	a.score = score(distortion, rate+blocks, s.lambda)
}

// rateLuma returns what the 16 blocks cost, and whether any has coefficients.
func (e *vp8Encoder) rateLuma(a *lumaAttempt, plane int, above, left uint8) (rate int, any bool) {
	first := firstOf(plane)
	for i := range 16 {
		c := &a.coded[i/4]
		n := int(c.counts[i%4])
		rate += e.costs[plane].rate(&c.levels[i%4], n, first, int(above>>(i%4)&1+left>>(i/4)&1))
		setBit(&above, i%4, n > first)
		setBit(&left, i/4, n > first)
		any = any || n > first
	}
	return rate, any
}

// tryBlocks looks for a way to predict luma by 4×4 blocks that is better than the best as a whole, and
// reports whether there is one: e.work.blocks.
func (e *vp8Encoder) tryBlocks(x int, s *encSegment) bool {
	w := &e.work
	a, limit := &w.blocks, w.whole.score
	a.any, a.dcCount = false, 0
	a.score = score(0, blocksCost, s.lambda)
	at, stride := e.y.origin+16*x, e.y.stride
	for y := 3; y < 15; y += 4 { // as decoder.reconstruct does
		copy(e.y.pix[at+y*stride+16:][:4], e.y.pix[at-stride+16:])
	}
	above, left := e.above[x].nz.luma, e.left.nz.luma
	aboveModes, leftModes := e.above[x].modes, e.left.modes
	for i := range 16 {
		context := int(above>>(i%4)&1 + left>>(i/4)&1)
		n := e.tryBlock(i, at+4*(i/4)*stride+4*(i%4), context, s, &blockCosts[aboveModes[i%4]][leftModes[i/4]])
		if a.score >= limit {
			return false
		}
		setBit(&above, i%4, n > 0)
		setBit(&left, i/4, n > 0)
		aboveModes[i%4], leftModes[i/4] = a.modes[i], a.modes[i]
	}
	return true
}

// candidates is how many modes of a block are coded to see which is the best: those that look best
// before.
const candidates = 4

// tryBlock codes block i, which begins at e.y.pix[at], and returns how many coefficients it has.
func (e *vp8Encoder) tryBlock(i, at, context int, s *encSegment, modeCosts *[modes]uint16) (count int) {
	w := &e.work
	a := &w.blocks
	var preds [3]quad
	predictAll(e.y.pix, at, e.y.stride, &preds)
	var src quad
	repeatBlock(&src, &w.luma[i/4], i%4)
	var sums [3][4]int32
	hadamardBlock(&w.luma[i/4], i%4, &preds, &sums)
	var best [candidates]uint8
	chooseModes(&sums, modeCosts, s.hadamard, &best)
	var pred quad
	for j, mode := range best {
		copyBlock(&pred, j, &preds[mode/4], int(mode%4))
	}
	var g group
	var c coded
	var pixels quad
	var errors [4]int32
	forward(&src, &pred, &g)
	quantize(&g, s.y1, &c)
	inverse(&g, &pred, &src, &pixels, &errors)
	least, winner := int64(1<<62), 0
	for j, mode := range best {
		rate := int(modeCosts[mode]) + e.costs[planeLuma].rate(&c.levels[j], int(c.counts[j]), 0, context)
		if v := score(int64(errors[j]), rate, s.lambda); v < least {
			least, winner = v, j
		}
	}
	a.score += least
	a.modes[i] = best[winner]
	a.coded[i/4].levels[i%4] = c.levels[winner]
	a.coded[i/4].counts[i%4] = c.counts[winner]
	a.any = a.any || c.counts[winner] > 0
	copyBlock(&a.pixels[i/4], i%4, &pixels, winner)
	for y := range 4 {
		copy(e.y.pix[at+y*e.y.stride:][:4], pixels[16*y+4*winner:])
	}
	return int(c.counts[winner])
}

// repeatBlock makes four of a block.
func repeatBlock(to, from *quad, block int) {
	for y := range 4 {
		v := uint64(binary.LittleEndian.Uint32(from[16*y+4*block:]))
		v |= v << 32
		binary.LittleEndian.PutUint64(to[16*y:], v)
		binary.LittleEndian.PutUint64(to[16*y+8:], v)
	}
}

// copyBlock copies a block of a quad to another.
func copyBlock(to *quad, i int, from *quad, j int) {
	for y := range 4 {
		copy(to[16*y+4*i:16*y+4*i+4], from[16*y+4*j:])
	}
}

// chooseModes finds the modes with the least sums, the costs of the modes included.
func chooseModes(sums *[3][4]int32, modeCosts *[modes]uint16, lambda int, best *[candidates]uint8) {
	var scores [modes]int
	for mode := range scores {
		scores[mode] = int(sums[mode/4][mode%4])<<8 + lambda*int(modeCosts[mode])
	}
	for i := range best {
		least := 0
		for mode := range scores {
			if scores[mode] < scores[least] {
				least = mode
			}
		}
		best[i] = uint8(least)
		scores[least] = 1 << 62
	}
}

// tryChromas finds the best prediction of Cb and Cr: e.work.uv.
func (e *vp8Encoder) tryChromas(x int, s *encSegment) {
	w := &e.work
	w.uv.score = 1 << 62
	for mode := range uint8(4) {
		e.tryChroma(x, s, mode, &w.spareUV)
		if w.spareUV.score < w.uv.score {
			w.uv, w.spareUV = w.spareUV, w.uv
		}
	}
}

func (e *vp8Encoder) tryChroma(x int, s *encSegment, mode uint8, a *chromaAttempt) {
	a.mode, a.any = mode, false
	rate, distortion := chromaCosts[mode], int64(0)
	above, left := &e.above[x].nz, &e.left.nz
	borders := [2][2]uint8{{above.cb, left.cb}, {above.cr, left.cr}}
	for i := range 2 {
		var pred quad
		var g group
		var errors [4]int32
		e.around[1+i].predictChroma(mode, &pred)
		forward(&e.work.chroma[i], &pred, &g)
		quantize(&g, s.uv, &a.coded[i])
		inverse(&g, &pred, &e.work.chroma[i], &a.pixels[i], &errors)
		for _, d := range errors {
			distortion += int64(d)
		}
		above, left := borders[i][0], borders[i][1]
		for b := range 4 {
			n := int(a.coded[i].counts[b])
			rate += e.costs[planeChroma].rate(&a.coded[i].levels[b], n, 0, int(above>>(b%2)&1+left>>(b/2)&1))
			setBit(&above, b%2, n > 0)
			setBit(&left, b/2, n > 0)
			a.any = a.any || n > 0
		}
	}
	a.score = score(distortion, rate, s.lambdaUV)
}

// keep keeps what has been chosen, counts its tokens, and updates what neighbors are told.
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
