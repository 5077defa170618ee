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
	if err := e.room(rect, next != nil); err != nil {
		return err
	}
	t := part{picture: p, rect: rect}
	f := frame{colors: p.colors, delay: p.delay}
	// Many viewers clear to the background color where a frame has no transparent one. So it has one, if
	// only for that.
	for _, clears := range []bool{disposal == disposalBackground, false} {
		if err := e.packBoth(&f, &t, clears); err != nil {
			return err
		}
		if f.shared.data != nil || f.local.data != nil {
			break // else there is no room for one
		}
	}
	f.shared.rect, f.shared.disposal = rect, disposal
	f.local.rect, f.local.disposal = rect, disposal
	if f.shared.data == nil {
		f.shared, f.local = f.local, packed{}
	}
	e.show(&t)
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
	if err := e.room(image.Rectangle{Max: e.size}, true); err != nil {
		return err
	}
	e.show(&part{picture: p, rect: image.Rectangle{Max: e.size}})
	if next != nil {
		e.clear(e.gone(p, next))
	}
	return e.ctx.Err()
}

// leaving returns the distance of the color of a pixel from the one that is shown.
func (e *Encoder) leaving(p *picture, at int) int {
	if e.shown == nil {
		return e.cost(p.packed[p.pix[at]], 0)
	}
	return e.cost(p.packed[p.pix[at]], e.shown[at])
}

// cost returns the distance of two colors, which is far if there must be none.
func (e *Encoder) cost(want, shown uint32) int {
	if want == shown {
		return 0
	}
	if e.Loss == 0 {
		return far
	}
	return int(distance(want, shown))
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

// show puts what was packed on the screen, if there is one: a still picture needs none.
func (e *Encoder) show(t *part) {
	if e.shown == nil {
		return
	}
	written := t.written
	e.rows(t.rect.Min.Y, t.rect.Max.Y, func(y int) bool {
		from, to := y*e.size.X+t.rect.Min.X, y*e.size.X+t.rect.Max.X
		shown, pix := e.shown[from:to], t.pix[from:to]
		if written == nil {
			for i, index := range pix {
				shown[i] = t.packed[index]
			}
			return true
		}
		for i, symbol := range written[:len(pix)] {
			if int(symbol) != t.transparent {
				shown[i] = t.packed[symbol]
			}
		}
		written = written[len(pix):]
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
			f.shared, f.local = f.local, f.shared
		}
		e.drop(&f.local)
	}
	e.bytes += f.shared.bytes + f.local.bytes
	f.used++
	e.frames = append(e.frames, f)
}

// packed is a frame as it is written.
type packed struct {
	rect        image.Rectangle
	disposal    disposal
	transparent int
	table       []byte   // its own, or nil
	data        [][]byte // in pieces; nil: can't be written so
	bytes       int      // of data
}

func (p packed) size() int {
	table, _ := pad(p.table)
	return len(table) + p.bytes
}
