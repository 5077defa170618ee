package processors

import (
	"errors"
	"image"
	"image/color"
	"math"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
	"github.com/rest-thumbnails/thumbnail/internal/pixels"
	"github.com/rest-thumbnails/thumbnail/internal/quantize"
)

// A recipe has the parameters for reducing frames to palette indices.
type recipe struct {
	loss    int               // see gif.Encoder
	slack   int               // see gif.Encoder
	curve   *quantize.Curve   // see quantize.Ditherer
	calmer  bool              // see quantize.Ditherer
	palette *quantize.Palette // one palette of all frames, which are then not dithered; nil: palettes are chosen when the frames are painted
}

// decide chooses the recipe for an animation of few colors that is scaled. Scaling adds colors along all edges. With all these
// colors, the thumbnail often has more bytes than its original. With too few colors, text becomes illegible. So decide uses a
// sketch to estimate the bytes and the visible error of several palettes.
func (g *gifWriter) decide() error {
	if !g.moving || !g.scaled || g.asked || g.colors == nil {
		return nil
	}
	colors := g.colors()
	taken := g.taken
	defer func() { g.give(g.taken - taken) }()
	frames := make([]*image.NRGBA, len(g.held))
	for i, f := range g.held {
		frames[i] = f.Image
	}
	h, release, err := g.counted(frames)
	if errors.Is(err, codec.ErrTooLarge) {
		return nil
	}
	if err != nil {
		return err
	}
	defer release()
	c := chooser{histogram: h, rungs: map[int]*quantize.Palette{}}
	if c.sketch, err = newSketch(g); err == nil {
		c.own = c.ownPalette(colors)
		c.sketch.colors = len(c.own.Colors)
		err = c.all()
	}
	if err != nil {
		if errors.Is(err, codec.ErrTooLarge) {
			return nil
		}
		return err
	}
	g.recipe = c.best().recipe
	return nil
}

// A chooser tries recipes.
type chooser struct {
	*sketch
	histogram *quantize.Histogram
	rungs     map[int]*quantize.Palette // the ladder: palettes of more and more colors
	trials    []*trial
	usual     *trial  // the trial of the usual recipe, which applies if no other trial is better
	budget    float64 // bytes

	own    *quantize.Palette // the colors of the original
	broken float64           // added to the degradation of trials with own
}

// ownPalette returns a palette of the colors of the original. If there are too many, it returns the best palette of the largest
// number of colors.
func (c *chooser) ownPalette(colors []color.NRGBA) *quantize.Palette {
	if len(colors) == 0 || len(colors) > 255 {
		return c.histogram.Choose(c.writer.ctx, 255)
	}
	return quantize.NewPalette(colors)
}

// all tries the colors of the original, the usual recipe, and then looks for the largest palette within the budget.
func (c *chooser) all() error {
	own := recipe{palette: c.own}
	if len(c.own.Colors) <= fewColors && pixels.Light(c.frames[0], opaqueFrom) {
		own.curve = quantize.NewCurve(2.2)
	}
	c.broken = float64(strokePoints * max(0, c.histogram.ErrorOf(own.palette)-strokeError))
	plain, err := c.add(own)
	if err != nil {
		return err
	}
	flat := c.histogram.Share(flatColors) >= flatShare
	c.setBudget(plain.bytes, flat)
	if plain.degradation < invisible && c.colors <= fewColors && c.writer.original.Exceeded == 0 {
		c.usual = plain // no other palette makes the file much smaller
		return nil
	}
	rung, err := c.tryUsual(flat)
	if err != nil {
		return err
	}
	switch fits := c.fits(c.usual); {
	case fits && c.usual.palette != nil:
		err = c.search(rung+1, c.last()+1)
	case !fits && c.usual.palette != nil:
		err = c.search(0, rung)
	case !fits:
		own.loss = smallLoss
		if _, err = c.add(own); err == nil {
			err = c.search(0, c.last()/2+1) // trying the upper half would not change the choice
		}
	}
	if best := c.best(); err == nil && best.palette == c.own && c.colors <= fewColors && !c.fits(best) {
		_, err = c.add(best.slacker())
	}
	if n := c.writer.original.Exceeded; n > 0 && err == nil {
		err = c.exceeded(n)
	}
	return err
}

// exceeded looks for a recipe that takes fewer bytes than the best one so far. With that one, the whole file was n times as
// large as the original.
func (c *chooser) exceeded(n float64) error {
	best := c.best()
	c.budget = min(c.budget, 0.97*float64(best.bytes)/n)
	if best.palette != nil {
		r := best.slacker()
		r.calmer, r.loss = true, max(best.loss, c.writer.recipe.loss)
		if _, err := c.add(r); err != nil {
			return err
		}
	}
	return c.search(0, c.last()/2+1)
}

// slacker returns the recipe with much slack if its palette has few colors. With many colors, much slack would be visible in
// smooth gradients.
func (r recipe) slacker() recipe {
	if len(r.palette.Colors) <= fewColors {
		r.slack = muchSlack
	}
	return r
}

// search looks for the last rung within the budget, among the rungs from low to high-1. It may stop earlier: see
// searches.
func (c *chooser) search(low, high int) error {
	for tries := 0; tries < searches && low < high; tries++ {
		middle := low + (high-low)/2
		if c.fits(c.usual) { // most rungs above the usual one are too large
			middle = low + (high-low)/4
		}
		t, err := c.add(recipe{palette: c.rung(middle), slack: slack})
		switch {
		case err != nil:
			return err
		case c.fits(t):
			low = middle + 1
		default:
			high = middle
		}
	}
	return nil
}

const (
	searches  = 3   // the largest number of rungs that are tried
	smallLoss = 100 // see gif.Encoder

	slack     = 52  // the slack of palettes from the ladder; its effect is invisible
	muchSlack = 160 // the slack of the original's colors, if they are the best recipe and exceed the budget
)

// tryUsual tries the usual recipe, which animations have if decide is not called for them. It returns the rung of the palette,
// if it has one.
func (c *chooser) tryUsual(flat bool) (rung int, err error) {
	h := c.histogram
	exact := h.Exact() && h.Colors() <= 255 && (h.Colors() <= exactFlat || !flat)
	if flat && !exact {
		for rung < c.last() && c.writer.ctx.Err() == nil {
			if p := c.rung(rung); p.Error <= movingError && p.Missed <= movingMissed {
				break
			}
			rung++
		}
		c.usual, err = c.add(recipe{palette: c.rung(rung), slack: slack})
		return rung, err
	}
	c.usual, err = c.try(recipe{loss: c.writer.recipe.loss}, h.Choose(c.writer.ctx, 255), exact)
	c.trials = append(c.trials, c.usual)
	return 0, err
}

// rungColors returns the number of colors of a rung of the ladder of palettes.
func rungColors(i int) int {
	n := 3
	for range i {
		n += 1 + n/8
	}
	return n
}

// last returns the last rung.
func (c *chooser) last() (i int) {
	for rungColors(i) < min(255, c.histogram.Colors()) {
		i++
	}
	return i
}

func (c *chooser) rung(i int) *quantize.Palette {
	if c.rungs[i] == nil {
		c.rungs[i] = c.histogram.Choose(c.writer.ctx, min(rungColors(i), 255))
	}
	return c.rungs[i]
}

// add tries a recipe that has a palette.
func (c *chooser) add(r recipe) (*trial, error) {
	t, err := c.try(r, r.palette, true)
	if err != nil {
		return nil, err
	}
	if r.palette == c.own {
		t.degradation += c.broken
	}
	c.trials = append(c.trials, t)
	return t, nil
}

// setBudget sets the budget. plain is the size in bytes of the animation in the original's colors. An encoder that adds no
// colors needs about as many bytes. It needs fewer bytes for small flat art with many colors, because most of its pixels are at
// edges.
func (c *chooser) setBudget(plain int, flat bool) {
	o, ratio := c.writer.original, 1.05
	if c.colors <= fewColors {
		ratio = 0.97
	}
	share := 0.25
	if o.Size != (image.Point{}) {
		share = float64(area(c.writer.held[0].Image.Rect.Size())) / float64(area(o.Size))
	}
	if c.colors > fewColors && (flat || float64(o.Bytes)*math.Pow(share, 0.65) < 1.15*float64(plain)) {
		ratio = 0.58 + float64(0.7*min(share, 0.6))
	}
	c.budget = float64(plain) * ratio
	if o.Bytes > 0 {
		c.budget = min(c.budget, 0.95*float64(o.Bytes))
	}
}

// fewColors is the maximum number of colors of flat art without smooth edges.
const fewColors = 20

// best returns the trial with the lowest cost.
func (c *chooser) best() *trial {
	best := c.usual
	for _, t := range c.trials {
		if c.cost(t) < c.cost(best) {
			best = t
		}
	}
	return best
}

func (c *chooser) fits(t *trial) bool { return float64(t.bytes) <= c.budget }

// cost returns the degradation of a trial, plus a penalty if it looks poor, plus 1.5 points for each percent by which its bytes
// exceed the budget. In addition, bytesPoints times the natural logarithm of the ratio of bytes to budget is added. So a trial
// with fewer bytes may have a slightly larger degradation. If the original has few colors, a palette with more colors must not
// exceed the budget: with a third color, black and white art always has many more bytes.
func (c *chooser) cost(t *trial) float64 {
	beyond := max(0, float64(t.bytes)/c.budget-1)
	fewer := float64(bytesPoints * math.Log(float64(t.bytes)/c.budget))
	cost := t.degradation + float64(3*max(0, t.degradation-poor)) + float64(150*beyond) + fewer
	if t.palette != nil && len(t.palette.Colors) > c.colors && c.colors <= fewColors && !c.fits(t) {
		cost += tooMany
	}
	return cost
}

// tooMany is more than what other trials cost.
const tooMany = 500

// Thin strokes are interrupted in a palette of only the original's colors. frameErrors underrates that error. So strokePoints
// are added for each unit by which the error of this palette exceeds strokeError.
const (
	strokeError  = 0.05
	strokePoints = 1000
)

// bytesPoints weighs bytes against degradation: a file that is smaller by a factor of e may be worse by bytesPoints points, and
// one that is smaller by a tenth by about one point.
const bytesPoints = 10

// invisible is the degradation below which no difference is visible.
const invisible = 0.3

// poor is the degradation above which letters are interrupted.
const poor = 35
