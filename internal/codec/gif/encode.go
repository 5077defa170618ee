package gif

import (
	"context"
	"errors"
	"image"
	"image/color"
	"io"
	"math"
	"math/bits"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
)

// MaxDelay is the longest that a frame can be shown, in 1/100 s.
const MaxDelay = 1<<16 - 1

// mergeDelays returns how long one frame is shown that stands for two that look the same. It is not ok
// where it would be shown for another time than the two: beyond MaxDelay, or where a delay of 0 or
// 1 is involved, for which browsers put one of their own.
func mergeDelays(delay, next int) (sum int, ok bool) {
	return delay + next, delay > 1 && next > 1 && delay+next <= MaxDelay
}

// An Encoder packs the frames of an animation as they come. It keeps the pixels of the last one,
// and of the others what is to be written: twelve bits a pixel at most, and far less of most.
//
// Frames of equal looks become one, and of each frame only what has changed is written: the
// rectangle around that, in which pixels that have not changed are transparent if that is shorter.
// A frame has a color table of its own where that is shorter than to use the shared one, or where
// its palette is another.
type Encoder struct {
	// Loss is the squared distance of colors, in levels of red, green and blue, that may take each other's place
	// where that is shorter. Then the pixels that Add is given are changed.
	Loss int

	// Watch, if not nil, is called with what is on the screen while a frame is shown, and with the place of that frame
	// among those that were added. A color has its red in the lowest bits; a transparent one is 0.
	Watch func(frame int, shown []uint32)

	// Quick packs each frame in one way only, and once. Files are a little longer. It is for estimates.
	Quick bool

	ctx     context.Context
	size    image.Point
	last    *picture     // not packed: that depends on the next
	palette *color.Color // of the frame that was added last: where it begins in memory
	current *colors      // of that palette
	frames  []frame
	bytes   int      // of frames
	shown   []uint32 // what is on the screen before last, in the colors' packed form

	taken   int64 // bytes of the account
	added   int   // frames
	coder   *coder
	written []byte // the symbols of the part of a frame that is packed, if there is a loss
}

// NewEncoder returns an Encoder of frames of that size, in pixels. It ends with ctx, and takes memory from its account
// until it is closed.
func NewEncoder(ctx context.Context, size image.Point) (*Encoder, error) {
	if size.X < 1 || size.Y < 1 || size.X > 1<<16-1 || size.Y > 1<<16-1 {
		return nil, errors.New("a size that a GIF can't have")
	}
	e := &Encoder{ctx: ctx, size: size, coder: &coder{err: ctx.Err, gain: 1}}
	e.coder.out.take = e.take
	return e, nil
}

func (e *Encoder) take(n int) error {
	err := codec.AccountOf(e.ctx).Take(int64(n))
	if err == nil {
		e.taken += int64(n)
	}
	return err
}

// Close gives back the memory that the encoder has taken. Then only Write may be called, and only if it was before.
func (e *Encoder) Close() {
	codec.AccountOf(e.ctx).Give(e.taken)
	e.taken = 0
	e.shown, e.coder, e.written = nil, nil, nil
}

// give gives back memory that take took.
func (e *Encoder) give(n int) {
	codec.AccountOf(e.ctx).Give(int64(n))
	e.taken -= int64(n)
}

// room makes room for packing a rectangle, and for the screen if there is another frame or somebody watches.
func (e *Encoder) room(rect image.Rectangle, another bool) error {
	if e.shown == nil && (another || e.Watch != nil) {
		if err := e.take(4 * e.size.X * e.size.Y); err != nil {
			return err
		}
		e.shown = make([]uint32, e.size.X*e.size.Y)
	}
	n := rect.Dx() * rect.Dy()
	if more := window(n, e.size.X) - cap(e.coder.cells); more > 0 {
		bytes := 2 // a cell
		if e.Loss > 0 {
			bytes += 4 + 2
		}
		if err := e.take(bytes * more); err != nil {
			return err
		}
		e.coder.cells = make([]cell, 0, window(n, e.size.X))
		if e.Loss > 0 {
			e.coder.want, e.coder.keep = make([]uint32, 0, cap(e.coder.cells)), make([]uint16, 0, cap(e.coder.cells))
		}
	}
	if more := n - cap(e.written); more > 0 && e.Loss > 0 {
		if err := e.take(2 * more); err != nil {
			return err
		}
		e.written, e.coder.written = make([]byte, 0, n), make([]byte, 0, n)
	}
	return nil
}

var errFrame = errors.New("frames of several sizes, or with no or too many colors")

// Add takes the next frame, which begins at (0,0) and is shown for that long, in 1/100 s. It must
// not be changed afterwards. Its palette's first color of alpha 0 is transparent; all others are
// taken for opaque. A palette that begins where in memory the last frame's does is the same, to
// which colors may have been added.
func (e *Encoder) Add(img *image.Paletted, delay int) error {
	if img.Rect != (image.Rectangle{Max: e.size}) || len(img.Palette) == 0 || len(img.Palette) > 256 {
		return errFrame
	}
	return e.add(img, &picture{delay: min(max(delay, 0), MaxDelay)})
}

// Skip takes the next frame, as Add does, but does not write it: the file of a sample has the changes from it alone.
func (e *Encoder) Skip(img *image.Paletted) error {
	if img.Rect != (image.Rectangle{Max: e.size}) || len(img.Palette) == 0 || len(img.Palette) > 256 {
		return errFrame
	}
	return e.add(img, &picture{skipped: true})
}

func (e *Encoder) add(img *image.Paletted, next *picture) error {
	e.added++
	next.number, next.colors, next.pix = e.added-1, e.colors(img.Palette), img.Pix
	if img.Stride != e.size.X {
		next.pix = nil
		for y := range e.size.Y {
			next.pix = append(next.pix, img.Pix[y*img.Stride:][:e.size.X]...)
		}
	}
	if e.last != nil {
		if sum, ok := mergeDelays(e.last.delay, next.delay); ok && !next.skipped && e.sameLooks(e.last, next) {
			e.last.delay = sum
			return nil
		}
		if err := e.pack(e.last, next); err != nil {
			return err
		}
	}
	e.last = next
	return e.ctx.Err()
}

// Write ends the animation and writes it, more than once if need be. loop is as in image/gif. One frame makes a still picture.
func (e *Encoder) Write(w io.Writer, loop int) error {
	if e.last != nil {
		if err := e.pack(e.last, nil); err != nil {
			return err
		}
		e.last = nil
	}
	if len(e.frames) == 0 {
		return errors.New("no frames")
	}
	shared := e.mostUsed()
	table, flags := pad(shared.table)
	with, without := len(table), 0 // bytes
	for i := range e.frames {
		with += e.frames[i].best(shared).size()
		without += e.frames[i].best(nil).size()
	}
	if without < with {
		shared, table, flags = nil, nil, 0
	}
	if w, ok := w.(interface{ Grow(n int) }); ok {
		w.Grow(min(with, without) + 32*len(e.frames) + 64)
	}
	if len(e.frames) == 1 {
		loop = -1
	}
	b := appendHead(nil, e.size, flags, table, loop)
	for i := range e.frames {
		f := &e.frames[i]
		p := f.best(shared)
		if len(e.frames) == 1 {
			f.delay, p.disposal = 0, 0
		}
		if f.delay != 0 || p.disposal != 0 || p.transparent >= 0 {
			b = appendControl(b, f.delay, p.disposal, p.transparent)
		}
		table, flags := pad(p.table)
		if _, err := w.Write(append(appendDescriptor(b, p.rect, flags), table...)); err != nil {
			return err
		}
		for _, piece := range p.data {
			if _, err := w.Write(piece); err != nil {
				return err
			}
		}
		b = b[:0]
	}
	_, err := w.Write([]byte{trailer})
	return err
}

// Estimate ends the animation and returns about how many bytes it would take if it had that many frames, and if those that
// were added are but a part of their pixels. They are a sample: the first one, and others that stand for the rest.
func (e *Encoder) Estimate(frames int, part float64) (int, error) {
	if e.last != nil {
		if err := e.pack(e.last, nil); err != nil {
			return 0, err
		}
		e.last = nil
	}
	if len(e.frames) == 0 {
		return 0, errors.New("no frames")
	}
	shared := e.mostUsed()
	table, _ := pad(shared.table)
	const head, control = 32, 18 // bytes of the file, and of a frame
	first, rest := e.frames[0].best(shared).size(), 0
	for i := range e.frames[1:] {
		rest += e.frames[1+i].best(shared).size()
	}
	data := float64(first) + float64(rest*(frames-1))/float64(max(len(e.frames)-1, 1))
	const growth = 0.9 // of bytes by pixels, as LZW learns
	return head + len(table) + control*frames + int(data/math.Pow(part, growth)), nil
}

// mostUsed returns the colors of the most frames.
func (e *Encoder) mostUsed() *colors {
	most := e.frames[0].colors
	for i := range e.frames {
		if c := e.frames[i].colors; c.used > most.used {
			most = c
		}
	}
	return most
}

// A picture is a frame as it is to be seen.
type picture struct {
	*colors
	pix   []byte // indices, without a gap between rows
	delay int

	number  int  // of those that were added
	skipped bool // it is not written
}

// sameLooks reports whether two pictures look alike.
func (e *Encoder) sameLooks(p, q *picture) bool {
	return e.rows(0, e.size.Y, func(y int) bool {
		from, to := y*e.size.X, (y+1)*e.size.X
		others := q.pix[from:to]
		for i, index := range p.pix[from:to] {
			if p.packed[index] != q.packed[others[i]] {
				return false
			}
		}
		return true
	})
}

// rows calls f for rows, until that returns false or the context ends, which it looks at once per megabyte of
// colors. It reports whether all were seen.
func (e *Encoder) rows(from, to int, f func(y int) bool) bool {
	every := max(1<<18/e.size.X, 1)
	for y := from; y < to; y++ {
		if (y-from)%every == 0 && e.ctx.Err() != nil || !f(y) {
			return false
		}
	}
	return true
}

// colors are a palette.
type colors struct {
	table       []byte // three bytes a color
	packed      [256]uint32
	transparent int // -1: none
	used        int // by how many frames
}

// colors returns those of the next frame's palette.
func (e *Encoder) colors(p color.Palette) *colors {
	c := &colors{transparent: -1}
	if e.palette == &p[0] {
		c = e.current
	}
	e.palette, e.current = &p[0], c
	for i := len(c.table) / 3; i < len(p); i++ {
		n := color.NRGBAModel.Convert(p[i]).(color.NRGBA)
		if n.A == 0 && c.transparent < 0 {
			c.transparent = i
		} else {
			c.packed[i] = uint32(n.R) | uint32(n.G)<<8 | uint32(n.B)<<16 | 255<<24
		}
		c.table = append(c.table, n.R, n.G, n.B)
	}
	return c
}

// pad fills a color table up to a power of two. The flags say its size.
func pad(table []byte) ([]byte, byte) {
	if table == nil {
		return nil, 0
	}
	n := tableWidth(len(table) / 3)
	return append(table[:len(table):len(table)], make([]byte, 3<<n-len(table))...), hasTable | byte(n-1)
}

// tableWidth returns how many bits the index into a table of n colors has.
func tableWidth(n int) int { return max(bits.Len(uint(n-1)), 1) }
