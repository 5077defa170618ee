// Package circle detects sequences of tokens that repeat endlessly.
package circle

// A Detector detects a cycle in a sequence of tokens, by Brent's algorithm, which stores one token.
type Detector struct {
	saved       string
	steps, next int
}

// Seen reports whether token equals the stored one. A cycle of c tokens after t other tokens is
// detected within 3·(c+t) calls.
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
