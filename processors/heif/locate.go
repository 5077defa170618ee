package heif

import (
	"fmt"
	"io"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
)

// A part is a range of bytes of an item, in the file or in the box "idat".
type part struct {
	inside      bool // the part is in "idat"
	at, length  uint64
	unreachable bool // the part is in another item, or in another file
	toTheEnd    bool
}

// partBytes is the memory of a part, in a list that grows by doubling.
const partBytes = 2 * 32

// locate reads the locations of the items (ISO/IEC 14496-12, 8.11.3), and returns the declared number of
// bytes of all items in the file.
func (d *directory) locate() (total uint64, err error) {
	f := fields{b: d.iloc}
	version := f.next(1)
	f.next(3)
	sizes := f.next(2)
	w := widths{offset: int(sizes >> 12), length: int(sizes >> 8 & 15), base: int(sizes >> 4 & 15)}
	if version > 0 {
		w.index = int(sizes & 15)
	}
	idSize := 2
	if version == 2 {
		idSize = 4
	}
	for range f.next(idSize) {
		it := d.items[uint32(f.next(idSize))]
		method := uint64(0)
		if version > 0 {
			method = f.next(2) & 15
		}
		elsewhere := f.next(2) != 0 // data_reference_index: the data is in another file
		base, extents := f.next(w.base), f.next(2)
		if f.short {
			break
		}
		if err := d.meter.Spend(16); err != nil {
			return 0, err
		}
		if it != nil && it.parts != nil {
			it = nil // only the first entry of an item counts
		}
		n, err := d.extents(&f, w, extents, it, part{inside: method == 1, unreachable: method > 1 || elsewhere, at: base})
		if err != nil {
			return 0, err
		}
		total = min(total+min(n, 1<<50), 1<<50)
	}
	return total, nil
}

// widths are the sizes of the numbers in "iloc", in bytes.
type widths struct{ offset, length, base, index int }

// extents reads the parts of an item, or skips them if the item is nil. It returns their total length.
func (d *directory) extents(f *fields, w widths, n uint64, it *item, p part) (total uint64, err error) {
	if w.offset+w.length+w.index == 0 {
		n = min(n, 1) // all extents have no bytes, so one is sufficient
	}
	base := p.at
	for range n {
		if err := d.meter.Spend(16); err != nil {
			return 0, err
		}
		f.next(w.index)
		at, length := base+f.next(w.offset), f.next(w.length)
		if f.short {
			return total, nil
		}
		if total += length; total < length {
			total = 1 << 63
		}
		if it == nil {
			continue
		}
		if err := d.take(partBytes); err != nil {
			return 0, err
		}
		p.at, p.length, p.toTheEnd = at, length, length == 0
		p.unreachable = p.unreachable || at < base
		it.parts = append(it.parts, p)
		it.length = total
	}
	return total, nil
}

// data returns the bytes of an item. For an item with one part, it returns a slice of the file. Otherwise
// it joins the parts, up to limit bytes, in memory that stays taken from the account until the directory is
// closed.
func (d *directory) data(file []byte, it *item, limit int) ([]byte, error) {
	var all []byte
	for i, p := range it.parts {
		b, err := d.part(file, it, p)
		if err != nil {
			return nil, err
		}
		b = b[:min(len(b), limit-len(all))]
		if i == 0 && (len(it.parts) == 1 || len(b) == limit) {
			return b, nil
		}
		if err := d.take(3 * int64(len(b))); err != nil { // the buffer grows by doubling
			return nil, err
		}
		if err := d.meter.Spend(int64(len(b) / 16)); err != nil {
			return nil, err
		}
		if all = append(all, b...); len(all) >= limit {
			break
		}
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("%w: item %d has no data", codec.ErrCorrupt, it.id)
	}
	return all, nil
}

func (d *directory) part(file []byte, it *item, p part) ([]byte, error) {
	source := file
	if p.inside {
		source = d.idat
	}
	switch {
	case p.unreachable:
		return nil, fmt.Errorf("%w: item %d is in another item or file", codec.ErrFormat, it.id)
	case p.at > uint64(len(source)) || p.length > uint64(len(source))-p.at:
		return nil, fmt.Errorf("%w: item %d is cut off: %w", codec.ErrCorrupt, it.id, io.ErrUnexpectedEOF)
	case p.toTheEnd:
		return source[p.at:], nil
	}
	return source[p.at : p.at+p.length], nil
}
