package webp

import (
	"errors"
	"image"
)

// maxFirstPartition is the largest size of the first partition that the frame header can represent.
const maxFirstPartition = 1<<19 - 1

var errModes = errors.New("webp: the prediction modes of the macroblocks do not fit in the first partition")

// sharpness is the sharpness of the loop filter. A higher value filters textures less.
const sharpness = 3

// write writes the frame (RFC 6386, 9 and 19).
func (e *vp8Encoder) write() ([]byte, error) {
	probs := e.counts.probabilities()
	// The estimates are almost exact: the output of the entropy encoder is about 0.1 % longer. The reserved 3 % (33/32) are
	// sufficient.
	header := e.modeCost + int64(len(e.records))*3*256 // including segments and skip flags
	header = header/256/8*33/32 + 3<<10
	tokens := e.counts.cost(probs)/256/8*33/32 + 1024
	if err := e.take(2*header + tokens); err != nil {
		return nil, err
	}
	first, err := e.writeModes(make([]byte, 0, header), probs)
	if err != nil {
		return nil, err
	}
	if len(first) > maxFirstPartition {
		return nil, errModes
	}
	out := make([]byte, 0, 10+int64(len(first))+tokens)
	out = appendFrameHeader(out, e.src.size, len(first))
	out = append(out, first...)
	return e.writeCoefficients(out, probs.byNumber())
}

// appendFrameHeader appends the uncompressed header (RFC 6386, 9.1).
func appendFrameHeader(out []byte, size image.Point, first int) []byte {
	const keyFrame, shown = 0, 1 << 4
	tag := keyFrame | shown | first<<5
	return append(out, byte(tag), byte(tag>>8), byte(tag>>16), 0x9d, 0x01, 0x2a,
		byte(size.X), byte(size.X>>8), byte(size.Y), byte(size.Y>>8))
}

// writeModes appends the first partition: the frame header, and the headers of all macroblocks.
func (e *vp8Encoder) writeModes(out []byte, probs *tokenProbs) ([]byte, error) {
	w := newBoolWriter(out)
	w.uint(0, 2) // color space 0; clamping is required
	tree := e.writeSegments(&w)
	w.flag(false) // the normal loop filter
	w.uint(e.segments[0].filterLevel, 6)
	w.uint(sharpness, 3)
	w.flag(false) // no deltas of the filter level
	w.uint(0, 2)  // a single partition of coefficients
	w.uint(e.segments[0].index, 7)
	for _, delta := range quantizerDeltas {
		w.int(delta, 4)
	}
	w.flag(false) // the probabilities apply to this frame only
	for i := range probs {
		for j := range probs[i] {
			for k := range probs[i][j] {
				for l, p := range probs[i][j][k] {
					changed := p != defaultTokenProbs[i][j][k][l]
					w.put(changed, tokenUpdates[i][j][k][l])
					if changed {
						w.uint(int(p), 8)
					}
				}
			}
		}
	}
	skipProb := e.skipProb()
	w.flag(skipProb != 0)
	if skipProb != 0 {
		w.uint(int(skipProb), 8)
	}
	above := make([][4]uint8, e.mbw)
	for y := range e.mbh {
		if err := e.ctx.Err(); err != nil {
			return nil, err
		}
		var left [4]uint8
		for x := range e.mbw {
			m := &e.records[y*e.mbw+x]
			if len(e.segments) > 1 {
				w.put(m.segment >= 2, tree[0])
				w.put(m.segment&1 != 0, tree[1+m.segment>>1])
			}
			if skipProb != 0 {
				w.put(m.skip, skipProb)
			}
			w.writeMacroblock(m, &above[x], &left)
		}
	}
	return w.finish(), nil
}

// writeSegments writes the segment header (RFC 6386, 9.3). It returns the node probabilities of the tree that
// encodes segment numbers.
func (e *vp8Encoder) writeSegments(w *boolWriter) (tree [3]uint8) {
	w.flag(len(e.segments) > 1)
	if len(e.segments) == 1 {
		return tree
	}
	w.flag(true) // each macroblock has a segment number
	w.flag(true) // the parameters of the segments follow
	w.flag(true) // absolute values
	for i := range 4 {
		index := 0
		if i < len(e.segments) {
			index = e.segments[i].index
		}
		w.int(index, 7)
	}
	for i := range 4 {
		level := 0
		if i < len(e.segments) {
			level = e.segments[i].filterLevel
		}
		w.int(level, 6)
	}
	var counts [4]uint32
	for i := range e.records {
		counts[e.records[i].segment&3]++
	}
	for i, c := range [3]nodeCount{{counts[0] + counts[1], counts[2] + counts[3]}, {counts[0], counts[1]}, {counts[2], counts[3]}} {
		tree[i] = c.prob(255)
		w.flag(tree[i] != 255)
		if tree[i] != 255 {
			w.uint(int(tree[i]), 8)
		}
	}
	return tree
}

// skipProb returns the probability that a macroblock has coefficients. If all macroblocks have coefficients, it returns
// 0.
func (e *vp8Encoder) skipProb() uint8 {
	var c nodeCount
	for i := range e.records {
		if e.records[i].skip {
			c[1]++
		}
	}
	if c[1] == 0 {
		return 0
	}
	c[0] = uint32(len(e.records)) - c[1]
	return c.prob(0)
}

// writeMacroblock writes the modes of a macroblock (RFC 6386, 11 and 16).
func (w *boolWriter) writeMacroblock(m *record, above, left *[4]uint8) {
	w.put(m.whole, 145)
	if m.whole {
		mode := m.luma[0]
		w.put(mode == modeTM || mode == modeHE, 156)
		if mode == modeTM || mode == modeHE {
			w.put(mode == modeTM, 128)
		} else {
			w.put(mode == modeVE, 163)
		}
		*above = [4]uint8{mode, mode, mode, mode}
		*left = *above
	} else {
		for i, mode := range m.luma {
			for _, s := range modePaths[mode] {
				w.put(s.bit, modeProbs[above[i%4]][left[i/4]][s.node])
			}
			above[i%4], left[i/4] = mode, mode
		}
	}
	w.put(m.chroma != modeDC, 142)
	if m.chroma != modeDC {
		w.put(m.chroma != modeVE, 114)
		if m.chroma != modeVE {
			w.put(m.chroma != modeHE, 183)
		}
	}
}

// writeCoefficients writes the second partition.
func (e *vp8Encoder) writeCoefficients(out []byte, probs [planes]planeProbs) ([]byte, error) {
	w := newBoolWriter(out)
	above := make([]border, e.mbw)
	r := e.levels.reader()
	for y := range e.mbh {
		if err := e.ctx.Err(); err != nil {
			return nil, err
		}
		var left border
		for x := range e.mbw {
			m := &e.records[y*e.mbw+x]
			if m.skip {
				above[x].skip(m.whole)
				left.skip(m.whole)
				continue
			}
			r.macroblock()
			w.writeLevels(&r, m.whole, &above[x], &left, &probs)
		}
	}
	return w.finish(), nil
}

// writeLevels writes the blocks of a macroblock.
func (w *boolWriter) writeLevels(r *levelReader, whole bool, above, left *border, probs *[planes]planeProbs) {
	plane, first := planeLuma, 0
	if whole {
		w.writeSquare(r, 1, 0, &above.dc, &left.dc, &probs[planeLumaDC])
		plane, first = planeLumaAC, 1
	}
	w.writeSquare(r, 4, first, &above.luma, &left.luma, &probs[plane])
	w.writeSquare(r, 2, 0, &above.cb, &left.cb, &probs[planeChroma])
	w.writeSquare(r, 2, 0, &above.cr, &left.cr, &probs[planeChroma])
}

// writeSquare writes side×side blocks. Each bit of above and left tells whether a neighboring block has coefficients.
func (w *boolWriter) writeSquare(r *levelReader, side, first int, above, left *uint8, probs *planeProbs) {
	for i := range side * side {
		x, y := i%side, i/side
		context := int(*above>>x&1 + *left>>y&1)
		any := w.writeBlock(r.next(first), first, context, probs)
		setBit(above, x, any)
		setBit(left, y, any)
	}
}

func setBit(to *uint8, i int, bit bool) {
	*to &^= 1 << i
	if bit {
		*to |= 1 << i
	}
}
