package processors

import (
	"math"

	"github.com/rest-thumbnails/thumbnail/internal/pixels"
	"github.com/rest-thumbnails/thumbnail/internal/quantize"
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
	plain, err := c.add(recipe{palette: c.own, curve: quantize.NewCurve(coverage)})
	if err != nil {
		return nil, err
	}
	if plain.degradation < invisible {
		c.setBudget(float64(plain.bytes))
		return plain, nil
	}
	light := pixels.Light(c.frames[0], opaqueFrom)
	if err := c.setOwnBudget(plain, light); err != nil {
		return nil, err
	}
	if !light {
		_, err = c.add(recipe{palette: c.own})
		return plain, err
	}
	c.trials = nil // even if the lines are not quite as wide as they should be, they are more important than the ground
	wide := recipe{palette: c.own, curve: quantize.NewCurve(widening)}
	if _, err = c.add(wide); err == nil && len(c.own.Colors) > 2 { // with two colors, slack would interrupt the lines
		wide.slack = slack
		_, err = c.add(wide)
	}
	return plain, err
}

// These are powers of the curves with which the pixels of an original of few colors get one of its colors: see quantize.NewCurve.
const (
	coverage = 0.9 // the color that covers more of the pixel
	widening = 2.2 // a dark color if it covers more than a quarter of the pixel
)

// scale returns the length of a side divided by that of the original.
func (c *chooser) scale() float64 {
	n := area(c.writer.original.Size)
	if n == 0 {
		return 1
	}
	return math.Sqrt(float64(area(c.writer.held[0].Image.Rect.Size())) / float64(n))
}

// setOwnBudget sets the budget to the bytes of the trial plain, which is in the colors of the original, with these changes:
//   - If lines are missing from it, the budget is higher, because they need bytes.
//   - If the animation has transparent pixels, it is lower, because other encoders do not write the smooth edges of these holes.
//   - If lines of two colors are narrower than a pixel, it is lower, because other encoders write only some of their pixels: the
//     fewer, the smaller the thumbnail is.
func (c *chooser) setOwnBudget(plain *trial, light bool) error {
	budget := float64(plain.bytes)
	two := len(c.own.Colors) <= 2
	switch {
	case !two && plain.kept < mostLines:
		budget *= min(1/plain.kept, mostExtra)
	case two && light && plain.degradation > illegible:
		budget *= min(1, 0.45+float64(0.75*c.scale()))
	}
	c.kept = max(plain.kept, 0.5)
	c.setBudget(budget)
	if c.holes() {
		calmer := plain.recipe
		calmer.calmer = true
		t, err := c.try(calmer, c.own, true)
		if err != nil {
			return err
		}
		c.setBudget(min(budget, 1.15*float64(t.bytes)))
	}
	return nil
}

// mostLines is the value of kept below which lines are missing. The budget then grows by up to mostExtra. illegible is the degradation of
// lines of two colors above which most of their pixels are missing or added.
const (
	mostLines = 0.7
	mostExtra = 1.75
	illegible = 60
)

// holes reports whether a frame has transparent pixels.
func (c *chooser) holes() bool {
	for _, img := range c.frames {
		if !img.Opaque() {
			return true
		}
	}
	return false
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
