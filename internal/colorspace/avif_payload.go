package colorspace

import "encoding/binary"

// maxSearched is how many bytes of a payload are looked at: the sequence header stands at its begin.
const maxSearched = 4096

// payload returns the first bytes of an item (ISO/IEC 14496-12, 8.11.3): in the file, or in the box
// "idat". Of one that is put together from others, as a grid is, it is those of the first one.
func payload(file, meta []byte, item uint32) []byte {
	if of, ok := derivedFrom(box(meta, "iref"), item); ok {
		item = of
	}
	iloc := fields{b: box(meta, "iloc")}
	version := iloc.next(1)
	iloc.next(3)
	sizes := iloc.next(2)
	offset, length, base, index := int(sizes>>12), int(sizes>>8&15), int(sizes>>4&15), int(sizes&15)
	idSize := 2
	if version == 2 {
		idSize = 4
	}
	if version == 0 {
		index = 0
	}
	for range iloc.next(idSize) {
		id := iloc.next(idSize)
		source := file
		if version > 0 {
			switch iloc.next(2) & 15 {
			case 0:
			case 1:
				source = box(meta, "idat")
			default: // in an item
				source = nil
			}
		}
		iloc.next(2) // data_reference_index
		from := iloc.next(base)
		extents := iloc.next(2)
		if iloc.short {
			break
		}
		if id != uint64(item) {
			iloc.skip(int(extents) * (index + offset + length))
			continue
		}
		var begin []byte
		for range extents {
			iloc.next(index)
			at, n := from+iloc.next(offset), iloc.next(length)
			if iloc.short || at < from || at > uint64(len(source)) {
				break
			}
			part := source[at:]
			if n > 0 { // 0: all
				part = part[:min(n, uint64(len(part)))]
			}
			if begin = append(begin, part[:min(len(part), maxSearched-len(begin))]...); len(begin) == maxSearched {
				break
			}
		}
		return begin
	}
	return nil
}

// derivedFrom returns the first item that another is made of, as the box "iref" says (ISO/IEC
// 23008-12, 6.6.2.3).
func derivedFrom(iref []byte, item uint32) (of uint32, ok bool) {
	if len(iref) < 4 {
		return 0, false
	}
	idSize := 2
	if iref[0] > 0 {
		idSize = 4
	}
	for kind, b := range boxes(iref[4:]) {
		f := fields{b: b}
		if from := f.next(idSize); kind != "dimg" || from != uint64(item) || f.next(2) == 0 {
			continue
		}
		return uint32(f.next(idSize)), !f.short
	}
	return 0, false
}

// fields are numbers of some bytes each, the highest first.
type fields struct {
	b     []byte
	short bool // more has been read than there is
}

func (f *fields) next(size int) uint64 {
	if size > 8 || size > len(f.b) {
		f.b, f.short = nil, true
		return 0
	}
	var v [8]byte
	copy(v[8-size:], f.b[:size])
	f.b = f.b[size:]
	return binary.BigEndian.Uint64(v[:])
}

func (f *fields) skip(n int) {
	if n > len(f.b) {
		n, f.short = len(f.b), true
	}
	f.b = f.b[n:]
}
