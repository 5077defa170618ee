package processors

import (
	"errors"
	"image"
	"image/color"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
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

// chooseRecipe chooses the recipe for a scaled animation, also for that of a WebP: see flattener.drawChosen. Scaling adds colors along
// all edges. With all these colors, the thumbnail often has more bytes than its original. With too few colors, text becomes
// illegible. So chooseRecipe uses a sketch to estimate the bytes and the visible error of several palettes.
func (g *gifWriter) chooseRecipe() error {
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
	c := chooser{histogram: h, kept: 1, rungs: map[int]*quantize.Palette{}}
	if c.sketch, err = newSketch(g); err == nil {
		c.own = c.ownPalette(colors)
		err = c.all()
	}
	if err != nil && !errors.Is(err, codec.ErrTooLarge) {
		return err
	}
	if best := c.best(); best != nil { // if the memory did not suffice for all, the best one of those that were tried
		g.recipe = best.recipe
	}
	return nil
}

// A chooser tries recipes.
type chooser struct {
	*sketch
	histogram *quantize.Histogram
	rungs     map[int]*quantize.Palette // the ladder: palettes of more and more colors
	trials    []*trial
	usual     *trial            // the trial of the usual recipe
	own       *quantize.Palette // the colors of the original
	budget    float64           // bytes
	kept      float64           // of the trial that the budget is made from; 1 if the original has more colors
	calmer    bool              // search tries calmer recipes
}

// ownPalette returns a palette of the colors of the original. If there are too many, it returns the best palette of the largest
// number of colors.
func (c *chooser) ownPalette(colors []color.NRGBA) *quantize.Palette {
	if len(colors) == 0 || len(colors) > 255 {
		return c.histogram.Choose(c.writer.ctx, 255)
	}
	return quantize.NewPalette(colors)
}

// few reports whether the original is flat art without smooth edges.
func (c *chooser) few() bool { return len(c.own.Colors) <= fewColors }

// all tries the colors of the original, the usual recipe, and then looks for the largest palette within the budget.
func (c *chooser) all() error {
	own, err := c.tryOwn()
	if err != nil || own.degradation < invisible && c.few() && c.writer.original.Exceeded == 0 {
		c.usual = own // no other palette makes the file much smaller
		return err
	}
	rung, err := c.tryUsual(c.histogram.Share(flatColors) >= flatShare)
	if err != nil {
		return err
	}
	switch fits := c.fits(c.usual); {
	case fits && c.usual.palette != nil:
		err = c.search(rung+1, c.last()+1)
	case !fits && c.usual.palette != nil:
		err = c.search(0, rung)
	case !fits:
		err = c.search(0, c.last()/2+1) // trying the upper half would not change the choice
	}
	if err != nil {
		return err
	}
	if n := c.writer.original.Exceeded; n > 0 {
		return c.exceeded(n)
	}
	return c.tighten()
}

// tighten tries the best recipe with more slack until it is about within the budget.
func (c *chooser) tighten() error {
	if c.exceeds(c.best()) && c.holes() {
		c.calmer = true
		if err := c.search(0, c.last()/2+1); err != nil {
			return err
		}
	}
	for _, slack := range tighter {
		best := c.best()
		if !c.exceeds(best) {
			return nil
		}
		r := best.recipe
		r.slack = slack
		t, err := c.try(r, r.palette, true)
		if err != nil {
			return err
		}
		if t.kept < 0.9*min(best.kept, 1) { // slack removes thin lines
			return nil
		}
		c.trials = append(c.trials, t)
	}
	return nil
}

// exceeds reports whether a trial in few colors is clearly too large. The budget of an original of few colors is low, above all
// if parts of its lines are missing from the trial that the budget is made from.
func (c *chooser) exceeds(t *trial) bool {
	if t.palette == nil || len(t.palette.Colors) > fewColors {
		return false
	}
	tolerated := 0.97
	switch {
	case len(c.own.Colors) <= 2:
		tolerated = 1.1
	case c.kept < 0.85:
		tolerated = 1.05 / c.kept
	case c.few():
		tolerated = 1.05
	}
	return float64(t.bytes) > tolerated*c.budget
}

// tighter are the values of slack with which tighten tries the best recipe.
var tighter = []int{80, 110, 140}

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
		t, err := c.add(recipe{palette: c.rung(middle), slack: slack, calmer: c.calmer})
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
	searches  = 3  // the largest number of rungs that are tried
	smallLoss = 50 // see gif.Encoder

	slack     = 52  // the slack of most recipes; its effect is invisible in art of many colors
	muchSlack = 160 // the slack if the first encoding has exceeded the size of the original
)

// tryUsual tries the usual recipe, which animations have if chooseRecipe is not called for them. It returns the rung of the palette,
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
	if c.usual, err = c.try(recipe{loss: c.writer.recipe.loss}, h.Choose(c.writer.ctx, 255), exact); err == nil {
		c.trials = append(c.trials, c.usual)
	}
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

// rung returns a palette of the ladder. It has all colors of an original of few colors, because a color that occurs only in small
// things, such as a cursor, would otherwise be replaced by another one.
func (c *chooser) rung(i int) *quantize.Palette {
	if c.rungs[i] == nil {
		c.rungs[i] = c.histogram.Choose(c.writer.ctx, min(rungColors(i), 255))
		if c.few() {
			c.rungs[i].Extend(c.own.Colors, apart)
		}
	}
	return c.rungs[i]
}

// apart is the Oklab distance of two colors that are clearly different.
const apart = 0.1

// add tries a recipe that has a palette.
func (c *chooser) add(r recipe) (*trial, error) {
	t, err := c.try(r, r.palette, true)
	if err == nil {
		c.trials = append(c.trials, t)
	}
	return t, err
}

// fewColors is the maximum number of colors of flat art without smooth edges.
const fewColors = 20
