package processors

import "math"

// best returns the trial with the lowest cost, or nil if there is none.
func (c *chooser) best() (best *trial) {
	for _, t := range c.trials {
		if best == nil || c.cost(t) < c.cost(best) {
			best = t
		}
	}
	return best
}

func (c *chooser) fits(t *trial) bool { return float64(t.bytes) <= c.budget }

// cost returns the degradation of a trial, plus a penalty if its bytes exceed the budget, plus bytesPoints times the natural
// logarithm of the ratio of bytes to budget. So a trial with fewer bytes may have a slightly larger degradation. If the original
// has few colors, letters may become illegible; so a trial that looks poor has a penalty, and bytes beyond the budget matter
// less. But if it has two colors, a third color must not exceed the budget: such art has many more bytes with it. In the second encoding, which is
// made because the first one was larger than the original, no recipe may exceed the budget.
func (c *chooser) cost(t *trial) float64 {
	ratio := float64(t.bytes) / c.budget
	beyond := max(0, ratio-1)
	cost := t.degradation + float64(bytesPoints*math.Log(ratio))
	switch {
	case !c.few():
		cost += float64(200*beyond) + float64(3*max(0, t.degradation-poorMany))
	case len(c.own.Colors) <= 2 && t.palette != c.own && beyond > 0:
		cost += tooMany
	default:
		cost += float64(200*beyond) + float64(3*max(0, t.degradation-poor))
	}
	if c.writer.original.Exceeded > 0 && beyond > 0 {
		cost += tooMany
	}
	return cost
}

// poor is the degradation above which letters are interrupted. tooMany is more than what other trials cost.
const (
	poor     = 30
	poorMany = 12 // the degradation above which gradients have steps
	tooMany  = 1000
)

// bytesPoints weighs bytes against degradation: a file that is smaller by a factor of e may be worse by bytesPoints points.
const bytesPoints = 6

// invisible is the degradation below which no difference is visible.
const invisible = 1
