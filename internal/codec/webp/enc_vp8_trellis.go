package webp

// A trellis chooses the levels of a block that have the smallest sum of squared error and rate. A coefficient is
// rounded to the nearest level or to the next level toward zero, and the block may end early. The cost of a level
// depends on the previous level. So the trellis keeps, for both levels of a coefficient, the best path that ends there
// (Viterbi algorithm).
type trellis struct {
	level [16][2]int32
	from  [16][2]uint8 // the previous level on the best path
}

// refine chooses the levels of block b. raw holds the coefficients before quantization, g the dequantized ones. refine
// reports whether a level has changed.
//
// Squared errors are relative to a block without coefficients. A coefficient is half as large as in an orthonormal
// transform, so its squared error has the weight 1024 instead of the 4096 in score.
func (t *trellis) refine(raw, g *group, b int, q *quantizer, c *coded, costs *planeCosts, first, context int, lambda int64) bool {
	count := int(c.counts[b&3])
	if count <= first {
		return false
	}
	best := lambda * int64(costs.end[first&15][context&3])
	bestEnd, bestLevel := first, 0
	// Scores of the best paths to both levels of the previous coefficient, and the contexts after these levels.
	var score0, score1 int64 = 0, 1 << 60
	context0, context1 := context&3, 0
	for n := first; n < count && n < 16; n++ {
		at := (int(zigzag[n]) + 4*b) & 63
		v := abs(int32(raw[at]))
		step := int32(q.step[at])
		high := min((v+step>>1)*int32(q.recip[at])>>16, maxLevel)
		here := &costs.level[n]
		if high == 0 {
			way0, way1 := score0+lambda*int64(here[context0&3][0]), score1+lambda*int64(here[context1&3][0])
			t.level[n][0], t.from[n][0] = 0, 0
			if way1 < way0 {
				way0, t.from[n][0] = way1, 1
			}
			score0, context0, score1, context1 = way0, 0, 1<<60, 0
			continue
		}
		cost0, cost1 := costs.both(n, context0, high)
		other0, other1 := costs.both(n, context1, high)
		t.level[n], t.from[n] = [2]int32{high, high - 1}, [2]uint8{}
		error0, error1 := int64(v-high*step), int64(v-(high-1)*step)
		none := int64(v) * int64(v)
		// The best path to the higher level, from either level of the previous coefficient.
		way0, way1 := score0+lambda*int64(cost0), score1+lambda*int64(other0)
		if way1 < way0 {
			way0, t.from[n][0] = way1, 1
		}
		up := way0 + (error0*error0-none)*1024
		// The best path to the lower level.
		way0, way1 = score0+lambda*int64(cost1), score1+lambda*int64(other1)
		if way1 < way0 {
			way0, t.from[n][1] = way1, 1
		}
		down := way0 + (error1*error1-none)*1024
		score0, context0 = up, int(min(high, 2))
		score1, context1 = down, int(min(high-1, 2))
		end := &costs.end[n+1] // 0 after the last coefficient
		if v := up + lambda*int64(end[context0&3]); v < best {
			best, bestEnd, bestLevel = v, n+1, 0
		}
		if v := down + lambda*int64(end[context1&3]); high > 1 && v < best {
			best, bestEnd, bestLevel = v, n+1, 1
		}
	}
	return t.apply(raw, g, b, q, &c.levels[b&3], &c.counts[b&3], first, bestEnd, bestLevel)
}

// both returns the costs of a level and of the next level toward zero.
func (c *planeCosts) both(n, context int, level int32) (high, low int) {
	if level < smallLevels {
		t := &c.level[n&15][context&3]
		return int(t[level&(smallLevels-1)]), int(t[(level-1)&(smallLevels-1)])
	}
	return c.large(n, context, level), c.large(n, context, level-1)
}

// apply stores the levels of the best path. The path ends before position end, at one of the two levels there.
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
