package webp

import "context"

// A parsedStep is a step of a parsing: a color cache index, a literal, or a backward reference.
type parsedStep struct {
	at       int    // the first pixel
	n        int    // length of a backward reference; 0 for others
	distance int    // distance code
	key      int    // color cache index; -1 for a literal
	v        uint32 // the pixel of a literal
}

// A parsingWalk iterates over the steps of a parsing.
type parsingWalk struct {
	parsedStep
	p           *parsing
	ctx         context.Context
	err         error // error of ctx
	next        int
	look        int
	cached      int // number of pixels that were added to the cache
	left, above int // distance codes of the pixel on the left and the pixel above
}

// walk returns an iterator before the first step. Only one iterator can be in use.
func (p *parsing) walk(ctx context.Context) parsingWalk {
	clear(p.cache[:])
	return parsingWalk{p: p, ctx: ctx, left: distanceCode(1, p.width), above: distanceCode(p.width, p.width)}
}

// ok moves to the next step, and reports whether there is one.
func (s *parsingWalk) ok() bool {
	p, i := s.p, s.next
	if i >= len(p.px) {
		return false
	}
	if i >= s.look {
		if s.err = s.ctx.Err(); s.err != nil {
			return false
		}
		s.look = i + matchLook
	}
	how := p.steps[i]
	s.at, s.n = i, int(how&0xfff)+1
	s.next = i + s.n
	switch how >> 12 {
	case literalStep:
		s.n, s.key, s.v = 0, -1, p.px[i]
		if p.cacheBits > 0 {
			s.lookUp()
		}
	case leftStep:
		s.distance = s.left
	case aboveStep:
		s.distance = s.above
	default:
		s.distance = distanceCode(int(p.found[i]>>12), p.width)
	}
	return true
}

// lookUp looks the pixel up in the color cache, after it has added all pixels before it.
func (s *parsingWalk) lookUp() {
	cache, bits := &s.p.cache, s.p.cacheBits
	last := ^s.v
	for _, v := range s.p.px[s.cached:s.at] {
		if v != last {
			cache[cacheKey(v, bits)&(1<<maxCacheBits-1)] = v
			last = v
		}
	}
	s.cached = s.at
	if k := cacheKey(s.v, bits) & (1<<maxCacheBits - 1); cache[k] == s.v {
		s.key = int(k)
	}
}

// symbols returns the symbols of the step and their number.
func (s *parsedStep) symbols(a *alphabets) (list [4]int, n int) {
	switch {
	case s.n > 0:
		length, _ := prefix(s.n)
		distance, _ := prefix(s.distance)
		return [4]int{256 + length, a.distance + distance}, 2
	case s.key >= 0:
		return [4]int{greenSymbols + s.key}, 1
	}
	return [4]int{int(s.v >> 8 & 0xff), a.red + int(s.v>>16&0xff), a.blue + int(s.v&0xff), a.alpha + int(s.v>>24)}, 4
}

// counts counts the symbols of all steps.
func (p *parsing) counts(ctx context.Context, a alphabets, counts []uint32) error {
	clear(counts)
	s := p.walk(ctx)
	for s.ok() {
		list, n := s.symbols(&a)
		for _, symbol := range list[:n] {
			counts[symbol]++
		}
	}
	return s.err
}
