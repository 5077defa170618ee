package isobmff

// fields are numbers of up to 4 bytes each, the highest first.
type fields struct {
	b     []byte
	short bool // more has been read than there is
}

func (f *fields) next(size int) (v uint32) {
	if size > len(f.b) {
		f.b, f.short = nil, true
		return 0
	}
	for _, c := range f.b[:size] {
		v = v<<8 | uint32(c)
	}
	f.b = f.b[size:]
	return v
}

// list returns what follows version and flags of a box, and how many bytes the number of an item
// has in it: it is wide from a version on.
func list(data []byte, wide byte) (f fields, idSize int) {
	if len(data) < 4 {
		return fields{short: true}, 2
	}
	if data[0] >= wide {
		return fields{b: data[4:]}, 4
	}
	return fields{b: data[4:]}, 2
}

// primaryItem reads the box "pitm" (ISO/IEC 14496-12, 8.11.4).
func primaryItem(pitm []byte) (id uint32, ok bool) {
	f, size := list(pitm, 1)
	id = f.next(size)
	return id, !f.short
}

// itemType returns what the box "iinf" says of an item (ISO/IEC 14496-12, 8.11.6): four letters, or
// nothing.
func itemType(iinf []byte, id uint32) string {
	f, size := list(iinf, 1)
	f.next(size) // how many there are
	for _, b := range boxes(f.b) {
		entry, size := list(b.data, 3)
		if item := entry.next(size); b.kind == "infe" && item == id && len(entry.b) >= 6 {
			return string(entry.b[2:6])
		}
	}
	return ""
}

// firstTile returns the first of the items that a grid is made of, as the box "iref" says (ISO/IEC
// 23008-12, 6.6.2.3).
func firstTile(iref []byte, grid uint32) (id uint32, ok bool) {
	f, size := list(iref, 1)
	for _, b := range boxes(f.b) {
		reference := fields{b: b.data}
		if from := reference.next(size); b.kind != "dimg" || from != grid || reference.next(2) == 0 {
			continue
		}
		id = reference.next(size)
		return id, !reference.short
	}
	return 0, false
}

// A property is a box of "ipco".
type property struct {
	box
	essential bool // who does not know it cannot show the picture
}

// properties yields those of an item in the box "iprp" (ISO/IEC 23008-12, 9.3).
func properties(iprp []byte, id uint32) func(yield func(property) bool) {
	return func(yield func(property) bool) {
		all := boxes(child(iprp, "ipco"))
		for _, b := range boxes(iprp) {
			if b.kind != "ipma" {
				continue
			}
			for number, essential := range associations(b.data, id) {
				if number >= 1 && number <= len(all) && !yield(property{all[number-1], essential}) {
					return
				}
			}
		}
	}
}

// associations yields the numbers, from 1 on, of the properties that the box "ipma" gives to an
// item, and whether they are essential.
func associations(ipma []byte, id uint32) func(yield func(int, bool) bool) {
	return func(yield func(int, bool) bool) {
		f, idSize := list(ipma, 1)
		size, top := 1, uint32(1)<<7
		if len(ipma) >= 4 && ipma[3]&1 != 0 {
			size, top = 2, 1<<15
		}
		for range f.next(4) {
			item := f.next(idSize)
			for range f.next(1) {
				if v := f.next(size); f.short || item == id && !yield(int(v&^top), v&top != 0) {
					return
				}
			}
			if f.short {
				return
			}
		}
	}
}
