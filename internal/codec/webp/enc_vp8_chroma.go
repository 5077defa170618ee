package webp

// tryChromas stores the best prediction of Cb and Cr in e.work.uv. It works like tryWholes.
func (e *vp8Encoder) tryChromas(x int, s *encSegment) {
	w := &e.work
	var scores [4]int
	for mode := range uint8(4) {
		pred := &w.chromaPreds[mode]
		e.around[1].predictChroma(mode, &pred[0])
		e.around[2].predictChroma(mode, &pred[1])
		var sums [2][4]int32
		hadamard(w.chroma[:], pred[:], sums[:])
		for i := range sums {
			scores[mode] += int(sums[i][0] + sums[i][1] + sums[i][2] + sums[i][3])
		}
		scores[mode] = scores[mode]<<8 + s.hadamard*chromaCosts[mode]
	}
	if e.tight {
		scores = [4]int{modeDC: -1}
	}
	w.uv.score = 1 << 62
	for range e.tries(e.settings.chromas) {
		e.tryChroma(x, s, takeLeast(&scores), &w.spareUV)
		if w.spareUV.score < w.uv.score {
			w.uv, w.spareUV = w.spareUV, w.uv
		}
	}
	if e.settings.trellis {
		e.refineChroma(x, s, &w.uv)
	}
}

func (e *vp8Encoder) tryChroma(x int, s *encSegment, mode uint8, a *chromaAttempt) {
	a.mode = mode
	for i := range 2 {
		forward(&e.work.chroma[i], &e.work.chromaPreds[mode&3][i], &a.raw[i])
		a.groups[i] = a.raw[i]
		quantize(&a.groups[i], s.uv, &a.coded[i])
	}
	e.rateChroma(x, s, a)
}

// rateChroma reconstructs the pixels of a quantized attempt. If several attempts are compared, it also sets the score.
func (e *vp8Encoder) rateChroma(x int, s *encSegment, a *chromaAttempt) {
	var errors [2][4]int32
	for i := range 2 {
		inverse(&a.groups[i], &e.work.chromaPreds[a.mode&3][i], &e.work.chroma[i], &a.pixels[i], &errors[i])
	}
	a.any = anyLevels(a.coded[:], 0)
	if a.score = 0; e.settings.chromas < 2 {
		return
	}
	rate, distortion := chromaCosts[a.mode], int64(0)
	borders := e.chromaBorders(x)
	for i := range 2 {
		above, left := borders[i][0], borders[i][1]
		for b := range 4 {
			n := int(a.coded[i].counts[b])
			distortion += int64(errors[i][b])
			rate += e.costs[planeChroma].rate(&a.coded[i].levels[b], n, 0, int(above>>(b%2)&1+left>>(b/2)&1))
			setBit(&above, b%2, n > 0)
			setBit(&left, b/2, n > 0)
		}
	}
	a.score = score(distortion, rate, s.lambdaUV)
}

// refineChroma chooses the levels of an attempt by rate and distortion.
func (e *vp8Encoder) refineChroma(x int, s *encSegment, a *chromaAttempt) {
	changed := false
	borders := e.chromaBorders(x)
	for i := range 2 {
		c := &a.coded[i]
		above, left := borders[i][0], borders[i][1]
		for b := range 4 {
			context := int(above>>(b%2)&1 + left>>(b/2)&1)
			if e.work.trellis.refine(&a.raw[i], &a.groups[i], b, s.uv, c, &e.costs[planeChroma], 0, context, s.lambdaTrellisUV) {
				changed = true
			}
			setBit(&above, b%2, c.counts[b] > 0)
			setBit(&left, b/2, c.counts[b] > 0)
		}
	}
	if changed {
		e.rateChroma(x, s, a)
	}
}

// chromaBorders returns which blocks above and on the left have coefficients, for Cb and for Cr.
func (e *vp8Encoder) chromaBorders(x int) [2][2]uint8 {
	above, left := &e.above[x].nz, &e.left.nz
	return [2][2]uint8{{above.cb, left.cb}, {above.cr, left.cr}}
}
