package webp

import (
	"encoding/binary"
	"math"
)

// tryBlocks encodes the luma with 4×4 prediction and stores the result in e.work.blocks. It reports whether the score
// is better than that of the best 16×16 mode.
func (e *vp8Encoder) tryBlocks(x int, s *encSegment) bool {
	w := &e.work
	a, limit := &w.blocks, w.whole.score
	a.any, a.dcCount, a.modeCost = false, 0, blocksCost
	a.score = score(0, blocksCost, s.lambda)
	at, stride := e.y.origin+16*x, e.y.stride
	for y := 3; y < 15; y += 4 { // as in decoder.reconstruct
		*(*[4]byte)(e.y.pix[at+y*stride+16:]) = [4]byte(e.y.pix[at-stride+16:])
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

// tryBlock encodes block i, whose pixels start at e.y.pix[at], and returns the number of its coefficients. It encodes
// the modes that have the smallest Hadamard sums and picks the one with the best score.
func (e *vp8Encoder) tryBlock(i, at, context int, s *encSegment, modeCosts *[modes]uint16) (count int) {
	w := &e.work
	t := &w.block
	t.context, t.costs, t.score = context, modeCosts, 1<<62
	repeatBlock(&t.src, &w.luma[i/4], i%4)
	predictAll(e.y.pix, at, e.y.stride, &t.preds)
	if n := e.settings.blocks; n < modes {
		var sums [3][4]int32
		hadamardBlock(&w.luma[i/4], i%4, &t.preds, &sums)
		best := chooseModes(&sums, modeCosts, s.hadamard)
		var pred quad
		for j, mode := range best {
			copyBlock(&pred, j, &t.preds[mode/4], int(mode%4))
		}
		t.preds[0] = pred
		e.tryQuad(0, best[:n], s)
	} else {
		e.tryQuad(0, []uint8{0, 1, 2, 3}, s)
		e.tryQuad(1, []uint8{4, 5, 6, 7}, s)
		e.tryQuad(2, []uint8{8, 9}, s)
	}
	j, slot := t.quad, t.slot
	c := &t.coded[j]
	if e.settings.trellis && w.trellis.refine(&t.raw[j], &t.groups[j], slot, s.y1, c, &e.costs[planeLuma], 0, context, s.lambdaTrellis) {
		var errors [4]int32
		inverse(&t.groups[j], &t.preds[j], &t.src, &t.pixels[j], &errors)
		rate := int(modeCosts[t.mode]) + e.costs[planeLuma].rate(&c.levels[slot], int(c.counts[slot]), 0, context)
		t.score = score(int64(errors[slot]), rate, s.lambda)
	}
	a := &w.blocks
	a.score += t.score
	a.modeCost += int(modeCosts[t.mode])
	a.modes[i] = t.mode
	a.coded[i/4].levels[i%4] = c.levels[slot]
	a.coded[i/4].counts[i%4] = c.counts[slot]
	a.any = a.any || c.counts[slot] > 0
	copyBlock(&a.pixels[i/4], i%4, &t.pixels[j], slot)
	for y := range 4 {
		*(*[4]byte)(e.y.pix[at+y*e.y.stride:]) = [4]byte(t.pixels[j][16*y+4*slot:])
	}
	return int(c.counts[slot])
}

// A blockAttempt is the best result so far for a 4×4 block. The predictions of different modes are in the blocks of up
// to three quads.
type blockAttempt struct {
	costs   *[modes]uint16
	context int
	src     quad // four copies of the block

	preds       [3]quad
	raw, groups [3]group // coefficients before and after quantization
	coded       [3]coded
	pixels      [3]quad

	mode       uint8
	quad, slot int
	score      int64
}

// tryQuad encodes the block with the four predictions in a quad.
func (e *vp8Encoder) tryQuad(j int, list []uint8, s *encSegment) {
	t := &e.work.block
	var errors [4]int32
	forward(&t.src, &t.preds[j], &t.raw[j])
	t.groups[j] = t.raw[j]
	quantize(&t.groups[j], s.y1, &t.coded[j])
	inverse(&t.groups[j], &t.preds[j], &t.src, &t.pixels[j], &errors)
	for slot, mode := range list {
		rate := int(t.costs[mode%modes])
		if score(int64(errors[slot]), rate+256*int(min(t.coded[j].counts[slot], 1)), s.lambda) >= t.score {
			continue // already worse with a minimum rate for the levels
		}
		rate += e.costs[planeLuma].rate(&t.coded[j].levels[slot], int(t.coded[j].counts[slot]), 0, t.context)
		if v := score(int64(errors[slot]), rate, s.lambda); v < t.score {
			t.score, t.mode, t.quad, t.slot = v, mode, j, slot
		}
	}
}

// repeatBlock fills a quad with four copies of a block.
func repeatBlock(to, from *quad, block int) {
	for y := range 4 {
		v := uint64(binary.LittleEndian.Uint32(from[16*y+4*block:]))
		v |= v << 32
		binary.LittleEndian.PutUint64(to[16*y:], v)
		binary.LittleEndian.PutUint64(to[16*y+8:], v)
	}
}

// copyBlock copies a block from one quad to another.
func copyBlock(to *quad, i int, from *quad, j int) {
	for y := range 4 {
		*(*[4]byte)(to[16*y+4*i:]) = [4]byte(from[16*y+4*j:])
	}
}

// chooseModes returns the four modes with the smallest sums. The sums include the costs of the modes.
func chooseModes(sums *[3][4]int32, modeCosts *[modes]uint16, lambda int) (best [4]uint8) {
	b0, b1, b2, b3 := math.MaxInt, math.MaxInt, math.MaxInt, math.MaxInt
	for mode := range modes {
		v := (int(sums[mode/4][mode%4])<<8+lambda*int(modeCosts[mode]))<<4 | mode
		b0, v = min(b0, v), max(b0, v)
		b1, v = min(b1, v), max(b1, v)
		b2, v = min(b2, v), max(b2, v)
		b3 = min(b3, v)
	}
	return [4]uint8{uint8(b0 & 15), uint8(b1 & 15), uint8(b2 & 15), uint8(b3 & 15)}
}
