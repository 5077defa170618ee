package gif

import (
	"bytes"
	"image"
)

// pack packs p in the ways that it can be written, and puts it on the screen. next is what follows,
// or nil.
func (e *Encoder) pack(p, next *picture) {
	if e.Loss > 0 {
		e.settle(p)
	}
	whole := image.Rectangle{Max: e.size}
	rect := e.bounds(func(at int) bool { return p.packed[p.pix[at]] != e.shown[at] })
	if len(e.frames) == 0 {
		rect = whole // some viewers take the first frame's size for that of all
	}
	disposal := Keep
	if next != nil {
		// What the next frame lets shine through again has to be cleared before it, which can be
		// done only with the rectangle of this one.
		if gone := e.bounds(func(at int) bool { return p.packed[p.pix[at]] != 0 && next.packed[next.pix[at]] == 0 }); !gone.Empty() {
			rect, disposal = rect.Union(gone), Background
		}
	}
	if rect.Empty() {
		rect = image.Rect(0, 0, 1, 1) // a frame there must be, for its delay
	}

	f := frame{colours: p.colours, delay: p.delay}
	e.pixels(p, rect)
	if e.Loss > 0 {
		e.soften(p, rect)
	}
	// Many viewers clear to the background color where a frame has no transparent one. So it has one, if
	// only for that.
	for _, clears := range []bool{disposal == Background, false} {
		for _, block := range [][]uint16{e.full, e.sparse} {
			f.shared.keepShorter(e.packShared(p, block, clears), rect, disposal)
			f.local.keepShorter(e.packLocal(p, block, clears), rect, disposal)
		}
		if f.shared.data != nil || f.local.data != nil {
			break // else there is no room for one
		}
	}
	if f.shared.data == nil {
		f.shared = f.local
	}
	e.keep(f)

	for at, index := range p.pix {
		e.shown[at] = p.packed[index]
	}
	if disposal == Background {
		for y := rect.Min.Y; y < rect.Max.Y; y++ {
			clear(e.shown[y*e.size.X+rect.Min.X:][:rect.Dx()])
		}
	}
}

// bounds returns the smallest rectangle that holds every pixel that is.
func (e *Encoder) bounds(is func(at int) bool) image.Rectangle {
	r := image.Rectangle{Min: e.size}
	for y := range e.size.Y {
		for x := range e.size.X {
			if is(y*e.size.X + x) {
				r.Min = image.Pt(min(r.Min.X, x), min(r.Min.Y, y))
				r.Max = image.Pt(max(r.Max.X, x+1), y+1)
			}
		}
	}
	if r.Max.X == 0 {
		return image.Rectangle{}
	}
	return r
}

// unchanged stands for a pixel that leaves the screen as it is.
const unchanged = 256

// pixels sets e.full to the part of p in rect, and e.sparse to that with all unchanged that can be.
func (e *Encoder) pixels(p *picture, rect image.Rectangle) {
	e.full, e.sparse = e.full[:0], e.sparse[:0]
	for y := rect.Min.Y; y < rect.Max.Y; y++ {
		for x := rect.Min.X; x < rect.Max.X; x++ {
			at := y*e.size.X + x
			index := uint16(p.pix[at])
			colour := p.packed[index]
			if colour == 0 {
				index = unchanged // where the screen is transparent already
			}
			e.full = append(e.full, index)
			if colour == e.shown[at] {
				index = unchanged
			}
			e.sparse = append(e.sparse, index)
		}
	}
}

// A frame is what is kept of a picture.
type frame struct {
	*colours
	delay  int
	shared packed // as it is written with the colors' table; the shorter way if only that is kept
	local  packed // with one of its own; nil data if that can't be shorter
}

// best is the shorter way to write f if the table that frames share is that of c; nil: if there is
// none.
func (f *frame) best(c *colours) packed {
	p := f.shared
	if f.colours != c && p.table == nil {
		p.table = f.table
	}
	if f.local.data != nil && f.local.size() < p.size() {
		return f.local
	}
	return p
}

// few is how many bytes of frames are kept in both ways. That of many one is kept may make the file
// longer by a table a frame.
const few = 1 << 20

// keep appends f, without the longer way to write it if there is much of that.
func (e *Encoder) keep(f frame) {
	if e.bytes > few && f.local.data != nil {
		if f.local.size() <= f.shared.size() {
			f.shared = f.local
		}
		f.local = packed{}
	}
	e.bytes += len(f.shared.data) + len(f.local.data)
	f.used++
	e.frames = append(e.frames, f)
}

// packed is a frame as it is written.
type packed struct {
	rect        image.Rectangle
	disposal    Disposal
	transparent int
	table       []byte // its own, or nil
	data        []byte // nil: can't be written so; the packer's own until it is kept
}

func (p packed) size() int {
	table, _ := pad(p.table)
	return len(table) + len(p.data)
}

func (p *packed) keepShorter(q packed, rect image.Rectangle, disposal Disposal) {
	if q.data != nil && (p.data == nil || q.size() < p.size()) {
		*p = q
		p.rect, p.disposal, p.data = rect, disposal, bytes.Clone(q.data)
	}
}

// packShared packs a block in p's colors, unless it needs a transparent one that is not among
// them. clears says that it needs one in any case.
func (e *Encoder) packShared(p *picture, block []uint16, clears bool) packed {
	out, transparent := e.packer.room(len(block)), -1
	if clears {
		if transparent = p.transparent; transparent < 0 {
			return packed{}
		}
	}
	for i, index := range block {
		if index == unchanged {
			if transparent = p.transparent; transparent < 0 {
				return packed{}
			}
			index = uint16(transparent)
		}
		out[i] = byte(index)
	}
	return packed{transparent: transparent, data: e.packer.pack(out, tableWidth(len(p.table)/3))}
}

// packLocal packs a block in a table of the colors that it uses, if indices are shorter then.
func (e *Encoder) packLocal(p *picture, block []uint16, clears bool) packed {
	var place [unchanged + 1]int // plus 1
	var table []byte
	transparent := -1
	for _, index := range block {
		if place[index] != 0 {
			continue
		}
		if len(table) == 3*256 {
			return packed{}
		}
		if index == unchanged {
			transparent = len(table) / 3
			table = append(table, 0, 0, 0)
		} else {
			table = append(table, p.table[3*index:][:3]...)
		}
		place[index] = len(table) / 3
	}
	if clears && transparent < 0 && len(table) < 3*256 {
		transparent = len(table) / 3
		table = append(table, 0, 0, 0)
	}
	width := tableWidth(len(table) / 3)
	if width >= tableWidth(len(p.table)/3) && (!clears || p.transparent >= 0) || clears && transparent < 0 {
		return packed{}
	}
	out := e.packer.room(len(block))
	for i, index := range block {
		out[i] = byte(place[index] - 1)
	}
	return packed{transparent: transparent, table: table, data: e.packer.pack(out, width)}
}
