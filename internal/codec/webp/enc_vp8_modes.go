package webp

import (
	"math"
)

// A workspace is scratch memory for a macroblock.
type workspace struct {
	luma   [4]quad // the source pixels
	chroma [2]quad

	whole, blocks lumaAttempt
	uv            chromaAttempt
	spare         lumaAttempt
	spareUV       chromaAttempt
	wholePreds    [4][4]quad // predictions, by mode
	chromaPreds   [4][2]quad
	block         blockAttempt
	trellis       trellis
}

// A lumaAttempt is the result of encoding the luma of a macroblock with certain modes.
type lumaAttempt struct {
	modes   [16]uint8 // 16 modes of 4×4 blocks, or one 16×16 mode in the first element
	dc      [16]int16 // levels of the Y2 block, for a 16×16 mode
	dcCount uint8
	coded   [4]coded
	pixels  [4]quad
	any     bool // some levels are not zero

	modeCost int // cost of the 4×4 modes

	// For a 16×16 mode: coefficients before and after quantization.
	raw, groups [4]group

	score int64
}

// A chromaAttempt is the result of encoding Cb and Cr with a certain mode.
type chromaAttempt struct {
	mode   uint8
	coded  [2]coded
	pixels [2]quad
	any    bool

	raw, groups [2]group // coefficients before and after quantization

	score int64
}

// score returns the rate-distortion score of a squared error and a cost in 1/256 bit.
func score(distortion int64, rate int, lambda int64) int64 {
	return distortion*4096 + lambda*int64(rate)
}

// macroblock chooses the modes and levels of macroblock x of the current row and stores them.
func (e *vp8Encoder) macroblock(x int, m *record) {
	s := &e.segments[m.segment]
	w := &e.work
	e.tryWholes(x, s)
	luma, cost := &w.whole, wholeCosts[w.whole.modes[0]&3]
	m.whole = true
	good := 4096 * e.settings.good * int64(s.y1.step[1]) * int64(s.y1.step[1])
	if !e.tight && w.whole.score > good && e.tryBlocks(x, s) {
		luma, m.whole = &w.blocks, false
		cost = w.blocks.modeCost
	} else if e.settings.trellis {
		e.refineWhole(x, s, luma)
	}
	m.luma = luma.modes
	e.tryChromas(x, s)
	m.chroma = w.uv.mode
	e.modeCost += int64(cost + chromaCosts[m.chroma&3])
	e.place(x, luma)
	e.keep(x, m, luma)
}

// place copies the reconstructed pixels to the planes from which later macroblocks are predicted.
func (e *vp8Encoder) place(x int, luma *lumaAttempt) {
	at := e.y.origin + 16*x
	for y := range 16 {
		*(*[16]byte)(e.y.pix[at+y*e.y.stride:]) = [16]byte(luma.pixels[y/4][16*(y%4):])
	}
	for i, p := range []*plane{&e.cb, &e.cr} {
		at := p.origin + 8*x
		for y := range 8 {
			*(*[8]byte)(p.pix[at+y*p.stride:]) = [8]byte(e.work.uv.pixels[i][16*(y%4)+y/4*8:])
		}
	}
}

// tryWholes stores the best 16×16 luma prediction in e.work.whole. It encodes the modes that have the smallest
// Hadamard sums and picks the one with the best score.
func (e *vp8Encoder) tryWholes(x int, s *encSegment) {
	w := &e.work
	var scores [4]int
	for mode := range uint8(4) {
		pred := &w.wholePreds[mode]
		e.around[0].predictLuma(mode, pred)
		var sums [4][4]int32
		hadamard(w.luma[:], pred[:], sums[:])
		for y := range sums {
			scores[mode] += int(sums[y][0] + sums[y][1] + sums[y][2] + sums[y][3])
		}
		scores[mode] = scores[mode]<<8 + s.hadamard*wholeCosts[mode]
	}
	if e.tight {
		scores = [4]int{modeDC: -1}
	}
	w.whole.score = 1 << 62
	for range e.tries(e.settings.wholes) {
		mode := takeLeast(&scores)
		e.tryWhole(x, s, mode, &w.spare)
		if w.spare.score < w.whole.score {
			w.whole, w.spare = w.spare, w.whole
		}
	}
}

// tries returns the number of modes to encode. In tight mode it is 1.
func (e *vp8Encoder) tries(n int) int {
	if e.tight {
		return 1
	}
	return n
}

// takeLeast returns the mode with the smallest score, and sets this score to the maximum.
func takeLeast(scores *[4]int) (mode uint8) {
	for i, v := range scores {
		if v < scores[mode&3] {
			mode = uint8(i)
		}
	}
	scores[mode&3] = math.MaxInt
	return mode
}

func (e *vp8Encoder) tryWhole(x int, s *encSegment, mode uint8, a *lumaAttempt) {
	w := &e.work
	var dc, sent [16]int16
	pred := &w.wholePreds[mode&3]
	for y := range a.raw {
		g := &a.raw[y]
		forward(&w.luma[y], &pred[y], g)
		for b := range 4 {
			dc[4*y+b], g[4*b] = g[4*b], 0
		}
		a.groups[y] = *g
		quantize(&a.groups[y], s.y1, &a.coded[y])
	}
	a.modes[0] = mode
	forwardWHT(&dc, &sent)
	a.dcCount = s.y2.quantizeDC(&sent, &a.dc)
	inverseDC(&sent, &dc)
	for i, v := range dc {
		a.groups[i/4][4*(i%4)] = v
	}
	e.rateWhole(x, s, a, w.whole.score)
}

// rateWhole reconstructs the pixels of a quantized attempt and computes its score. If the score reaches the limit
// early, rateWhole stops with a score that is at least the limit.
func (e *vp8Encoder) rateWhole(x int, s *encSegment, a *lumaAttempt, limit int64) {
	distortion, errors := int64(0), [4]int32{}
	for y := range a.groups {
		inverse(&a.groups[y], &e.work.wholePreds[a.modes[0]&3][y], &e.work.luma[y], &a.pixels[y], &errors)
		for _, d := range errors {
			distortion += int64(d)
		}
	}
	a.any = a.dcCount > 0 || anyLevels(a.coded[:], 1)
	rate := wholeCosts[a.modes[0]]
	if a.score = score(distortion, rate, s.lambda); a.score >= limit {
		return
	}
	above, left := e.above[x].nz, e.left.nz
	rate += e.costs[planeLumaDC].rate(&a.dc, int(a.dcCount), 0, int(above.dc+left.dc))
	rate += e.rateLuma(a, planeLumaAC, above.luma, left.luma)
	a.score = score(distortion, rate, s.lambda)
}

// refineWhole chooses the levels of a 16×16 attempt by rate and distortion.
func (e *vp8Encoder) refineWhole(x int, s *encSegment, a *lumaAttempt) {
	changed := false
	above, left := e.above[x].nz.luma, e.left.nz.luma
	for i := range 16 {
		c := &a.coded[i/4]
		context := int(above>>(i%4)&1 + left>>(i/4)&1)
		if e.work.trellis.refine(&a.raw[i/4], &a.groups[i/4], i%4, s.y1, c, &e.costs[planeLumaAC], 1, context, s.lambdaTrellis) {
			changed = true
		}
		setBit(&above, i%4, c.counts[i%4] > 1)
		setBit(&left, i/4, c.counts[i%4] > 1)
	}
	if changed {
		e.rateWhole(x, s, a, 0) // only for the pixels; the score is not used
	}
}

// anyLevels reports whether a block has levels at position first or later.
func anyLevels(groups []coded, first uint8) bool {
	for i := range groups {
		n := &groups[i].counts
		if max(n[0], n[1], n[2], n[3]) > first {
			return true
		}
	}
	return false
}

// rateLuma returns the cost of the 16 luma blocks.
func (e *vp8Encoder) rateLuma(a *lumaAttempt, plane int, above, left uint8) (rate int) {
	first := firstOf(plane)
	for i := range 16 {
		c := &a.coded[i/4]
		n := int(c.counts[i%4])
		rate += e.costs[plane].rate(&c.levels[i%4], n, first, int(above>>(i%4)&1+left>>(i/4)&1))
		setBit(&above, i%4, n > first)
		setBit(&left, i/4, n > first)
	}
	return rate
}
