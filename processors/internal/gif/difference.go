package gif

import (
	"bytes"
	"image"
)

// encode packs frame i in the ways that it can be written. It takes the frames in their order, since each depends on what is on the screen.
func (e *encoder) encode(i int) {
	p := e.frames[i]
	whole := image.Rectangle{Max: e.size}
	rect := e.bounds(func(at int) bool { return p.packed[p.pix[at]] != e.shown[at] })
	if i == 0 {
		rect = whole // some viewers take the first frame's size for that of all
	}
	disposal := Keep
	if i+1 < len(e.frames) {
		// What the next frame lets shine through again has to be cleared before it, which can be done only with the rectangle of this one.
		next := e.frames[i+1]
		if gone := e.bounds(func(at int) bool { return p.packed[p.pix[at]] != 0 && next.packed[next.pix[at]] == 0 }); !gone.Empty() {
			rect, disposal = rect.Union(gone), Background
		}
	}
	if rect.Empty() {
		rect = image.Rect(0, 0, 1, 1) // a frame there must be, for its delay
	}

	e.pixels(p, rect)
	for _, block := range [][]uint16{e.full, e.sparse} {
		p.shared.keepShorter(e.packShared(p, block), rect, disposal)
		p.local.keepShorter(e.packLocal(p, block), rect, disposal)
	}

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
func (e *encoder) bounds(is func(at int) bool) image.Rectangle {
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
func (e *encoder) pixels(p *picture, rect image.Rectangle) {
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

// packShared packs a block in the shared colours, if they are p's and the block needs no transparent one that is not among them.
func (e *encoder) packShared(p *picture, block []uint16) packed {
	if p.colours != e.shared {
		return packed{}
	}
	out, transparent := e.packer.room(len(block)), -1
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

// packLocal packs a block in a table of the colours that it uses, if that may be the shorter way.
func (e *encoder) packLocal(p *picture, block []uint16) packed {
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
	width := tableWidth(len(table) / 3)
	if p.colours == e.shared && width >= tableWidth(len(p.table)/3) {
		return packed{}
	}
	out := e.packer.room(len(block))
	for i, index := range block {
		out[i] = byte(place[index] - 1)
	}
	return packed{transparent: transparent, table: table, data: e.packer.pack(out, width)}
}
