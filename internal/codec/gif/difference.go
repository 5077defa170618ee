package gif

import (
	"bytes"
	"image"
)

// pack packs p in the ways that it can be written, and puts it on the screen. next is what follows,
// or nil.
func (e *Encoder) pack(p, next *picture) error {
	if p.skipped {
		return e.skip(p, next)
	}
	whole := image.Rectangle{Max: e.size}
	rect := e.bounds(func(at int) bool { return e.leaving(p, at) > e.Loss })
	if len(e.frames) == 0 && next == nil {
		rect = whole // some viewers take the frame's size for that of a still
	}
	disposal := disposalKeep
	if next != nil {
		// What the next frame lets shine through again has to be cleared before it, which can be
		// done only with the rectangle of this one.
		if gone := e.gone(p, next); !gone.Empty() {
			rect, disposal = rect.Union(gone), disposalBackground
		}
	}
	if rect.Empty() {
		rect = image.Rect(0, 0, 1, 1) // a frame there must be, for its delay
	}
	if err := e.gather(p, rect); err != nil {
		return err
	}
	f := frame{colors: p.colors, delay: p.delay}
	// Many viewers clear to the background color where a frame has no transparent one. So it has one, if
	// only for that.
	for _, clears := range []bool{disposal == disposalBackground, false} {
		e.packShared(&f.shared, p, clears)
		if !e.Quick || f.shared.data == nil {
			e.packLocal(&f.local, p, clears, f.shared.data != nil)
		}
		if f.shared.data != nil || f.local.data != nil {
			break // else there is no room for one
		}
	}
	f.shared.rect, f.shared.disposal = rect, disposal
	f.local.rect, f.local.disposal = rect, disposal
	if f.shared.data == nil {
		f.shared = f.local
	}
	e.show(p, rect)
	e.keep(f)
	if e.Watch != nil {
		e.Watch(p.number, e.shown)
	}
	if disposal == disposalBackground {
		e.clear(rect)
	}
	return e.ctx.Err()
}

// gone returns the smallest rectangle of the pixels that are transparent in next, but not in p.
func (e *Encoder) gone(p, next *picture) image.Rectangle {
	if next.transparent < 0 || bytes.IndexByte(next.pix, byte(next.transparent)) < 0 {
		return image.Rectangle{}
	}
	return e.bounds(func(at int) bool { return p.packed[p.pix[at]] != 0 && next.packed[next.pix[at]] == 0 })
}

func (e *Encoder) clear(rect image.Rectangle) {
	for y := rect.Min.Y; y < rect.Max.Y; y++ {
		clear(e.shown[y*e.size.X+rect.Min.X:][:rect.Dx()])
	}
}

// skip puts p on the screen without packing it.
func (e *Encoder) skip(p, next *picture) error {
	e.rows(0, e.size.Y, func(y int) bool {
		for at := y * e.size.X; at < (y+1)*e.size.X; at++ {
			e.shown[at] = p.packed[p.pix[at]]
		}
		return true
	})
	if next != nil {
		e.clear(e.gone(p, next))
	}
	return e.ctx.Err()
}

// leaving returns the distance of the color of a pixel from the one that is shown.
func (e *Encoder) leaving(p *picture, at int) int {
	index := p.packed[p.pix[at]]
	shown := e.shown[at]
	switch {
	case index == shown && e.Loss == 0:
		return 0
	case index == 0 || shown == 0:
		if index == shown {
			return 0
		}
		return far
	}
	return int(distance(p.wanted(at), shown))
}

// bounds returns the smallest rectangle that holds every pixel that is.
func (e *Encoder) bounds(is func(at int) bool) image.Rectangle {
	r := image.Rectangle{Min: e.size}
	e.rows(0, e.size.Y, func(y int) bool {
		for x := range e.size.X {
			if is(y*e.size.X + x) {
				r.Min = image.Pt(min(r.Min.X, x), min(r.Min.Y, y))
				r.Max = image.Pt(max(r.Max.X, x+1), y+1)
			}
		}
		return true
	})
	if r.Max.X == 0 {
		return image.Rectangle{}
	}
	return r
}

// gather collects the pixels of a rectangle for the coder: their places in the palette as symbols.
func (e *Encoder) gather(p *picture, rect image.Rectangle) error {
	if err := e.room(rect.Dx() * rect.Dy()); err != nil {
		return err
	}
	e.cells, e.want, e.kept = e.cells[:0], e.want[:0], e.kept[:0]
	e.rows(rect.Min.Y, rect.Max.Y, func(y int) bool {
		for x := rect.Min.X; x < rect.Max.X; x++ {
			at := y*e.size.X + x
			k := cell(p.pix[at])
			cost := e.leaving(p, at)
			switch {
			case p.packed[k] == 0:
				k |= mustLeave // where the screen is transparent already
			case cost <= e.Loss:
				k |= mayLeave
			}
			e.cells = append(e.cells, k)
			if e.Loss > 0 {
				e.want, e.kept = append(e.want, p.wanted(at)), append(e.kept, uint16(min(cost, 1<<16-1)))
			}
		}
		return true
	})
	return e.ctx.Err()
}

// show puts what was packed on the screen.
func (e *Encoder) show(p *picture, rect image.Rectangle) {
	if e.Loss == 0 {
		e.rows(rect.Min.Y, rect.Max.Y, func(y int) bool {
			for at := y*e.size.X + rect.Min.X; at < y*e.size.X+rect.Max.X; at++ {
				e.shown[at] = p.packed[p.pix[at]]
			}
			return true
		})
		return
	}
	i := 0
	e.rows(rect.Min.Y, rect.Max.Y, func(y int) bool {
		for at := y*e.size.X + rect.Min.X; at < y*e.size.X+rect.Max.X; at++ {
			if k := e.cells[i]; k&mustLeave == 0 {
				e.shown[at] = p.packed[k&255]
			}
			i++
		}
		return true
	})
}

// A frame is what is kept of a picture.
type frame struct {
	*colors
	delay  int
	shared packed // as it is written with the colors' table; the shorter way if only that is kept
	local  packed // with one of its own; nil data if that can't be shorter
}

// best is the shorter way to write f if the table that frames share is that of c; nil: if there is
// none.
func (f *frame) best(c *colors) packed {
	p := f.shared
	if f.colors != c && p.table == nil {
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
	disposal    disposal
	transparent int
	table       []byte // its own, or nil
	data        []byte // nil: can't be written so
}

func (p packed) size() int {
	table, _ := pad(p.table)
	return len(table) + len(p.data)
}

// keepShorter keeps q if it is shorter, and reports whether.
func (p *packed) keepShorter(transparent int, table, data []byte) bool {
	q := packed{transparent: transparent, table: table, data: data}
	if p.data != nil && p.size() <= q.size() {
		return false
	}
	q.data = bytes.Clone(data)
	*p = q
	return true
}
