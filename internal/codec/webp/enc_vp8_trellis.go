package webp

// A trellis chooses the levels of a block for the least sum of squared error and rate: each
// coefficient is rounded to the nearest level, or to the next one towards zero, and the block may end
// early. The best way to each of both levels of a coefficient is found from the best ways to those of
// the one before (Viterbi), as the cost of a level depends on the level before.
type trellis struct {
	level [16][2]int32
	from  [16][2]uint8 // the level before on the best way
}

// refine chooses the levels of block b again. raw are the coefficients before they were quantised, g
// what the levels of c stand for. It reports whether anything changed.
func (t *trellis) refine(raw, g *group, b int, q *quantizer, c *coded, costs *classCosts, first, context int, lambda int64) bool {
	count := int(c.counts[b])
	levels := &c.levels[b]
	if count <= first {
		return false
	}
	// Squared errors are counted from those of a block without coefficients. A coefficient is half of
	// what it were in an orthonormal transform: hence 1024 instead of 4096.
	best := lambda * int64(costs[first][context][classEnd])
	bestEnd, bestLevel := first, 0
	var score [2]int64
	contexts := [2]int{context, context}
	n0 := first
	for n := first; n < count; n++ {
		at := int(zigzag[n]) + 4*b
		v := abs(int32(raw[at]))
		step := int32(q.step[at])
		high := min((v+step>>1)*int32(q.recip[at])>>16, maxLevel)
		costsHere := &costs[n]
		var next [2]int64
		var nextContexts [2]int
		for i := range 2 {
			level := high - int32(i)
			if level < 0 {
				next[1], nextContexts[1], t.level[n][1] = next[0], nextContexts[0], 0
				t.from[n][1] = t.from[n][0]
				break
			}
			code := &levelCodes[level&maxLevel]
			class := code.class % classes
			way0 := score[0] + lambda*int64(costsHere[contexts[0]][class])
			way1 := score[1] + lambda*int64(costsHere[contexts[1]][class])
			from := uint8(0)
			if n > n0 && way1 < way0 {
				way0, from = way1, 1
			}
			err := int64(v - level*step)
			way0 += lambda*int64(code.cost) + (err*err-int64(v)*int64(v))*1024
			t.level[n][i], t.from[n][i] = level, from
			next[i], nextContexts[i] = way0, int(min(level, 2))
			if level > 0 {
				end := way0
				if n < 15 {
					end += lambda * int64(costs[n+1][min(level, 2)][classEnd])
				}
				if end < best {
					best, bestEnd, bestLevel = end, n+1, i
				}
			}
		}
		score, contexts = next, nextContexts
	}
	return t.apply(raw, g, b, q, levels, &c.counts[b], first, bestEnd, bestLevel)
}

// apply sets the levels of the way that ends with one of the levels of the coefficient before end.
func (t *trellis) apply(raw, g *group, b int, q *quantizer, levels *[16]int16, count *uint8, first, end, last int) (changed bool) {
	for n := int(*count) - 1; n >= first; n-- {
		level := int32(0)
		at := int(zigzag[n]) + 4*b
		if n < end {
			level = t.level[n][last&1]
			last = int(t.from[n][last&1])
			if raw[at] < 0 {
				level = -level
			}
		}
		if int16(level) != levels[n] {
			changed = true
			levels[n] = int16(level)
			g[at] = int16(level * int32(q.step[at]))
		}
	}
	if end <= first {
		end = 0
	}
	*count = uint8(end)
	return changed
}
