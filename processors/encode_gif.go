package processors

import (
	"context"
	"errors"
	"image"
	"image/color"
	"io"
	"iter"
	"time"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
	"github.com/rest-thumbnails/thumbnail/internal/codec/gif"
	"github.com/rest-thumbnails/thumbnail/internal/pixels"
)

// GIF encodes as GIF. If the picture, or the whole of an [Animation], has no more than 256 colours,
// that is lossless; otherwise it is dithered with 256 suitable ones. A pixel that is less than half
// opaque becomes transparent, others opaque. The zero value is ready to use.
//
// Scaled animations of flat art get those colors that matter alone, without dithering, which takes far
// fewer bytes.
//
// An animation keeps its timing and its loop count. Frames that look the same become one; of others
// only what has changed is written. The frames share a palette, unless palettes of their own are
// smaller, or scenes differ so much that they look better with one each.
type GIF struct{}

// Animates implements [Animator].
func (GIF) Animates() bool { return true }

// Encode writes img to w. It does not modify img. What it keeps of an animation's frames is 32 MiB
// of them, of those before what they take in the file.
func (e GIF) Encode(w io.Writer, img image.Image) error {
	return e.EncodeContext(context.Background(), w, img)
}

// EncodeContext implements [ContextEncoder].
func (GIF) EncodeContext(ctx context.Context, w io.Writer, img image.Image) error {
	frames, loop := still(ctx, img), -1
	if moving, ok := img.(*Animation); ok {
		frames, loop = moving.Frames, moving.LoopCount
	}
	g := gifWriter{ctx: ctx}
	defer g.close()
	if moving, ok := img.(*Animation); ok {
		g.scaled = moving.Scaled
	}
	for frame, err := range frames {
		if err == nil {
			err = g.add(frame)
		}
		if err != nil {
			return err
		}
	}
	return g.finish(w, loop)
}

// still has a picture's only frame.
func still(ctx context.Context, img image.Image) iter.Seq2[Frame, error] {
	return func(yield func(Frame, error) bool) {
		out, fresh, err := pixels.NRGBA(ctx, img)
		yield(Frame{Image: out}, err)
		if fresh {
			pixels.Give(ctx, out)
		}
	}
}

func area(size image.Point) int64 { return int64(size.X) * int64(size.Y) }

// A gifWriter brings frames to 256 colours, as many of them at a time as it holds.
type gifWriter struct {
	ctx      context.Context
	taken    int64 // bytes of the account
	clock    clock
	out      *gif.Encoder
	held     []Frame
	moving   bool // there is more than one frame
	scaled   bool // see Animation
	exact    exactColours
	ditherer *ditherer // of the frames before those held that were dithered, or nil
}

// heldBytes is how many bytes of frames have a palette chosen together.
const heldBytes = 32 << 20

// take takes memory from the account, until close.
func (g *gifWriter) take(n int64) error {
	err := codec.AccountOf(g.ctx).Take(n)
	if err == nil {
		g.taken += n
	}
	return err
}

func (g *gifWriter) close() { codec.AccountOf(g.ctx).Give(g.taken) }

// give is the opposite of take.
func (g *gifWriter) give(n int64) {
	codec.AccountOf(g.ctx).Give(n)
	g.taken -= n
}

// A clock turns delays into those of GIF, 1/100 s, without adding up what rounding takes.
type clock struct{ exact, told time.Duration }

const tick = 10 * time.Millisecond

// next returns the delay of the next frame. One that is not 0 does not become it, because then viewers put one
// of their own.
func (c *clock) next(delay time.Duration) int {
	if delay <= 0 {
		return 0
	}
	c.exact += delay
	n := min(max((c.exact-c.told+tick/2)/tick, 1), gif.MaxDelay)
	c.told += n * tick
	return int(n)
}

func (g *gifWriter) add(f Frame) (err error) {
	if err := g.ctx.Err(); err != nil {
		return err
	}
	// What is held, as colors and as indices; and what is packed of it, 12 bits a pixel at most.
	if err := g.take(5*area(f.Image.Rect.Size()) + area(f.Image.Rect.Size())*3/2 + 3<<10); err != nil {
		return err
	}
	if g.out == nil {
		if g.out, err = gif.NewEncoder(f.Image.Rect.Size()); err != nil {
			return err
		}
	}
	g.moving = g.moving || len(g.held) > 0
	if n := int64(len(g.held)); n > 0 && 4*(n+1)*area(f.Image.Rect.Size()) > heldBytes {
		err = g.draw()
	}
	g.held = append(g.held, f)
	return err
}

func (g *gifWriter) finish(w io.Writer, loop int) error {
	if g.out == nil {
		return errors.New("an animation of no frames")
	}
	if err := g.draw(); err != nil {
		return err
	}
	if err := g.ctx.Err(); err != nil {
		return err
	}
	return g.out.Write(w, loop)
}

// draw packs the frames that are held.
func (g *gifWriter) draw() error {
	frames, drawn := make([]*image.NRGBA, len(g.held)), 0
	for i, f := range g.held {
		frames[i] = f.Image
	}
	add := func(img *image.Paletted) error {
		drawn++
		return errors.Join(g.ctx.Err(), g.out.Add(img, g.clock.next(g.held[drawn-1].Delay)))
	}
	exact := g.flat(frames)
	if exact == nil {
		exact = g.exact.draw(g.ctx, frames, g.moving)
	}
	if exact == nil && len(g.exact.palette) > 0 {
		var fresh exactColours
		if exact = fresh.draw(g.ctx, frames, g.moving); exact != nil {
			g.exact = fresh
		}
	}
	for _, img := range exact {
		if err := add(img); err != nil {
			return err
		}
	}
	if exact == nil {
		for _, s := range shots(g.ctx, newShot(g.ctx, frames, g.limit(frames))) {
			g.ditherer = s.ditherer(g.ctx, g.ditherer)
			for _, img := range s.frames {
				if err := add(g.ditherer.draw(g.ctx, img)); err != nil {
					return err
				}
			}
		}
	}
	if n := int64(len(g.held)); n > 0 { // of the last one the packer and the ditherer keep what they need for the next
		g.give(5 * (n - 1) * area(frames[0].Rect.Size()))
	}
	clear(g.held)
	g.held = g.held[:0]
	return nil
}

// limit is how many opaque colours there may be.
func (g *gifWriter) limit(frames []*image.NRGBA) int {
	if g.moving || !frames[0].Opaque() {
		return 255 // and the transparent one
	}
	return 256
}

// A shot is a row of frames that have a palette in common.
type shot struct {
	frames  []*image.NRGBA
	limit   int // of colours
	palette color.Palette
	lack    float64 // sum over the pixels of their squared distances from the palette
}

func newShot(ctx context.Context, frames []*image.NRGBA, limit int) shot {
	palette, lack := choosePalette(ctx, frames, limit)
	return shot{frames, limit, palette, lack}
}

// ditherer returns one with the shot's palette, or before, if that is about as good. before may be
// nil.
func (s shot) ditherer(ctx context.Context, before *ditherer) *ditherer {
	own := newDitherer(s.palette, s.limit == 255)
	if before == nil {
		return own
	}
	if bins := histogram(ctx, s.frames); own.lack(bins) < muchBetter*before.lack(bins) {
		return own
	}
	return before
}

// tolerable is the mean squared distance of pixels from their palette that needs no better one:
// some three levels in each sample.
const tolerable = 3 * 3 * 3

// muchBetter is by how much less a palette of one's own must lack. (Twice the colours for the same
// cube would leave 0.63.)
const muchBetter = 0.8

// shots cuts a shot in two where its palette is bad and those of the halves are much better, and
// these again. Where cutting gains little, frames do with one palette: each with its own would
// flicker, and be larger.
func shots(ctx context.Context, s shot) []shot {
	n := len(s.frames)
	if n == 1 || ctx.Err() != nil || s.lack <= tolerable*float64(n)*float64(area(s.frames[0].Rect.Size())) {
		return []shot{s}
	}
	before, after := newShot(ctx, s.frames[:n/2], s.limit), newShot(ctx, s.frames[n/2:], s.limit)
	if before.lack+after.lack > muchBetter*s.lack {
		return []shot{s}
	}
	return append(shots(ctx, before), shots(ctx, after)...)
}
