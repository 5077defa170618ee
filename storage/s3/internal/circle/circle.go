// Package circle finds sequences that repeat themselves for ever.
package circle

// A Detector finds that a sequence of tokens has become a circle, by Brent's algorithm, which
// keeps one of them.
type Detector struct {
	saved       string
	steps, next int
}

// Seen reports whether token is the one that was saved. It takes at most three times as many steps as
// the circle and the way to it have.
func (d *Detector) Seen(token string) bool {
	if d.steps > 0 && token == d.saved {
		return true
	}
	if d.steps == d.next {
		d.saved, d.next = token, 2*d.next+1
	}
	d.steps++
	return false
}
