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

// decide chooses the recipe for a scaled animation. Scaling adds colors along all edges. With all these
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
	usual     *trial            // the trial of the usual recipe
	own       *quantize.Palette // the colors of the original
	budget    float64           // bytes
	strict    bool              // the bytes matter most: rungs lack colors of the original
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
		err = c.search(rung+1, c.last()+1, c.thrifty)
	case !fits && c.usual.palette != nil:
		err = c.search(0, rung, c.thrifty)
	case !fits:
		err = c.search(0, c.last()/2+1, c.thrifty) // trying the upper half would not change the choice
	}
	if n := c.writer.original.Exceeded; n > 0 && err == nil {
		err = c.exceeded(n)
	}
	return err
}

// These are the powers of curves: see quantize.NewCurve. With plainCurve, a pixel gets the color that covers more of it. With wideCurve,
// thin dark lines become wider.
const (
	plainCurve = 0.9
	wideCurve  = 2.2
)

// tryOwn tries the colors of the original. It sets the budget to the bytes that an encoder needs if it adds no colors. With few
// colors, thin lines disappear where each pixel gets the color that covers more of it. So wider lines are tried too.
func (c *chooser) tryOwn() (*trial, error) {
	if !c.few() {
		plain, err := c.add(recipe{palette: c.own})
		if err != nil {
			return nil, err
		}
		c.setBudget(c.othersBytes(plain.bytes))
		if _, err = c.add(recipe{palette: c.own, slack: slack}); err == nil {
			_, err = c.add(recipe{palette: c.own, loss: smallLoss})
		}
		return plain, err
	}
	plain, err := c.add(recipe{palette: c.own, curve: quantize.NewCurve(plainCurve)})
	if err != nil {
		return nil, err
	}
	c.setBudget(float64(plain.bytes))
	if plain.degradation < invisible {
		return plain, nil
	}
	if !pixels.Light(c.frames[0], opaqueFrom) {
		_, err = c.add(recipe{palette: c.own})
		return plain, err
	}
	c.trials = nil // even if the lines are not quite as wide as they should be, they are more important than the ground
	wide := recipe{palette: c.own, curve: quantize.NewCurve(wideCurve)}
	lines, err := c.add(wide)
	if err != nil {
		return plain, err
	}
	if len(c.own.Colors) > 2 && plain.degradation > vanished { // the bytes of plain do not include those of the lines
		c.setBudget(max(float64(lines.bytes), c.shareOfOriginal()))
	}
	if len(c.own.Colors) > 2 { // in two colors, slack would interrupt the lines
		wide.slack = slack
		_, err = c.add(wide)
	}
	return plain, err
}

// shareOfOriginal estimates the bytes of the thumbnail from those of the original. If these are unknown, it returns 0.
func (c *chooser) shareOfOriginal() float64 {
	o := c.writer.original
	if o.Bytes == 0 {
		return 0
	}
	share := float64(area(c.writer.held[0].Image.Rect.Size())) / float64(area(o.Size))
	return float64(1.25*float64(o.Bytes)) * math.Pow(share, 0.65)
}

// othersBytes estimates the bytes that another encoder needs if it keeps the palette of an original of many colors. This encoder needs
// plain bytes with that palette, which are more, because its scaling sharpens edges. The estimate is at most what follows from the
// bytes of the original.
func (c *chooser) othersBytes(plain int) float64 {
	bytes := 0.76 * float64(plain)
	if most := c.shareOfOriginal(); most > 0 {
		bytes = min(bytes, most)
	}
	return bytes
}

// setBudget sets the budget, which is smaller than the original.
func (c *chooser) setBudget(bytes float64) {
	c.budget = bytes
	if o := c.writer.original.Bytes; o > 0 {
		c.budget = min(c.budget, 0.95*float64(o))
	}
}

// exceeded looks for a recipe that takes fewer bytes than the best one so far. With that one, the whole file was n times as
// large as the original. The palettes of the ladder are then vivid, so that even a few colors have every hue.
func (c *chooser) exceeded(n float64) error {
	best := c.best()
	c.budget = min(c.budget, 0.97*float64(best.bytes)/n)
	if best.palette != nil {
		r := c.lossy(best.palette)
		r.curve = best.curve
		if _, err := c.add(r); err != nil {
			return err
		}
	}
	c.strict, c.histogram.Vivid = true, true
	clear(c.rungs) // these have the colors of the original, and are not vivid
	return c.search(0, c.last()/2+1, c.lossy)
}

// thrifty returns the usual recipe for a palette.
func (c *chooser) thrifty(p *quantize.Palette) recipe { return recipe{palette: p, slack: slack} }

// lossy returns the recipe for a palette that takes the fewest bytes.
func (c *chooser) lossy(p *quantize.Palette) recipe {
	r := recipe{palette: p, slack: slack, calmer: true, loss: c.writer.recipe.loss}
	if len(p.Colors) <= fewColors { // with many colors, much slack would be visible in smooth gradients
		r.slack = muchSlack
	}
	return r
}

// search looks for the last rung within the budget, among the rungs from low to high-1, by a recipe. It may stop earlier: see
// searches.
func (c *chooser) search(low, high int, by func(*quantize.Palette) recipe) error {
	for tries := 0; tries < searches && low < high; tries++ {
		middle := low + (high-low)/2
		if c.fits(c.usual) { // most rungs above the usual one are too large
			middle = low + (high-low)/4
		}
		t, err := c.add(by(c.rung(middle)))
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
		c.usual, err = c.add(c.thrifty(c.rung(rung)))
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

// rung returns a palette of the ladder. It has all colors of an original of few colors, because a color that occurs only in small
// things, such as a cursor, would otherwise be replaced by another one.
func (c *chooser) rung(i int) *quantize.Palette {
	if c.rungs[i] == nil {
		c.rungs[i] = c.histogram.Choose(c.writer.ctx, min(rungColors(i), 255))
		if c.few() && !c.strict {
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
