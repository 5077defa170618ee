package colorspace

import "encoding/binary"

// sequenceColours returns color_primaries and transfer_characteristics of the first sequence header
// in AV1 (AV1 Bitstream & Decoding Process Specification, 5.5.1 and 5.5.2). They are 2,
// unspecified, where it has none. ok is false where there is no sequence header, or not all of it.
func sequenceColours(av1 []byte) (colours, function uint16, ok bool) {
	const sequenceHeader = 1
	for len(av1) >= 2 { // OBUs: 5.3
		kind, extended, sized := av1[0]>>3&15, av1[0]&4 != 0, av1[0]&2 != 0
		if av1 = av1[1:]; extended {
			av1 = av1[1:]
		}
		size := uint64(len(av1))
		if sized {
			n, length := binary.Uvarint(av1) // leb128()
			if length < 1 {
				return 0, 0, false
			}
			size, av1 = n, av1[length:]
		}
		if kind == sequenceHeader {
			b := bits{data: av1[:min(size, uint64(len(av1)))]}
			colours, function = b.sequence()
			return colours, function, !b.short
		}
		if size > uint64(len(av1)) {
			break
		}
		av1 = av1[size:]
	}
	return 0, 0, false
}

// bits are read from the most significant on.
type bits struct {
	data  []byte
	at    int
	short bool // more has been read than there is
}

// next returns the next n bits, at most 32.
func (b *bits) next(n int) (v uint64) {
	for range n {
		v <<= 1
		if i := b.at / 8; i < len(b.data) {
			v |= uint64(b.data[i] >> (7 - b.at%8) & 1)
		} else {
			b.short = true
		}
		b.at++
	}
	return v
}

func (b *bits) flag() bool { return b.next(1) == 1 }

// sequence reads a sequence header up to its colours.
func (b *bits) sequence() (colours, function uint16) {
	profile := b.next(3)
	b.next(1) // still_picture
	reduced := b.flag()
	if reduced {
		b.next(5) // seq_level_idx
	} else {
		b.operatingPoints()
	}
	width, height := int(b.next(4))+1, int(b.next(4))+1
	b.next(width)
	b.next(height)
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
	if !b.flag() { // color_description_present_flag
		return 2, 2
	}
	return uint16(b.next(8)), uint16(b.next(8))
}

// operatingPoints reads what pictures that are not reduced say of time and levels.
func (b *bits) operatingPoints() {
	model, delay := false, 0
	if b.flag() { // timing_info
		b.next(32)
		b.next(32)
		if b.flag() { // equal_picture_interval: uvlc()
			zeros := 0
			for !b.flag() && !b.short {
				zeros++
			}
			if zeros < 32 {
				b.next(zeros)
			}
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

// tools reads which tools pictures that are not reduced may use.
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
