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

// MaxDelay is the longest delay of a frame, in 1/100 s.
const MaxDelay = 1<<16 - 1

// mergeDelays returns the delay of a frame that replaces two frames that look alike. ok is false if the merged frame would not be shown for
// the same time as the two frames: if the sum exceeds MaxDelay, or if a delay is 0 or 1, because browsers replace these delays.
func mergeDelays(delay, next int) (sum int, ok bool) {
	return delay + next, delay > 1 && next > 1 && delay+next <= MaxDelay
}

// An Encoder compresses the frames of an animation one by one. It keeps the pixels of the last frame, and all frames in compressed form,
// which takes at most twelve bits per pixel and usually much less.
//
// Consecutive frames that look alike become one frame. Only the rectangle of a frame that has changed is written. Unchanged pixels in it are
// transparent where that makes the file shorter. A frame gets a color table of its own if that is shorter than using the shared table, or if its
// palette differs.
type Encoder struct {
	// Loss is the maximum squared distance, in levels of red, green and blue, between the color of a pixel and the color that is written
	// for it. Other colors are written where that makes the file shorter.
	Loss int

	// Slack is for pixels that were added by AddFrom. Such a pixel may get another color than the one nearest to its source if that makes the
	// file shorter. The squared distance from the source may then increase by Slack/256 of the squared distance between the two colors.
	Slack int

	// Watch, if not nil, is called for each frame with the screen while the frame is shown, and with the number of the frame in the order
	// of Add. Red is in the lowest bits of a color; a transparent color is 0.
	Watch func(frame int, shown []uint32)

	// Quick compresses each frame once, in one form. Files are slightly longer. Quick is for estimates.
	Quick bool

	ctx     context.Context
	size    image.Point
	last    *picture     // not compressed yet, because its compression depends on the next picture
	palette *color.Color // palette of the last frame, as the address of its first color
	current *colors      // colors of that palette
	frames  []frame
	bytes   int      // size of frames
	shown   []uint32 // the screen before the frame in last is shown, as packed colors

	taken   int64 // bytes taken from the account
	added   int   // number of frames added
	coder   *coder
	written []byte // with a loss: the symbols of the current part
}

// NewEncoder returns an Encoder for frames of the given size in pixels. It stops when ctx ends, and takes memory from the account of ctx
// until Close.
func NewEncoder(ctx context.Context, size image.Point) (*Encoder, error) {
	if size.X < 1 || size.Y < 1 || size.X > 1<<16-1 || size.Y > 1<<16-1 {
		return nil, errors.New("a side of the picture is 0, or more than 65535 pixels")
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

// Close returns the memory of the encoder to the account. After Close, only Write may be called, and only if Write was
// also called before Close.
func (e *Encoder) Close() {
	codec.AccountOf(e.ctx).Give(e.taken)
	e.taken = 0
	e.shown, e.coder, e.written = nil, nil, nil
}

func (e *Encoder) tolerance() tolerance { return tolerance{int32(e.Loss), int32(e.Slack)} }

// give returns memory that take took.
func (e *Encoder) give(n int) {
	codec.AccountOf(e.ctx).Give(int64(n))
	e.taken -= int64(n)
}

// room allocates the buffers for compressing rect, and the screen if there is another frame or a Watch.
func (e *Encoder) room(rect image.Rectangle, another bool) error {
	if e.shown == nil && (another || e.Watch != nil) {
		if err := e.take(4 * e.size.X * e.size.Y); err != nil {
			return err
		}
		e.shown = make([]uint32, e.size.X*e.size.Y)
	}
	n := rect.Dx() * rect.Dy()
	if more := window(n, e.size.X) - cap(e.coder.cells); more > 0 {
		bytes := 2 // size of a cell
		if e.tolerance().any() {
			bytes += 4 + 2
		}
		if err := e.take(bytes * more); err != nil {
			return err
		}
		e.coder.cells = make([]cell, 0, window(n, e.size.X))
		if e.tolerance().any() {
			e.coder.want, e.coder.keep = make([]uint32, 0, cap(e.coder.cells)), make([]uint16, 0, cap(e.coder.cells))
		}
	}
	if more := n - cap(e.written); more > 0 && e.tolerance().any() {
		if err := e.take(2 * more); err != nil {
			return err
		}
		e.written, e.coder.written = make([]byte, 0, n), make([]byte, 0, n)
	}
	return nil
}

var errFrame = errors.New("a frame has the wrong size, no colors, or too many colors")

// Add adds the next frame. Its bounds must begin at (0,0); delay is in 1/100 s. The frame must not be modified afterwards. The first color
// of the palette with alpha 0 is transparent; all other colors count as opaque. A palette that begins at the same address as that of the
// previous frame counts as the same palette, to which colors may have been added.
func (e *Encoder) Add(img *image.Paletted, delay int) error {
	return e.add(img, &picture{delay: delay})
}

// Skip adds the next frame like Add, but does not write it. The next frame that is written contains only the changes since the skipped frame.
// Skip is for samples of an animation.
func (e *Encoder) Skip(img *image.Paletted) error {
	return e.add(img, &picture{skipped: true})
}

func (e *Encoder) add(img *image.Paletted, next *picture) error {
	if img.Rect != (image.Rectangle{Max: e.size}) || len(img.Palette) == 0 || len(img.Palette) > 256 {
		return errFrame
	}
	next.delay = min(max(next.delay, 0), MaxDelay)
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

// Write ends the animation and writes the file. It may be called several times. loop is as in image/gif. One frame
// becomes a still picture.
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
	with, without := len(table), 0 // sizes with and without the shared table
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

// Estimate ends the animation and returns its approximate size in bytes. The frames that were added are a sample of an animation with the given
// number of frames: the first frame, and others that represent the rest. part is the share of the pixels of each frame that the sample contains.
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
	const head, control = 32, 18 // approximate sizes of the file's header, and of the blocks before the data of a frame
	first, rest := e.frames[0].best(shared).size(), 0
	for i := range e.frames[1:] {
		rest += e.frames[1+i].best(shared).size()
	}
	data := float64(first) + float64(rest)*float64(frames-1)/float64(max(len(e.frames)-1, 1))
	const growth = 0.9 // exponent with which the size grows with the pixels; less than 1, because LZW learns
	return head + len(table) + control*frames + int(data/math.Pow(part, growth)), nil
}

// mostUsed returns the colors that are used by the largest number of frames.
func (e *Encoder) mostUsed() *colors {
	most := e.frames[0].colors
	for i := range e.frames {
		if c := e.frames[i].colors; c.used > most.used {
			most = c
		}
	}
	return most
}

// A picture is a frame before compression.
type picture struct {
	*colors
	pix   []byte // indices, without a gap between rows
	delay int

	number  int  // index in the order of Add
	skipped bool // not written; see Skip

	source *image.NRGBA // see AddFrom, or nil
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

// rows calls f for each row until f returns false or the context ends. It checks the context once per megabyte of colors. It reports
// whether it has called f for all rows.
func (e *Encoder) rows(from, to int, f func(y int) bool) bool {
	every := max(1<<18/e.size.X, 1)
	for y := from; y < to; y++ {
		if (y-from)%every == 0 && e.ctx.Err() != nil || !f(y) {
			return false
		}
	}
	return true
}

// colors are the colors of a palette.
type colors struct {
	table       []byte // three bytes per color
	packed      [256]uint32
	transparent int // index of the transparent color, or -1
	used        int // number of frames with this palette
}

// colors returns the colors of the next frame's palette.
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

// pad extends a color table to a power of two. It also returns the flags for its size.
func pad(table []byte) ([]byte, byte) {
	if table == nil {
		return nil, 0
	}
	n := tableWidth(len(table) / 3)
	return append(table[:len(table):len(table)], make([]byte, 3<<n-len(table))...), hasTable | byte(n-1)
}

// tableWidth returns the number of bits of an index into a table of n colors.
func tableWidth(n int) int { return max(bits.Len(uint(n-1)), 1) }
