package webp

// A quantizer divides the coefficients of a group by the quantizer steps. All four blocks of a group have the same
// steps.
type quantizer struct {
	step  group
	recip [64]uint16 // 65536/step, rounded up
	bias  [64]uint16 // added before the division; a bias of half a step would round to nearest
}

// A bias is added before the division, in 1/256 step. dc is for the first coefficient, ac for the others.
type bias struct{ dc, ac int32 }

func newQuantizer(steps *[16]int32, b bias) *quantizer {
	q := new(quantizer)
	for i := range q.step {
		s, part := steps[1], b.ac
		if i < 16 && i%4 == 0 {
			s, part = steps[0], b.dc
		}
		q.step[i] = int16(s)
		q.recip[i] = uint16((65536 + s - 1) / s)
		q.bias[i] = uint16(s * part >> 8)
	}
	return q
}

// coded holds the levels of a group.
type coded struct {
	levels [4][16]int16 // quantized coefficients of each block, in zigzag order
	counts [4]uint8     // position of the last nonzero level, plus 1
}

// quantizeGo quantizes a group and replaces its coefficients by the dequantized values.
func quantizeGo(g *group, q *quantizer, c *coded) {
	for b := range 4 {
		count := 0
		for n, at := range zigzag {
			i := int(at) + 4*b
			level := q.level(int32(g[i]), i)
			c.levels[b][n] = int16(level)
			g[i] = int16(level * int32(q.step[i]))
			if level != 0 {
				count = n + 1
			}
		}
		c.counts[b] = uint8(count)
	}
}

// level returns the level of a coefficient with value v at index i.
func (q *quantizer) level(v int32, i int) int32 {
	sign := v >> 31
	level := int32((uint32(v^sign-sign) + uint32(q.bias[i])) * uint32(q.recip[i]) >> 16)
	return level ^ sign - sign
}

// quantizeDC quantizes the Y2 block of a macroblock and replaces its coefficients by the dequantized values.
func (q *quantizer) quantizeDC(dc, levels *[16]int16) (count uint8) {
	for n, at := range zigzag {
		i := int(at)>>4<<2 | int(at)&3
		level := q.level(int32(dc[i]), int(at))
		levels[n] = int16(level)
		dc[i] = int16(level * int32(q.step[at]))
		if level != 0 {
			count = uint8(n + 1)
		}
	}
	return count
}
