package processors

import "math"

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

// cost returns the degradation of a trial, plus a penalty if its bytes exceed the budget, plus bytesPoints times the natural
// logarithm of the ratio of bytes to budget. So a trial with fewer bytes may have a slightly larger degradation. If the original
// has few colors, letters may become illegible; so a trial that looks poor has a penalty, and bytes beyond the budget matter
// less. But if it has two colors, a third color must not exceed the budget: such art has many more bytes with it. And if the first
// encoding has exceeded the original, no trial must exceed the budget, except to avoid that a hue is lost.
func (c *chooser) cost(t *trial) float64 {
	ratio := float64(t.bytes) / c.budget
	beyond := max(0, ratio-1)
	cost := t.degradation + float64(bytesPoints*math.Log(ratio))
	switch {
	case c.writer.original.Exceeded > 0 && t.hue > lostHue:
		cost += 10 * tooMany
	case c.writer.original.Exceeded > 0 && beyond > 0:
		cost += float64(tooMany * ratio)
	case !c.few():
		cost += float64(200*beyond) + float64(3*max(0, t.degradation-poorMany))
	case len(c.own.Colors) <= 2 && t.palette != c.own && beyond > 0:
		cost += tooMany
	default:
		cost += float64(200*beyond) + float64(3*max(0, t.degradation-poor))
	}
	return cost
}

// poor is the degradation above which letters are interrupted, and vanished the one above which lines are missing. tooMany is more
// than what other trials cost. Above lostHue, things of a hue are missing, or have another hue.
const (
	poor     = 30
	lostHue  = 1
	vanished = 70
	poorMany = 12 // the degradation above which gradients have steps
	tooMany  = 1000
)

// bytesPoints weighs bytes against degradation: a file that is smaller by a factor of e may be worse by bytesPoints points.
const bytesPoints = 6

// invisible is the degradation below which no difference is visible.
const invisible = 1
