package webp

import "context"

// A parsing divides the pixels of an image into literals and backward references.
//
// A backward reference uses the match of the finder, the pixel on the left, or the pixels above. The latter two have
// short distance codes and need no search.
type parsing struct {
	px        []uint32
	width     int
	found     []uint32 // matches of the finder
	steps     []uint16 // at the first pixel of each step: kind << 12 | length - 1
	cacheBits uint
	cache     [1 << maxCacheBits]uint32

	ring [ringSize]price // price of the cheapest path to each pixel, by index modulo ringSize
}

const (
	literalStep = iota
	foundStep
	leftStep
	aboveStep
)

// ringSize is a power of 2, and larger than the longest backward reference.
const ringSize = 2 * maxCopy

// cacheKey returns the index of a color in the color cache (RFC 9649, 5.2.3).
func cacheKey(v uint32, bits uint) uint32 { return 0x1e35a7bd * v >> ((32 - bits) & 31) }

// distanceCode returns the distance code of a distance (RFC 9649, 5.2.2).
func distanceCode(distance, width int) int {
	y, x := distance/width, distance%width
	switch {
	case y < 8 && x <= 8:
		return int(neighborCodes[y<<4|(8-x)])
	case y < 7 && x > width-8:
		return int(neighborCodes[(y+1)<<4|(8+width-x)])
	}
	return distance + len(neighbors)
}

// neighborCodes is the inverse of neighbors.
var neighborCodes = func() (codes [128]uint8) {
	for i, n := range neighbors {
		codes[n] = uint8(i + 1)
	}
	return codes
}()

// A stretch is a range of pixels that equal the pixels a fixed distance before.
type stretch struct{ distance, end int }

// length returns the number of pixels of the stretch from pixel i on.
func (s *stretch) length(px []uint32, i int) int {
	if i >= s.end {
		s.end = i
		if i >= s.distance {
			there := px[i-s.distance:]
			here := px[i:]
			there = there[:len(here)]
			n := 0
			for n < len(here) && here[n] == there[n] {
				n++
			}
			s.end += n
		}
	}
	return min(s.end-i, maxCopy)
}

// start makes a first parsing with the matches of the finder. If cache is true, it also chooses the size of the color cache,
// and returns the estimated size in bits. If draft is false, it then also tries a parsing without the matches of the finder,
// and keeps that parsing if it is at most slightly larger. It does not try that if the pixels are not predicted and most of
// them are copied. If parsed is true, a draft has made the first parsing.
func (p *parsing) start(ctx context.Context, t *cacheTrial, cache, draft, predicted, parsed bool) (total int64, err error) {
	p.cacheBits = 0
	if !cache {
		return 0, p.lazy(ctx, false)
	}
	if !parsed {
		if err := p.lazy(ctx, false); err != nil {
			return 0, err
		}
	}
	bits, far, err := p.bestCache(ctx, t, draft)
	if draft {
		return far, err
	}
	if err != nil || !predicted && far < int64(len(p.px)) { // most pixels are copied
		p.cacheBits = bits
		return far, err
	}
	if err := p.lazy(ctx, true); err != nil {
		return 0, err
	}
	nearBits, near, err := p.bestCache(ctx, t, draft)
	if err != nil {
		return 0, err
	}
	if near-near/24 < far { // cheapest gives better results from a parsing with fewer backward references
		p.cacheBits = nearBits
		return min(near, far), nil
	}
	p.cacheBits = bits
	return far, p.lazy(ctx, false)
}

// lazy parses greedily, but prefers the match of the next pixel if that is longer. If near is true it ignores the
// matches of the finder.
func (p *parsing) lazy(ctx context.Context, near bool) error {
	const shortest = 3
	left, above := stretch{distance: 1}, stretch{distance: p.width}
	best := func(i int) (n int, kind uint16) {
		n, kind = left.length(p.px, i), leftStep
		if a := above.length(p.px, i); a > n {
			n, kind = a, aboveStep
		}
		if f := p.found[i]; !near && f != 0 && int(f&0xfff)+1 > n+1 {
			n, kind = int(f&0xfff)+1, foundStep
		}
		return n, kind
	}
	n, kind := 0, uint16(0)
	for i, look := 0, 0; i < len(p.px); {
		if i >= look {
			if err := ctx.Err(); err != nil {
				return err
			}
			look = i + matchLook
		}
		if n == 0 {
			n, kind = best(i)
		}
		nextN, nextKind := 0, uint16(0)
		if n < goodMatch && i+1 < len(p.px) {
			nextN, nextKind = best(i + 1)
		}
		if n < shortest || nextN > n+1 {
			p.steps[i] = literalStep
			i++
			n, kind = nextN, nextKind
			continue
		}
		p.steps[i] = kind<<12 | uint16(n-1)
		i += n
		n = 0
	}
	return nil
}
