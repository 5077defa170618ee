package heif

import (
	"encoding/binary"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
)

// av1Sequence reads the sequence headers in AV1 data (AV1 Bitstream & Decoding Process Specification, 5.5). It
// returns the largest size of all headers, and the colors of the first header. ok is false if there is no
// complete sequence header.
func av1Sequence(m *codec.Meter, av1 []byte) (s sequence, ok bool) {
	s = sequence{primaries: 2, transfer: 2, matrix: 2, fullRange: true}
	const sequenceHeader = 1
	for first := true; len(av1) >= 2 && m.Spend(8) == nil; { // OBUs: 5.3
		kind, extended, sized := av1[0]>>3&15, av1[0]&4 != 0, av1[0]&2 != 0
		if av1 = av1[1:]; extended {
			av1 = av1[1:]
		}
		size := uint64(len(av1))
		if sized {
			n, length := binary.Uvarint(av1) // leb128()
			if length < 1 {
				break
			}
			size, av1 = n, av1[length:]
		}
		if kind == sequenceHeader {
			b := bits{data: av1[:min(size, uint64(len(av1)))]}
			one := b.sequence()
			s.width, s.height = max(s.width, one.width), max(s.height, one.height)
			if first && !b.short {
				one.width, one.height = s.width, s.height
				s, ok = one, true
			}
			first = false
		}
		if size > uint64(len(av1)) {
			break
		}
		av1 = av1[size:]
	}
	return s, ok
}

// sequence reads a sequence header up to its colors.
func (b *bits) sequence() (s sequence) {
	s = sequence{primaries: 2, transfer: 2, matrix: 2}
	profile := b.next(3)
	b.next(1) // still_picture
	reduced := b.flag()
	if reduced {
		b.next(5) // seq_level_idx
	} else {
		b.operatingPoints()
	}
	width, height := int(b.next(4))+1, int(b.next(4))+1
	s.width, s.height = int(b.next(width))+1, int(b.next(height))+1
	if !reduced && b.flag() { // frame_id_numbers_present_flag
		b.next(4 + 3)
	}
	b.next(3) // 128×128 superblocks, filter_intra, intra_edge_filter
	if !reduced {
		b.tools()
	}
	b.next(3) // superres, cdef, restoration
	if high := b.flag(); profile == 2 && high {
		b.next(1) // twelve_bit
	}
	if profile != 1 {
		b.next(1) // mono_chrome
	}
	if b.flag() { // color_description_present_flag
		s.primaries, s.transfer, s.matrix = uint16(b.next(8)), uint16(b.next(8)), uint16(b.next(8))
	}
	// The next field is color_range, which is absent for RGB.
	s.fullRange = s.matrix == 0 || b.at < 8*len(b.data) && b.flag()
	return s
}

// operatingPoints skips timing information and operating points. Reduced still pictures have neither.
func (b *bits) operatingPoints() {
	model, delay := false, 0
	if b.flag() { // timing_info
		b.next(32)
		b.next(32)
		if b.flag() { // equal_picture_interval
			b.golomb()
		}
		if model = b.flag(); model { // decoder_model_info
			delay = int(b.next(5)) + 1
			b.next(32)
			b.next(5 + 5)
		}
	}
	display := b.flag() // initial_display_delay_present_flag
	for range b.next(5) + 1 {
		b.next(12)         // operating_point_idc
		if b.next(5) > 7 { // seq_level_idx
			b.next(1)
		}
		if model && b.flag() { // operating_parameters_info
			b.next(delay)
			b.next(delay)
			b.next(1)
		}
		if display && b.flag() {
			b.next(4)
		}
	}
}

// tools skips the flags of coding tools. Reduced still pictures do not have these flags.
func (b *bits) tools() {
	b.next(4) // interintra_compound, masked_compound, warped_motion, dual_filter
	order := b.flag()
	if order {
		b.next(2) // jnt_comp, ref_frame_mvs
	}
	screen := b.flag() // seq_choose_screen_content_tools
	if !screen {
		screen = b.flag()
	}
	if screen && !b.flag() { // seq_choose_integer_mv
		b.next(1)
	}
	if order {
		b.next(3)
	}
}
