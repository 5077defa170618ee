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
	"github.com/rest-thumbnails/thumbnail/internal/quantize"
)

// GIF encodes as GIF. If the picture, or the whole of an [Animation], has no more than 256 colors,
// that is lossless; otherwise it is dithered with 256 suitable ones, chosen in Oklab. A pixel that is less than half
// opaque becomes transparent, others opaque. The zero value is ready to use.
//
// Scaled flat art gets those colors that matter alone, without dithering, which takes far fewer bytes.
//
// An animation keeps its timing and its loop count. Frames that look the same become one; of others
// only what has changed is written. The frames share a palette, unless palettes of their own are
// smaller, or scenes differ so much that they look better with one each.
type GIF struct {
	// Lossy allows changes of colors that make the file smaller: 40 takes a third of the bytes of photographs and films
	// away, and is seen from near. 0, the default, allows none.
	Lossy int
}

// Animates implements [Animator].
func (GIF) Animates() bool { return true }

// Encode writes img to w. It does not modify img. What it keeps of an animation's frames is 32 MiB
// of them, of those before what they take in the file.
func (e GIF) Encode(w io.Writer, img image.Image) error {
	return e.EncodeContext(context.Background(), w, img)
}

// EncodeContext implements [ContextEncoder].
func (e GIF) EncodeContext(ctx context.Context, w io.Writer, img image.Image) error {
	return e.EncodeOriginal(ctx, w, img, Original{})
}

// EncodeOriginal implements [OriginalEncoder].
func (e GIF) EncodeOriginal(ctx context.Context, w io.Writer, img image.Image, original Original) error {
	frames, loop := still(ctx, img), -1
	if moving, ok := img.(*Animation); ok {
		frames, loop = moving.Frames, moving.LoopCount
	}
	g := gifWriter{ctx: ctx, lossy: e.loss(original), original: original, scaled: original.Scaled}
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

// loss is how lossy a file is.
func (e GIF) loss(original Original) int {
	if n := original.Exceeded; n > 0 {
		return max(e.Lossy, 10<<n)
	}
	return min(max(e.Lossy, 0), 200)
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

// A gifWriter brings frames to 256 colors, as many of them at a time as it holds.
type gifWriter struct {
	ctx      context.Context
	taken    int64 // bytes of the account
	clock    clock
	out      *gif.Encoder
	held     []Frame
	moving   bool // there is more than one frame
	scaled   bool // see Animation and Original
	exact    exactColors
	original Original
	lossy    int
	ditherer *quantize.Ditherer // of the frames before those held that have no exact colors, or nil
	palette  color.Palette      // of ditherer
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
		if g.out, err = gif.NewEncoder(g.ctx, f.Image.Rect.Size()); err != nil {
			return err
		}
		g.out.Loss = 3 * g.lossy
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
	exact, err := g.exactly(frames)
	if err != nil {
		return err
	}
	for _, img := range exact {
		if err := add(img); err != nil {
			return err
		}
	}
	if exact == nil {
		if err := g.inShots(frames, add); err != nil {
			return err
		}
	}
	if n := int64(len(g.held)); n > 0 { // of the last one the packer and the ditherer keep what they need for the next
		g.give(5 * (n - 1) * area(frames[0].Rect.Size()))
	}
	clear(g.held)
	g.held = g.held[:0]
	return nil
}

// exactly returns the frames in their own colors, or nil if these are too many, or more than frames of scaled flat art
// need.
func (g *gifWriter) exactly(frames []*image.NRGBA) ([]*image.Paletted, error) {
	if g.scaled {
		h, release, err := g.counted(frames)
		if err != nil {
			return nil, err
		}
		defer release()
		if h.Colors() > exactFlat && h.Share(flatColors) >= flatShare {
			return nil, nil
		}
	}
	exact := g.exact.draw(g.ctx, frames, g.moving)
	if exact == nil && len(g.exact.palette) > 0 {
		var fresh exactColors
		if exact = fresh.draw(g.ctx, frames, g.moving); exact != nil {
			g.exact = fresh
		}
	}
	return exact, nil
}

// exactFlat is how many colors of flat art are kept as they are.
const exactFlat = 64

// inShots adds the frames in the colors that suit them.
func (g *gifWriter) inShots(frames []*image.NRGBA, add func(*image.Paletted) error) error {
	whole, err := g.newShot(frames)
	if err != nil {
		return err
	}
	cut, err := g.shots(whole)
	if err != nil {
		return err
	}
	for _, s := range cut {
		if err := g.begin(s); err != nil {
			return err
		}
		for _, img := range s.frames {
			if err := add(g.paint(img)); err != nil {
				return err
			}
		}
	}
	return nil
}

// limit is how many opaque colors there may be.
func (g *gifWriter) limit(frames []*image.NRGBA) int {
	if g.moving || !frames[0].Opaque() {
		return 255 // and the transparent one
	}
	return 256
}
