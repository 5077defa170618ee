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

// GIF encodes as GIF. If a picture, or a whole [Animation], has no more than 256 colors, the encoding is
// lossless. Otherwise the picture is dithered with a palette of 256 colors, chosen in Oklab. A pixel that
// is less than half opaque becomes transparent, all others become opaque. The zero value is ready to use.
//
// Scaled flat art gets a palette of its main colors, without those that occur only along edges, and no
// dithering. The file is then much smaller.
//
// An animation keeps its timing and its loop count. Consecutive frames that look the same become one frame. For
// every other frame, only the changed part is written. The frames share a palette, unless separate palettes
// make the file smaller, or scenes differ so much that they look better with separate palettes.
//
// For a scaled animation the encoder tries several palettes on a sample of the frames: the colors of the original, or the best
// 255 if there are more, and palettes of more or fewer colors. It chooses one with which the file is about as small as that of
// an encoder that keeps the palette. Pixels between two colors of the palette get the one that makes the file smaller. If the
// original has few colors, the palette keeps those that are clearly different, and gets more if they alone would interrupt the
// strokes of letters, or the strokes get wider. The file may then be larger.
type GIF struct {
	// Lossy allows color changes that make the file smaller. 40 removes a third of the bytes of photographs
	// and films, and is visible at close range. The default, 0, allows such changes only in scaled animations.
	Lossy int
}

// Animates implements [Animator].
func (GIF) Animates() bool { return true }

// Encode writes img to w. It does not modify img. For an animation it holds up to 32 MiB of decoded frames; it
// holds earlier frames in encoded form.
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
	g := gifWriter{ctx: ctx, recipe: recipe{loss: 3 * e.loss(original)}, original: original, scaled: original.Scaled, asked: e.Lossy > 0}
	if original.Exceeded > 0 {
		g.recipe.slack = muchSlack
	}
	defer g.close()
	if moving, ok := img.(*Animation); ok {
		g.scaled, g.colors = moving.Scaled, moving.Colors
	} else {
		g.single = true
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

// loss returns the loss that the encoder may cause: see gif.Encoder.
func (e GIF) loss(original Original) int {
	if n := original.Exceeded; n > 0 {
		return max(e.Lossy, min(int(20+float64(100*(n-1))), 80))
	}
	return min(max(e.Lossy, 0), 200)
}

// still returns a sequence with the picture as its only frame.
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

// A gifWriter reduces frames to 256 colors. It chooses one palette for all frames that it holds.
type gifWriter struct {
	painter
	ctx      context.Context
	taken    int64 // bytes taken from the account
	single   bool  // there is only one frame, which the caller holds
	clock    clock
	out      *gif.Encoder
	held     []Frame
	moving   bool // there is more than one frame
	scaled   bool // see Animation and Original
	asked    bool // GIF.Lossy is set
	decided  bool // the recipe has been chosen
	colors   func() []color.NRGBA
	original Original
	recipe   recipe
}

// A painter has the state that consecutive frames share.
type painter struct {
	exact    exactColors
	ditherer *quantize.Ditherer // the ditherer of earlier frames without exact colors, or nil
	palette  color.Palette      // the palette of ditherer
	arranged *arrangement       // the arrangement of palette, or nil
}

// heldBytes is the maximum size in bytes of the decoded frames for which palettes are chosen together.
const heldBytes = 32 << 20

// take takes memory from the account; close gives it back.
func (g *gifWriter) take(n int64) error {
	err := codec.AccountOf(g.ctx).Take(n)
	if err == nil {
		g.taken += n
	}
	return err
}

func (g *gifWriter) close() {
	codec.AccountOf(g.ctx).Give(g.taken)
	if g.out != nil {
		g.out.Close()
	}
}

// give gives back memory that take took.
func (g *gifWriter) give(n int64) {
	codec.AccountOf(g.ctx).Give(n)
	g.taken -= n
}

// A clock rounds delays to GIF's unit, 1/100 s, without accumulating rounding errors.
type clock struct{ exact, written time.Duration }

const tick = 10 * time.Millisecond

// next returns the delay of the next frame. A nonzero delay does not become 0, because viewers replace 0 by
// a delay of their own.
func (c *clock) next(delay time.Duration) int {
	if delay <= 0 {
		return 0
	}
	c.exact += delay
	n := min(max((c.exact-c.written+tick/2)/tick, 1), gif.MaxDelay)
	c.written += n * tick
	return int(n)
}

func (g *gifWriter) add(f Frame) (err error) {
	if err := g.ctx.Err(); err != nil {
		return err
	}
	if err := g.take(g.frameBytes()*area(f.Image.Rect.Size()) + 3<<10); err != nil {
		return err
	}
	if g.out == nil {
		if g.out, err = gif.NewEncoder(g.ctx, f.Image.Rect.Size()); err != nil {
			return err
		}
	}
	g.moving = g.moving || len(g.held) > 0
	if n := int64(len(g.held)); n > 0 && 4*(n+1)*area(f.Image.Rect.Size()) > heldBytes {
		err = g.draw(false)
	}
	g.held = append(g.held, f)
	return err
}

// frameBytes returns the memory of a frame per pixel: as indices, and as colors unless the caller holds them.
func (g *gifWriter) frameBytes() int64 {
	if g.single {
		return 1
	}
	return 5
}

func (g *gifWriter) finish(w io.Writer, loop int) error {
	if g.out == nil {
		return errors.New("an animation without frames")
	}
	if err := g.draw(true); err != nil {
		return err
	}
	if err := g.ctx.Err(); err != nil {
		return err
	}
	return g.out.Write(w, loop)
}

// draw paints the held frames. last says that they are the last frames of the animation.
func (g *gifWriter) draw(last bool) error {
	if !g.decided && last {
		if err := g.decide(); err != nil {
			return err
		}
	}
	g.decided, g.out.Loss, g.out.Slack = true, g.recipe.loss, g.recipe.slack
	if err := g.paintAll(g.out, g.held); err != nil {
		return err
	}
	if n := int64(len(g.held)); n > 0 { // the packer and the ditherer need the last frame in the next call
		g.give(g.frameBytes() * (n - 1) * area(g.held[0].Image.Rect.Size()))
	}
	clear(g.held)
	g.held = g.held[:0]
	return nil
}

// paintAll paints frames by the recipe.
func (g *gifWriter) paintAll(out *gif.Encoder, held []Frame) error {
	frames, drawn := make([]*image.NRGBA, len(held)), 0
	for i, f := range held {
		frames[i] = f.Image
	}
	exact, err := g.exactly(frames)
	if err != nil {
		return err
	}
	add := func(img *image.Paletted) error {
		drawn++
		delay := g.clock.next(held[drawn-1].Delay)
		if exact == nil && g.ditherer.Plain {
			return errors.Join(g.ctx.Err(), out.AddFrom(img, frames[drawn-1], delay))
		}
		return errors.Join(g.ctx.Err(), out.Add(img, delay))
	}
	if exact != nil {
		return g.exact.arrange(g.ctx, exact, add)
	}
	return g.inShots(frames, add)
}

// exactly returns the frames in their own colors. It returns nil if there are too many colors. The limit is
// lower for scaled flat art.
func (g *gifWriter) exactly(frames []*image.NRGBA) ([]*image.Paletted, error) {
	if g.recipe.palette != nil {
		return nil, nil
	}
	if g.scaled {
		h, release, err := g.counted(frames)
		if err != nil {
			return nil, err
		}
		defer release()
		if h.Colors() > exactFlat && (h.Share(flatColors) >= flatShare || g.original.Exceeded > 0) {
			return nil, nil
		}
	}
	exact := g.exact.draw(g.ctx, frames, g.moving, g.scaled)
	if exact == nil && len(g.exact.palette) > 0 {
		var fresh exactColors
		if exact = fresh.draw(g.ctx, frames, g.moving, g.scaled); exact != nil {
			g.exact = fresh
		}
	}
	return exact, nil
}

// exactFlat is the largest number of colors of flat art that are kept exactly.
const exactFlat = 64

// inShots splits the frames into shots and adds each frame in the palette of its shot.
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
		painted := make([]*image.Paletted, len(s.frames))
		for i, img := range s.frames {
			painted[i] = g.paint(img)
		}
		if g.arranged == nil {
			g.arranged = newArrangement(g.ctx, g.palette, painted)
		}
		for _, img := range painted {
			g.arranged.apply(g.ctx, img)
			if err := add(img); err != nil {
				return err
			}
		}
	}
	return nil
}

// limit returns the largest number of opaque colors allowed.
func (g *gifWriter) limit(frames []*image.NRGBA) int {
	if g.moving || !frames[0].Opaque() {
		return 255 // one index is reserved for the transparent color
	}
	return 256
}
