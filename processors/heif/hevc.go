package heif

import (
	"bytes"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
)

// hevcSequence reads the sequence parameter sets in the box "hvcC" (ISO/IEC 14496-15, 8.3.2.1). It returns the
// largest size of all sets, and the colors of the first set. ok is false if no set can be read.
func hevcSequence(m *codec.Meter, config []byte) (s sequence, ok bool) {
	s = sequence{primaries: 2, transfer: 2, matrix: 2, fullRange: true}
	f := fields{b: config}
	f.skip(22)
	for range f.next(1) {
		kind := f.next(1) & 63
		for range f.next(2) {
			n := int(f.next(2))
			if f.short || n > len(f.b) || m.Spend(int64(8+n)) != nil {
				return s, ok
			}
			unit := f.b[:n]
			f.skip(n)
			if kind != parameterSet {
				continue
			}
			if one, read := hevcParameterSet(unit); read {
				s.width, s.height = max(s.width, one.width), max(s.height, one.height)
				if !ok {
					one.width, one.height = s.width, s.height
					s, ok = one, true
				}
			}
		}
	}
	return s, ok
}

// hevcUnits enlarges s to the largest size of the parameter sets in the pixel data. Parameter sets do not belong in
// pixel data, but a decoder may use them.
func (s *sequence) hevcUnits(m *codec.Meter, config, data []byte) {
	if len(config) < 22 {
		return
	}
	f := fields{b: data}
	for len(f.b) > 0 {
		n := f.next(int(config[21]&3) + 1)
		if f.short || n > uint64(len(f.b)) || m.Spend(8) != nil {
			return
		}
		unit := f.b[:n]
		f.skip(int(n))
		if n >= 2 && unit[0]>>1&63 == parameterSet && m.Spend(int64(min(n, 1<<16))) == nil {
			one, _ := hevcParameterSet(unit[:min(n, 1<<16)])
			s.width, s.height = max(s.width, one.width), max(s.height, one.height)
		}
	}
}

// parameterSet is the type of a unit with a sequence parameter set.
const parameterSet = 33

// hevcParameterSet reads a sequence parameter set (ITU-T H.265, 7.3.2.2) up to the colors in its VUI
// (E.2.1), without the unit header of two bytes.
func hevcParameterSet(unit []byte) (s sequence, ok bool) {
	s = sequence{primaries: 2, transfer: 2, matrix: 2, fullRange: true}
	if len(unit) < 2 {
		return s, false
	}
	b := bits{data: bytes.ReplaceAll(unit[2:], []byte{0, 0, 3}, []byte{0, 0})}
	b.skip(4)
	layers := int(b.next(3))
	b.skip(1 + 88 + 8) // the profile, the level
	present := b.next(2 * layers)
	if layers > 0 {
		b.skip(2 * (8 - layers))
	}
	for i := range layers {
		if present>>(2*(layers-1-i)+1)&1 == 1 {
			b.skip(88)
		}
		if present>>(2*(layers-1-i))&1 == 1 {
			b.skip(8)
		}
	}
	b.golomb()           // the ID of the set
	if b.golomb() == 3 { // chroma_format_idc
		b.skip(1)
	}
	s.width, s.height = int(b.golomb()), int(b.golomb())
	if b.short || s.width > 1<<16 || s.height > 1<<16 {
		return sequence{}, false
	}
	if b.flag() { // the conformance window
		for range 4 {
			b.golomb()
		}
	}
	b.hevcColors(&s, layers)
	return s, true
}

// hevcColors reads the fields between the size and the colors, and the colors.
func (b *bits) hevcColors(s *sequence, layers int) {
	golombs := func(n int) {
		for range n {
			b.golomb()
		}
	}
	golombs(2) // bit depths of luma and chroma
	order := int(b.golomb()) + 4
	if b.flag() { // sps_sub_layer_ordering_info_present_flag
		golombs(3 * layers)
	}
	golombs(3 + 6)                                // ordering; sizes of blocks
	if enabled := b.flag(); enabled && b.flag() { // sps_scaling_list_data_present_flag
		b.hevcScalingLists()
	}
	b.skip(2)
	if b.flag() { // pcm_enabled_flag
		b.skip(8)
		golombs(2)
		b.skip(1)
	}
	b.hevcReferences()
	if b.flag() { // long_term_ref_pics_present_flag
		for range min(b.golomb(), 32) {
			b.skip(order + 1)
		}
	}
	b.skip(2)
	if b.short || !b.flag() { // vui_parameters_present_flag
		return
	}
	if b.flag() && b.next(8) == 255 { // aspect_ratio_idc: extended
		b.skip(32)
	}
	if b.flag() { // overscan_info_present_flag
		b.skip(1)
	}
	if !b.flag() { // video_signal_type_present_flag
		return
	}
	b.skip(3)
	full := b.flag()
	primaries, transfer, matrix := uint64(2), uint64(2), uint64(2)
	if b.flag() {
		primaries, transfer, matrix = b.next(8), b.next(8), b.next(8)
	}
	if !b.short {
		s.fullRange, s.primaries, s.transfer, s.matrix = full, uint16(primaries), uint16(transfer), uint16(matrix)
	}
}

// hevcScalingLists skips scaling_list_data (7.3.4).
func (b *bits) hevcScalingLists() {
	for size := range 4 {
		step := 1
		if size == 3 {
			step = 3
		}
		for m := 0; m < 6 && !b.short; m += step {
			if !b.flag() {
				b.golomb()
				continue
			}
			n := min(64, 1<<(4+2*size))
			if size > 1 {
				n++
			}
			for range n {
				b.golomb()
			}
		}
	}
}

// hevcReferences skips the short-term reference picture sets (7.3.7). A still picture needs no such sets, but
// a camera may write the sets of its videos.
func (b *bits) hevcReferences() {
	before := 0 // number of pictures in the previous set
	for i := range min(b.golomb(), 64) {
		if b.short {
			return
		}
		if i > 0 && b.flag() { // inter_ref_pic_set_prediction_flag
			b.skip(1)
			b.golomb()
			n := 0
			for range before + 1 {
				if used := b.flag(); used || b.flag() { // use_delta_flag
					n++
				}
			}
			before = n
			continue
		}
		before = int(min(b.golomb(), 16)) + int(min(b.golomb(), 16))
		for range before {
			b.golomb()
			b.skip(1)
		}
	}
}
