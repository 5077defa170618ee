package webp

import (
	"errors"
	"fmt"
)

var errShort = errors.New("webp: the file is cut off")

// A segment holds the parameters that macroblocks with the same segment number share (RFC 6386, 9.3).
type segment struct {
	// Quantizer steps by coefficient: one step for DC, one for all AC coefficients (section 14.1).
	y1, y2, uv [16]int32

	filter [2]strength // for macroblocks with a 16×16 prediction mode, and for those with 4×4 modes
}

// frameHeader reads the uncompressed part of the header: RFC 6386, 9.1.
func (d *decoder) frameHeader(vp8 []byte) error {
	if len(vp8) < 10 {
		return errShort
	}
	switch {
	case vp8[0]&1 != 0:
		return errors.New("webp: not a key frame")
	case vp8[0]>>1&7 > 3:
		return fmt.Errorf("webp: unsupported VP8 version %d", vp8[0]>>1&7)
	case string(vp8[3:6]) != "\x9d\x01\x2a":
		return errors.New("webp: no start code")
	}
	d.width = int(vp8[6]) | int(vp8[7]&0x3f)<<8
	d.height = int(vp8[8]) | int(vp8[9]&0x3f)<<8
	if d.width == 0 || d.height == 0 {
		return errors.New("webp: an empty picture")
	}
	d.mbw, d.mbh = (d.width+15)/16, (d.height+15)/16
	return nil
}

// header reads the frame header, everything before the macroblocks: RFC 6386, 9.1 to 9.11 and 19.2.
func (d *decoder) header(vp8 []byte) error {
	if err := d.frameHeader(vp8); err != nil {
		return err
	}
	tag := int(vp8[0]) | int(vp8[1])<<8 | int(vp8[2])<<16
	first, rest := tag>>5, vp8[10:]
	if first > len(rest) {
		if !d.tolerant {
			return errShort
		}
		first = len(rest)
	}
	p := newPartition(rest[:first])
	p.uint(2) // color_space, which has only one value, and clamping_type
	quantizers, levels, relative := d.segmentHeader(&p)
	d.filterHeader(&p, levels, relative)
	if err := d.partitions(p.uint(2), rest[first:]); err != nil {
		return err
	}
	d.quantHeader(&p, quantizers, relative)
	p.flag() // refresh_entropy_probs
	probs := defaultTokenProbs
	for i := range probs {
		for j := range probs[i] {
			for k := range probs[i][j] {
				for l := range probs[i][j][k] {
					if p.bit(tokenUpdates[i][j][k][l]) {
						probs[i][j][k][l] = uint8(p.uint(8))
					}
				}
			}
		}
	}
	d.probs = probs.byNumber()
	if d.mayskip = p.flag(); d.mayskip {
		d.skipProb = uint8(p.uint(8))
	}
	d.modes = p
	if p.exhausted() {
		return errShort
	}
	return nil
}

// segmentHeader returns the quantizer index and the loop filter level of each segment. If relative is true, these are
// offsets to the values of the frame. Without segmentation there is one segment, whose offsets are 0.
func (d *decoder) segmentHeader(p *partition) (quantizers, levels [4]int, relative bool) {
	d.treeProbs = [3]uint8{255, 255, 255}
	if !p.flag() {
		return quantizers, levels, true
	}
	d.segmented = p.flag()
	if p.flag() {
		relative = !p.flag()
		for i := range quantizers {
			quantizers[i] = p.int(7)
		}
		for i := range levels {
			levels[i] = p.int(6)
		}
	}
	if d.segmented {
		for i := range d.treeProbs {
			if p.flag() {
				d.treeProbs[i] = uint8(p.uint(8))
			}
		}
	}
	return quantizers, levels, relative
}

// filterHeader reads the loop filter parameters (RFC 6386, 9.4) and derives the filter strengths (15.2 to 15.4).
func (d *decoder) filterHeader(p *partition, levels [4]int, relative bool) {
	d.simple = p.flag()
	frame, sharpness := p.uint(6), p.uint(3)
	var intra, blocks int
	if deltas := p.flag(); deltas && p.flag() { // loop_filter_adj_enable and mode_ref_lf_delta_update
		var ref, mode [4]int
		for i := range ref {
			ref[i] = p.int(6)
		}
		for i := range mode {
			mode[i] = p.int(6)
		}
		intra, blocks = ref[0], mode[0]
	}
	d.filtered = frame != 0 // if the frame's level is 0, no segment is filtered
	for i := range d.segments {
		level := levels[i]
		if relative {
			level += frame
		}
		d.segments[i].filter[0] = newStrength(level+intra, sharpness)
		d.segments[i].filter[1] = newStrength(level+intra+blocks, sharpness)
	}
}

// partitions finds the token partitions: RFC 6386, 9.5.
func (d *decoder) partitions(log2 int, data []byte) error {
	n := 1 << log2
	if len(data) < 3*(n-1) {
		if !d.tolerant {
			return errShort
		}
		d.tokens = make([]partition, n) // all of them empty
		for i := range d.tokens {
			d.tokens[i] = newPartition(nil)
		}
		return nil
	}
	sizes, data := data[:3*(n-1)], data[3*(n-1):]
	d.tokens = make([]partition, n)
	for i := range n - 1 {
		size := int(sizes[3*i]) | int(sizes[3*i+1])<<8 | int(sizes[3*i+2])<<16
		if size > len(data) {
			if !d.tolerant {
				return errShort
			}
			size = len(data)
		}
		d.tokens[i], data = newPartition(data[:size]), data[size:]
	}
	d.tokens[n-1] = newPartition(data)
	d.tokens[n-1].cut = d.cut
	return nil
}

// quantHeader reads the quantizer indices: RFC 6386, 9.6.
func (d *decoder) quantHeader(p *partition, quantizers [4]int, relative bool) {
	frame := p.uint(7)
	y1dc, y2dc, y2ac, uvdc, uvac := p.int(4), p.int(4), p.int(4), p.int(4), p.int(4)
	step := func(table *[128]uint16, q int) int32 { return int32(table[min(max(q, 0), 127)]) }
	for i := range d.segments {
		q := quantizers[i]
		if relative {
			q += frame
		}
		s := &d.segments[i]
		for n := range 16 {
			s.y1[n] = step(&acSteps, q)
			s.y2[n] = max(8, step(&acSteps, q+y2ac)*155/100)
			s.uv[n] = step(&acSteps, q+uvac)
		}
		s.y1[0] = step(&dcSteps, q+y1dc)
		s.y2[0] = 2 * step(&dcSteps, q+y2dc)
		s.uv[0] = min(132, step(&dcSteps, q+uvdc))
	}
}
