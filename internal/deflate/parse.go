package deflate

import (
	"context"
	"math/bits"
)

// costUnit is the cost of one bit.
const costUnit = 16

// setCosts sets the cost of each symbol from its frequency in h, the histogram of the previous block.
func (c *Compressor) setCosts(h *histogram) {
	set := func(costs, counts []uint32) {
		total := uint32(0)
		for _, n := range counts {
			total += n
		}
		for i, n := range counts {
			costs[i] = uint32(costUnit * (log2(total+16) - log2(max(n, 1))))
		}
	}
	set(c.costs[:], h.literals[:])
	set(c.far[:], h.distances[:])
}

// guess sets the costs for the first block. Literal costs come from byte frequencies at the start of data.
func (c *Compressor) guess(data []byte) {
	h := &c.block
	*h = histogram{}
	countBytes((*[256]uint32)(h.literals[:]), data[:min(len(data), 64<<10)])
	c.setCosts(h)
	for i := 256; i < literals; i++ {
		c.costs[i] = 8 * costUnit
	}
	for i := range c.far {
		c.far[i] = 5 * costUnit
	}
	*h = histogram{}
}

// saves reports whether a match takes fewer bits than the literals it replaces.
func (c *Compressor) saves(at, length, distance int) bool {
	if length > 12 {
		return true
	}
	l, d := &lengthSymbols[length], distanceSymbol(distance)
	cost := c.costs[l.code] + c.far[d.code] + costUnit*uint32(l.extra+d.extra)
	apart := uint32(0)
	for _, v := range c.matcher.data[at : at+length] {
		apart += c.costs[v]
	}
	return cost < apart
}

// After patience consecutive positions without a match, a hasty effort skips ahead in increasing steps, up to maxStep.
const (
	patience = 16
	maxStep  = 16
)

// start prepares the Compressor for data.
func (c *Compressor) start(data []byte) {
	c.matcher.reset(data)
	c.writer.acc, c.writer.held = 0, 0
	c.tokens, c.counted, c.block = room(c.tokens, min(len(data), blockTokens))[:0], 0, histogram{}
	c.guess(data)
}

// parse splits data into tokens. At each position it takes the longest match, unless lazy matching finds a better
// one a few positions later.
func (c *Compressor) parse(ctx context.Context, data []byte, e Effort) error {
	if e.best {
		return c.optimize(ctx, data, e)
	}
	c.start(data)
	m := &c.matcher
	look, misses := 0, 0
	for at := 0; at < len(data); {
		if at >= look {
			if err := ctx.Err(); err != nil {
				return err
			}
			look = at + 64<<10
		}
		m.insert(at)
		length, distance := c.best(at, 0, e.chain, e.nice)
		if distance == 0 {
			misses++
			end := at + 1
			if e.hasty && misses > patience {
				end = min(at+1+(misses-patience)/patience, at+maxStep, len(data))
				m.skip(end - 1)
			}
			for ; at < end; at++ {
				if err := c.add(token(data[at])); err != nil {
					return err
				}
			}
			continue
		}
		misses = 0
		for further := 1; further <= e.lazy && length < e.nice; further++ {
			chain := e.chain / 2 / further
			if length >= e.good {
				chain /= 4
			}
			m.insert(at + further)
			n, d := c.best(at+further, length-1, chain, e.nice)
			if d == 0 || 4*(n-length)+bits.Len(uint(distance))-bits.Len(uint(d)) <= 4*further-2 {
				continue
			}
			for range further {
				if err := c.add(token(data[at])); err != nil {
					return err
				}
				at++
			}
			length, distance, further = n, d, 0
		}
		if err := c.add(match(length, distance)); err != nil {
			return err
		}
		c.pass(at, length, distance)
		at += length
	}
	return nil
}

// best returns the longest match at a position, or distance 0 if that match saves no bits.
func (c *Compressor) best(at, least, chain, nice int) (length, distance int) {
	length, distance = c.matcher.find(at, least, chain, nice)
	if distance > 0 && !c.saves(at, length, distance) {
		return least, 0
	}
	return length, distance
}

// pass skips most positions inside a match that is a long run. Only the ends of a run are useful for later matches. Other long matches
// are not skipped: a later match would have to be with their earlier occurrence, which soon is out of the window.
func (c *Compressor) pass(at, length, distance int) {
	if length >= 64 && distance < 16 {
		c.matcher.insert(at + 16)
		c.matcher.skip(at + length - 16)
	}
}
