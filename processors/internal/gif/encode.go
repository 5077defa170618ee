package gif

import (
	"errors"
	"image"
	"image/color"
	"io"
	"math"
	"math/bits"
)

// MaxDelay is the longest that a frame can be shown, in 1/100 s.
const MaxDelay = 1<<16 - 1

// Merge returns how long one frame is shown that stands for two that look the same. It is not ok where it would be shown for another
// time than the two: beyond MaxDelay, or where a delay of 0 or 1 is involved, for which browsers put one of their own.
func Merge(delay, next int) (sum int, ok bool) {
	return delay + next, delay > 1 && next > 1 && delay+next <= MaxDelay
}

// Encode writes an animation of frames, which have the same size and begin at (0,0), each shown for as long as delays says in
// 1/100 s. A palette's first colour of alpha 0 is transparent; all others are taken for opaque. loop is as in image/gif. With one frame it
// writes a still picture.
//
// Frames of equal looks become one, and of each frame only what has changed is written: the rectangle around that, in which pixels that
// have not changed are transparent if that is shorter. A frame has a colour table of its own where that is shorter than to use the shared
// one, or where its palette is another (palettes are the same if they share their memory).
func Encode(w io.Writer, frames []*image.Paletted, delays []int, loop int) error {
	if len(frames) == 0 || len(frames) != len(delays) {
		return errors.New("no frames, or not a delay for each")
	}
	screen := frames[0].Rect
	for _, f := range frames {
		if f.Rect != screen || len(f.Palette) == 0 || len(f.Palette) > 256 {
			return errors.New("frames of several sizes, or with no or too many colours")
		}
	}
	if screen.Min != (image.Point{}) || screen.Empty() || screen.Max.X > 1<<16-1 || screen.Max.Y > 1<<16-1 {
		return errors.New("a size that a GIF can't have")
	}
	e := &encoder{size: screen.Max, shown: make([]uint32, screen.Dx()*screen.Dy())}
	e.merge(frames, delays)
	e.shared = e.mostUsed()
	for i := range e.frames {
		e.encode(i)
	}
	return e.write(w, loop)
}

// An encoder holds an animation while it is written.
type encoder struct {
	size   image.Point
	frames []*picture
	shared *colours
	shown  []uint32 // what is on the screen, in the colours' packed form
	packer packer

	full, sparse []uint16 // see pixels
}

// A picture is a frame as it is to be seen.
type picture struct {
	*colours
	pix    []byte // indices, without a gap between rows
	delay  int
	shared packed // as it is written with the shared table; nil data if it can't be
	local  packed // with a table of its own; nil data if that can't be shorter
}

// colours are a palette.
type colours struct {
	table       []byte // three bytes a colour
	packed      [256]uint32
	transparent int // -1: none
	used        int // by how many frames
}

func newColours(p color.Palette) *colours {
	c := &colours{transparent: -1}
	for i, entry := range p {
		n := color.NRGBAModel.Convert(entry).(color.NRGBA)
		if n.A == 0 && c.transparent < 0 {
			c.transparent = i
		} else {
			c.packed[i] = uint32(n.R) | uint32(n.G)<<8 | uint32(n.B)<<16 | 255<<24
		}
		c.table = append(c.table, n.R, n.G, n.B)
	}
	if len(p) < 256 && c.transparent < 0 { // there is room for pixels that do not change
		c.transparent = len(p)
		c.table = append(c.table, 0, 0, 0)
	}
	return c
}

// merge fills e.frames, one for those in a row that look the same.
func (e *encoder) merge(frames []*image.Paletted, delays []int) {
	palettes := map[*color.Color]*colours{}
	for i, f := range frames {
		c := palettes[&f.Palette[0]]
		if c == nil || len(c.table) < 3*len(f.Palette) {
			c = newColours(f.Palette)
			palettes[&f.Palette[0]] = c
		}
		p := &picture{colours: c, pix: f.Pix, delay: min(max(delays[i], 0), MaxDelay)}
		if f.Stride != e.size.X {
			p.pix = nil
			for y := range e.size.Y {
				p.pix = append(p.pix, f.Pix[y*f.Stride:][:e.size.X]...)
			}
		}
		if last := len(e.frames) - 1; last >= 0 {
			if sum, ok := Merge(e.frames[last].delay, p.delay); ok && e.frames[last].looksLike(p) {
				e.frames[last].delay = sum
				continue
			}
		}
		c.used++
		e.frames = append(e.frames, p)
	}
}

func (p *picture) looksLike(q *picture) bool {
	for i, index := range p.pix {
		if p.packed[index] != q.packed[q.pix[i]] {
			return false
		}
	}
	return true
}

func (e *encoder) mostUsed() *colours {
	most := e.frames[0].colours
	for _, p := range e.frames {
		if p.used > most.used {
			most = p.colours
		}
	}
	return most
}

// write chooses between the shared table and those of the frames' own, and writes all.
func (e *encoder) write(w io.Writer, loop int) error {
	table, flags := pad(e.shared.table)
	with, without := len(table), 0 // bytes
	for _, p := range e.frames {
		with += p.best().size()
		if p.local.data == nil {
			without = math.MaxInt
		} else if without < math.MaxInt {
			without += p.local.size()
		}
	}
	if without < with {
		table, flags = nil, 0
	}
	if len(e.frames) == 1 {
		loop = -1
	}
	out := appendHead(make([]byte, 0, with+64), e.size, flags, table, loop)
	for _, p := range e.frames {
		best := p.best()
		if table == nil {
			best = p.local
		}
		if len(e.frames) == 1 {
			p.delay, best.disposal = 0, 0
		}
		if p.delay != 0 || best.disposal != 0 || best.transparent >= 0 {
			out = appendControl(out, p.delay, best.disposal, best.transparent)
		}
		table, flags := pad(best.table)
		out = append(append(appendDescriptor(out, best.rect, flags), table...), best.data...)
	}
	_, err := w.Write(append(out, trailer))
	return err
}

// best is the shorter way to write a frame if there is a shared table.
func (p *picture) best() packed {
	if p.shared.data == nil || p.local.data != nil && p.local.size() < p.shared.size() {
		return p.local
	}
	return p.shared
}

// pad fills a colour table up to a power of two. The flags say its size.
func pad(table []byte) ([]byte, byte) {
	if table == nil {
		return nil, 0
	}
	n := tableWidth(len(table) / 3)
	return append(table[:len(table):len(table)], make([]byte, 3<<n-len(table))...), hasTable | byte(n-1)
}

// tableWidth returns how many bits the index into a table of n colours has.
func tableWidth(n int) int { return max(bits.Len(uint(n-1)), 1) }
