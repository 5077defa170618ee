package tiff

import "encoding/binary"

// isWords reports whether samples are integers of 16 bits that [layout.words] makes big-endian.
func (l *layout) isWords() bool {
	return l.bits == 16 && l.format != float && !l.groupsBytes() && l.fillOrder != 2
}

func (l *layout) isLittle() bool { return l.order == binary.ByteOrder(binary.LittleEndian) }

// words undoes the byte order and the predictor of the row src, whose samples have 16 bits, and writes the result to dst. The two have the
// same length and must not overlap.
func (l *layout) words(dst, src []byte) {
	switch {
	case l.predicts():
		accumulateWords(dst, src, l.rowSamples(), l.isLittle())
	case l.isLittle():
		swapWords(dst, src)
	default:
		copy(dst, src)
	}
}

// swapWordsGo writes the samples of src to dst with their two bytes reversed. dst and src may be the same.
func swapWordsGo(dst, src []byte) {
	const evenBytes = 0x00FF00FF00FF00FF
	for len(dst) >= 8 && len(src) >= 8 { // four samples
		v := binary.LittleEndian.Uint64(src)
		binary.LittleEndian.PutUint64(dst, v>>8&evenBytes|v&evenBytes<<8)
		dst, src = dst[8:], src[8:]
	}
	for len(dst) >= 2 && len(src) >= 2 {
		dst[0], dst[1] = src[1], src[0]
		dst, src = dst[2:], src[2:]
	}
}
