package png

import (
	"context"
	"encoding/binary"
	"image"
	"io"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
)

// frames draws the frames of an APNG on its canvas.
type frames struct {
	decoder   decoder
	walker    *walker
	animation animation
	account   *codec.Account
	size      int64 // size of the file in bytes
	tolerant  bool

	canvas *image.NRGBA
	saved  []byte // canvas pixels under the last frame, for disposePrevious
	last   control
	taken  int64
	first  chunk // the first IDAT chunk, until it has been processed
	count  int
	row    func(dst, src []byte) // converts a row to NRGBA
	line   []byte
}

// openFrames implements codec.Format.
func openFrames(ctx context.Context, data []byte, h *codec.Header, o codec.Options) (codec.Frames, error) {
	f := &frames{account: codec.AccountOf(ctx), size: int64(len(data)), tolerant: o.Tolerant, animation: animation{canvas: h.Stored}}
	d := &f.decoder
	w, err := d.open(codec.NewBytesReader(ctx, data))
	if err != nil {
		return nil, err
	}
	c, ok, err := d.chunks(w, func(c chunk) error { _, err := f.animation.chunk(w, c); return err })
	switch {
	case err != nil:
		return nil, err
	case !ok:
		return nil, corrupt("no pixels")
	case d.damage != nil && !o.Tolerant:
		return nil, d.damage
	}
	f.walker, f.first = w, c
	if err := f.take(4 * int64(h.Stored.X) * int64(h.Stored.Y)); err != nil {
		return nil, err
	}
	f.canvas = image.NewNRGBA(image.Rectangle{Max: h.Stored})
	f.row = d.straight()
	return f, nil
}

func (f *frames) take(n int64) error {
	err := f.account.Take(n)
	if err == nil {
		f.taken += n
	}
	return err
}

// LoopCount implements codec.Frames.
func (f *frames) LoopCount() int { return f.animation.loopCount() }

// Next implements codec.Frames. The animation ends before an incomplete frame.
func (f *frames) Next(ctx context.Context) (codec.Frame, error) {
	frame, err := f.next(ctx)
	if err != nil {
		f.account.Give(f.taken)
		f.taken = 0
	}
	return frame, err
}

func (f *frames) next(ctx context.Context) (frame codec.Frame, err error) {
	if err := ctx.Err(); err != nil {
		return frame, err
	}
	c, seq, err := f.find()
	if err != nil {
		return frame, err
	}
	changed := f.undo()
	f.last = f.animation.current
	if f.count == 0 && f.last.dispose == disposePrevious {
		f.last.dispose = disposeBackground
	}
	if err := f.save(); err != nil {
		return frame, err
	}
	drawn, err := f.draw(ctx, c, seq)
	switch {
	case err == nil:
	case !isDamage(err):
		return frame, err
	case f.tolerant && (f.count > 0 || f.decoder.salvaged(err, f.decoder.drawn) == nil):
	case f.count > 0 && f.cut():
		return frame, io.EOF
	default:
		return frame, err
	}
	f.count++
	return codec.Frame{Image: f.canvas, Delay: f.last.delay, Changed: changed || drawn}, nil
}

// find advances to the data of the next frame. The error is io.EOF if there is none.
func (f *frames) find() (c chunk, seq *sequence, err error) {
	an := &f.animation
	if c = f.first; c.size > 0 || c.at > 0 {
		f.first = chunk{}
		if an.pixels() {
			return c, nil, nil
		}
	}
	for !an.ended {
		c, ok, err := f.walker.next()
		if err == nil && (!ok || c.is("IEND")) {
			err = io.EOF
		}
		if err != nil {
			return c, nil, err
		}
		before := an.sequence
		begun, err := an.chunk(f.walker, c)
		if err != nil {
			return c, nil, err
		}
		if begun {
			an.sequence = before // the decoder reads this chunk again
			return c, &an.sequence, nil
		}
	}
	return c, nil, io.EOF
}

// cut reports whether the file ended inside the last drawn frame.
func (f *frames) cut() bool {
	_, ok, err := f.walker.next()
	return err == nil && !ok
}

// save stores the canvas pixels under the frame.
func (f *frames) save() error {
	if f.last.dispose != disposePrevious {
		return nil
	}
	if f.saved == nil {
		n := int64(len(f.canvas.Pix))
		if err := f.take(n); err != nil {
			return err
		}
		f.saved = make([]byte, 0, n)
	}
	f.saved = f.saved[:0]
	f.eachRow(func(row []byte) { f.saved = append(f.saved, row...) })
	return nil
}

// undo disposes of the last frame. It reports whether the canvas may have changed.
func (f *frames) undo() bool {
	switch {
	case f.count == 0 || f.last.dispose == disposeNone:
		return false
	case f.last.dispose == disposeBackground:
		f.eachRow(func(row []byte) { clear(row) })
	default:
		saved := f.saved
		f.eachRow(func(row []byte) { saved = saved[copy(row, saved):] })
	}
	return true
}

func (f *frames) eachRow(do func(row []byte)) {
	r := f.last.rect
	for y := r.Min.Y; y < r.Max.Y; y++ {
		do(f.canvas.Pix[f.canvas.PixOffset(r.Min.X, y):][:4*r.Dx()])
	}
}

// draw decodes a frame onto the canvas. If there is an error, the rows decoded before it stay on the canvas.
func (f *frames) draw(ctx context.Context, c chunk, seq *sequence) (changed bool, err error) {
	d := &f.decoder
	d.Width, d.Height = f.last.rect.Dx(), f.last.rect.Dy()
	d.account, d.taken, d.tolerant, d.drawn = f.account, 0, f.tolerant, 0
	defer d.release()
	if err := d.beginPixels(ctx, f.walker, c, seq, f.size-c.at); err != nil {
		return false, err
	}
	f.line = grow(f.line, 4*d.Width)
	passes := adam7[:]
	if !d.Interlaced {
		passes = whole[:]
	}
	for _, p := range passes {
		size := image.Pt((d.Width-p.x+p.dx-1)/p.dx, (d.Height-p.y+p.dy-1)/p.dy)
		rows, err := d.pass(size, size.Y, func(y int, row []byte) {
			line := f.line[:4*size.X]
			f.row(line, row)
			at := f.canvas.PixOffset(f.last.rect.Min.X+p.x, f.last.rect.Min.Y+p.y+y*p.dy)
			changed = blend(f.canvas.Pix[at:], line, p.dx, f.last.blend) || changed
		})
		d.drawn += int64(rows) * int64(size.X)
		if err != nil {
			return changed, err
		}
	}
	return changed, d.finish()
}

// whole is the only pass of a picture that is not interlaced.
var whole = [1]struct{ x, y, dx, dy int }{{0, 0, 1, 1}}

// blend draws the pixels of src on every step-th pixel of dst (13.16). It reports whether any pixel of dst changed.
func blend(dst, src []byte, step int, how byte) (changed bool) {
	for ; len(src) >= 4; src = src[4:] {
		was := binary.LittleEndian.Uint32(dst)
		p := binary.LittleEndian.Uint32(src)
		if how == blendOver {
			p = over(was, p)
		}
		if p != was {
			binary.LittleEndian.PutUint32(dst, p)
			changed = true
		}
		if len(dst) < 4*step {
			break
		}
		dst = dst[4*step:]
	}
	return changed
}

// over returns pixel p blended over the pixel below.
func over(below, p uint32) uint32 {
	a, b := p>>24, below>>24
	if a == 255 || b == 0 {
		return p
	}
	if a == 0 {
		return below
	}
	u, v := a*255, (255-a)*b
	sum := u + v // alpha of the result, times 255
	mix := func(shift uint) uint32 {
		return (p>>shift&255*u + below>>shift&255*v + sum/2) / sum << shift
	}
	return mix(0) | mix(8) | mix(16) | (sum+127)/255<<24
}
