package gif

import (
	"bytes"
	"image"
)

// pack compresses the picture p and puts it on the screen. next is the picture after p, or nil.
func (e *Encoder) pack(p, next *picture) error {
	if p.skipped {
		return e.skip(p, next)
	}
	whole := image.Rectangle{Max: e.size}
	rect := e.bounds(func(x, y int) bool { return !e.leaves(p, x, y) })
	if len(e.frames) == 0 && next == nil {
		rect = whole // some viewers take the size of a still picture from its frame
	}
	disposal := disposalKeep
	if next != nil {
		// Pixels that are transparent in the next frame must be cleared before it. Only the rectangle of this frame can be cleared.
		if gone := e.gone(p, next); !gone.Empty() {
			rect, disposal = rect.Union(gone), disposalBackground
		}
	}
	if rect.Empty() {
		rect = image.Rect(0, 0, 1, 1) // a frame is needed for its delay
	}
	if err := e.room(rect, next != nil); err != nil {
		return err
	}
	t := part{picture: p, rect: rect}
	f := frame{colors: p.colors, delay: p.delay}
	// Many viewers clear to the background color if the frame has no transparent color. So a frame that is cleared gets a transparent color,
	// if there is room in the table.
	for _, clears := range []bool{disposal == disposalBackground, false} {
		if err := e.packBoth(&f, &t, clears); err != nil {
			return err
		}
		if f.shared.data != nil || f.local.data != nil {
			break // otherwise the table has no room for a transparent color
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

// gone returns the smallest rectangle that contains all pixels that are transparent in next, but not in p.
func (e *Encoder) gone(p, next *picture) image.Rectangle {
	if next.transparent < 0 || bytes.IndexByte(next.pix, byte(next.transparent)) < 0 {
		return image.Rectangle{}
	}
	return e.bounds(func(x, y int) bool {
		at := y*e.size.X + x
		return p.packed[p.pix[at]] != 0 && next.packed[next.pix[at]] == 0
	})
}

func (e *Encoder) clear(rect image.Rectangle) {
	for y := rect.Min.Y; y < rect.Max.Y; y++ {
		clear(e.shown[y*e.size.X+rect.Min.X:][:rect.Dx()])
	}
}

// skip puts p on the screen without compressing it.
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

// leaves reports whether a pixel may be left as it is on the screen.
func (e *Encoder) leaves(p *picture, x, y int) bool {
	shown := uint32(0)
	if e.shown != nil {
		shown = e.shown[y*e.size.X+x]
	}
	want, own := p.wanted(x, y, e.size.X)
	_, may := e.tolerance().cost(own, want, shown)
	return may
}

// bounds returns the smallest rectangle that contains all pixels for which is returns true.
func (e *Encoder) bounds(is func(x, y int) bool) image.Rectangle {
	r := image.Rectangle{Min: e.size}
	e.rows(0, e.size.Y, func(y int) bool {
		for x := range e.size.X {
			if is(x, y) {
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

// show puts the compressed pixels on the screen. A still picture has no screen.
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

// A frame is a compressed picture.
type frame struct {
	*colors
	delay  int
	shared packed // compressed with the color table of colors; if only the shorter form was kept, that form
	local  packed // compressed with a table of its own; data is nil if this form can't be shorter
}

// best returns the shorter form of f. c has the shared color table, or is nil if there is no shared table.
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

// maxBoth is the maximum size in bytes of the frames for which both forms are kept. For later frames, only the shorter form is kept. That may
// make the file longer by one color table per frame.
const maxBoth = 1 << 20

// keep appends f. If the kept frames are large, it drops the longer form of f.
func (e *Encoder) keep(f frame) {
	if e.bytes > maxBoth && f.local.data != nil {
		if f.local.size() <= f.shared.size() {
			f.shared, f.local = f.local, f.shared
		}
		e.drop(&f.local)
	}
	e.bytes += f.shared.bytes + f.local.bytes
	f.used++
	e.frames = append(e.frames, f)
}

// packed is one compressed form of a frame.
type packed struct {
	rect        image.Rectangle
	disposal    disposal
	transparent int
	table       []byte   // the frame's own color table, or nil
	data        [][]byte // in pieces; nil: this form is not possible
	bytes       int      // size of data
}

func (p packed) size() int {
	table, _ := pad(p.table)
	return len(table) + p.bytes
}
