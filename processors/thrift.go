package processors

import (
	"errors"
	"image"
	"image/color"
	"math"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
	"github.com/rest-thumbnails/thumbnail/internal/quantize"
)

// A recipe has the parameters for reducing frames to palette indices.
type recipe struct {
	loss    int               // see gif.Encoder
	palette *quantize.Palette // of all frames, which are not dithered; nil: chosen when they are painted
}

// decide chooses the recipe for an animation of few colors that is scaled. Scaling adds colors along all edges. With all of
// them, the thumbnail often has more bytes than its original; with too few, text becomes illegible. So decide estimates
// bytes and looks in several palettes, by a sketch.
func (g *gifWriter) decide() error {
	if !g.moving || !g.scaled || g.asked || g.colors == nil {
		return nil
	}
	colors := g.colors()
	if len(colors) == 0 || len(colors) > 255 {
		return nil
	}
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
		c.sketch.colors = len(colors)
		err = c.all(colors)
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
	rungs     map[int]*quantize.Palette // by their place on the ladder
	trials    []*trial
	usual     *trial  // of the recipe that applies if no other trial is better
	budget    float64 // bytes
}

// all tries the colors of the original, the usual recipe, and then looks for the largest palette within the budget.
func (c *chooser) all(colors []color.NRGBA) error {
	plain, err := c.add(recipe{palette: quantize.NewPalette(colors)})
	if err != nil {
		return err
	}
	broken := float64(strokePoints * max(0, c.histogram.ErrorOf(plain.palette)-strokeError))
	plain.degradation += broken
	flat := c.histogram.Share(flatColors) >= flatShare
	c.setBudget(plain.bytes, len(colors), flat)
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
		var lossy *trial
		if lossy, err = c.add(recipe{palette: plain.palette, loss: smallLoss}); err == nil {
			lossy.degradation += broken
			err = c.search(0, c.last()/2+1) // the upper half makes no difference
		}
	}
	if n := c.g.original.Exceeded; n > 0 && err == nil { // the best trial so far was encoded before, and exceeded the original
		c.budget = min(c.budget, 0.97*float64(c.best().bytes)/n)
		err = c.search(0, c.last()/2+1)
	}
	return err
}

// search tries rungs from low on and below high, as it looks for the last one within the budget.
func (c *chooser) search(low, high int) error {
	for tries := 0; tries < searches && low < high; tries++ {
		middle := low + (high-low)/2
		if c.fits(c.usual) { // most are too large
			middle = low + (high-low)/4
		}
		t, err := c.add(recipe{palette: c.rung(middle)})
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
)

// tryUsual tries what is done without a decision. It returns the rung of its palette, if it has one.
func (c *chooser) tryUsual(flat bool) (rung int, err error) {
	h := c.histogram
	exact := h.Exact() && h.Colors() <= 255 && (h.Colors() <= exactFlat || !flat)
	if flat && !exact {
		for rung < c.last() && c.g.ctx.Err() == nil {
			if p := c.rung(rung); p.Error <= movingError && p.Missed <= movingMissed {
				break
			}
			rung++
		}
		c.usual, err = c.add(recipe{palette: c.rung(rung)})
		return rung, err
	}
	c.usual, err = c.try(recipe{loss: c.g.recipe.loss}, h.Choose(c.g.ctx, 255), exact)
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
		c.rungs[i] = c.histogram.Choose(c.g.ctx, min(rungColors(i), 255))
	}
	return c.rungs[i]
}

// add tries a recipe that has a palette.
func (c *chooser) add(r recipe) (*trial, error) {
	t, err := c.try(r, r.palette, true)
	if err == nil {
		c.trials = append(c.trials, t)
	}
	return t, err
}

// setBudget takes the bytes of the animation in the original's colors. That is about what encoders make that add no colors,
// but more if flat art has many colors and few pixels: most of those are edges then.
func (c *chooser) setBudget(plain, colors int, flat bool) {
	o, ratio := c.g.original, 1.05
	share := 0.25
	if o.Size != (image.Point{}) {
		share = float64(area(c.g.held[0].Image.Rect.Size())) / float64(area(o.Size))
	}
	if colors > fewColors && (flat || float64(o.Bytes)*math.Pow(share, 0.65) < 1.15*float64(plain)) {
		ratio = 0.58 + float64(0.7*min(share, 0.6))
	}
	c.budget = float64(plain) * ratio
	if o.Bytes > 0 {
		c.budget = min(c.budget, 0.95*float64(o.Bytes))
	}
}

// fewColors are as many as flat art without smooth edges has.
const fewColors = 20

// best returns the trial of the least cost.
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

// cost is the degradation of a trial, with a penalty if it looks poor, and with about 1.5 points for each per cent by which
// its bytes exceed the budget. Far beyond the budget, a per cent adds less.
func (c *chooser) cost(t *trial) float64 {
	beyond := max(0, float64(t.bytes)/c.budget-1)
	return t.degradation + float64(3*max(0, t.degradation-poor)) + float64(150*beyond/(1+float64(beyond/2)))
}

// Thin strokes break if they have only the colors of the original. The measure of frameErrors underrates that, so the error
// of these colors adds to it: strokePoints for each unit beyond strokeError.
const (
	strokeError  = 0.05
	strokePoints = 1000
)

// poor is the degradation from which letters break.
const poor = 35
