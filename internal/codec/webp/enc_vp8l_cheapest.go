package webp

import "context"

// A lane is the state of one kind of backward references in cheapest.
type lane struct {
	distance int
	end      int   // end of the longest backward reference so far
	start    price // price of the path to its first pixel
}

// covers reports whether a reference from pixel i on would only continue a reference from an earlier pixel, and can't be
// cheaper than that reference. The parameter here is the price of the path to pixel i.
func (l *lane) covers(i int, here price) bool { return i < l.end && here-l.start >= 0 }

// cheapest computes the parsing with the lowest total price, by dynamic programming over the pixels.
func (p *parsing) cheapest(ctx context.Context, prices *prices) error {
	const never = price(1) << 28
	for i := range min(len(p.px)+1, ringSize) {
		p.ring[i] = never
	}
	p.ring[0] = 0
	clear(p.cache[:])
	left, above := stretch{distance: 1}, stretch{distance: p.width}
	leftPrice := prices.distanceCode(distanceCode(1, p.width))
	abovePrice := prices.distanceCode(distanceCode(p.width, p.width))
	var byLeft, byAbove, byFound lane
	foundPrice := price(0)
	found, steps := p.found[:len(p.px)], p.steps[:len(p.px)]
	last := ^p.px[0]
	for i, v := range p.px {
		if i%matchLook == 0 {
			if err := ctx.Err(); err != nil {
				return err
			}
		}
		here := p.ring[i&(ringSize-1)]
		p.ring[(i+maxCopy)&(ringSize-1)] = here + never
		next := &p.ring[(i+1)&(ringSize-1)]
		if here+prices.least-*next >= 0 {
			if v != last {
				p.remember(v)
			}
		} else if c := here + p.literal(prices, v); c-*next < 0 {
			*next, steps[i] = c, literalStep
		}
		last = v
		if !byLeft.covers(i, here) {
			p.consider(prices, &byLeft, i, left.length(p.px, i), leftPrice, leftStep)
		}
		if !byAbove.covers(i, here) && p.width > 1 {
			p.consider(prices, &byAbove, i, above.length(p.px, i), abovePrice, aboveStep)
		}
		f := found[i]
		d := int(f >> 12)
		if d == byFound.distance && byFound.covers(i, here) {
			continue
		}
		if d <= 1 || d == p.width {
			byFound.end = 0
			continue
		}
		if d != byFound.distance {
			byFound.distance = d
			foundPrice = prices.distanceCode(distanceCode(d, p.width))
		}
		p.consider(prices, &byFound, i, int(f&0xfff)+1, foundPrice, foundStep)
	}
	p.turn()
	return nil
}

// literal returns the price of a pixel as a literal or color cache index, and updates the cache.
func (p *parsing) literal(prices *prices, v uint32) price {
	if p.cacheBits > 0 {
		key := cacheKey(v, p.cacheBits)
		if p.cache[key%uint32(len(p.cache))] == v {
			return prices.of[greenSymbols+int(key)]
		}
		p.cache[key%uint32(len(p.cache))] = v
	}
	return prices.literal(v)
}

// remember adds a pixel to the color cache.
func (p *parsing) remember(v uint32) {
	if p.cacheBits > 0 {
		p.cache[cacheKey(v, p.cacheBits)%uint32(len(p.cache))] = v
	}
}

// A backward reference to more than everyLength pixels is not shortened to every length. Only the longest length of
// each length symbol is considered.
const everyLength = 64

// consider updates the paths that end with a backward reference of up to n pixels.
func (p *parsing) consider(prices *prices, l *lane, i, n int, cost price, kind uint16) {
	if n == 0 {
		return
	}
	here := p.ring[i&(ringSize-1)]
	l.start, l.end = here, i+n
	from := 1
	for _, length := range prices.length {
		end := min(length.end, n)
		c := here + cost + length.price
		if from > everyLength {
			from = end
		}
		for ; from <= end; from++ {
			if to := &p.ring[(i+from)&(ringSize-1)]; c-*to < 0 {
				*to, p.steps[i+from-1] = c, kind<<12|uint16(from-1)
			}
		}
		if end == n {
			return
		}
	}
}

// turn moves each step from its last pixel to its first pixel.
func (p *parsing) turn() {
	for end := len(p.px); end > 0; {
		s := p.steps[end-1]
		end -= int(s&0xfff) + 1
		p.steps[end] = s
	}
}
