package deflate

import (
	"context"
	"encoding/binary"
)

// An optimizer finds the shortest sequence of tokens for a segment of the data, if each symbol has a fixed cost. The costs
// follow from the symbols of the previous sequence, so it does so several times (the idea of J. Alakuijala and
// L. Vandevenne, Data compression using Zopfli, 2013).
type optimizer struct {
	starts  []int32  // index in matches of the matches at each position
	matches []token  // the nearest match of each length, in ascending order
	costs   []uint32 // the lowest cost of the data before each position
	last    []token  // the last token of these data
	path    []token
	lengths [maxMatch + 1]uint32 // cost of each length
}

const (
	segmentBytes  = 32 << 10
	matchesPerPos = 6
	mostPasses    = 4
)

// optimizerBytes returns the memory of an optimizer for n bytes of data.
func optimizerBytes(n int) int64 { return 4 * (4 + matchesPerPos) * int64(min(n, segmentBytes)+1) }

// optimize splits data into tokens.
func (c *Compressor) optimize(ctx context.Context, data []byte, e Effort) error {
	c.start(data)
	o := &c.optimizer
	n := min(len(data), segmentBytes) + 1
	o.starts, o.costs, o.last, o.path = room(o.starts, n), room(o.costs, n), room(o.last, n), room(o.path, n)
	o.matches = room(o.matches, n*matchesPerPos)
	for from := 0; from < len(data); {
		to := min(from+segmentBytes, len(data))
		o.collect(&c.matcher, from, to, e)
		var path []token
		best := ^uint32(0)
		for range mostPasses {
			if err := ctx.Err(); err != nil {
				return err
			}
			cost := o.search(c, data[from:to])
			path = o.trace(data[from:to])
			if cost >= best-best/2048 {
				break
			}
			best = cost
			var h histogram
			h.count(path)
			c.setCosts(&h)
		}
		for i := len(path) - 1; i >= 0; i-- {
			if err := c.add(path[i]); err != nil {
				return err
			}
		}
		from = to
	}
	return nil
}

// collect finds the matches at the positions from from to to-1. It finds none within a match of e.nice bytes.
func (o *optimizer) collect(m *matcher, from, to int, e Effort) {
	n := 0
	for at := from; at < to; {
		m.insert(at)
		o.starts[at-from] = int32(n)
		found := m.all(at, to, e, o.matches[n:n:n+matchesPerPos])
		n += len(found)
		end := at + 1
		if len(found) > 0 && found[len(found)-1].length() >= e.nice {
			end = at + found[len(found)-1].length()
		}
		for at++; at < end; at++ {
			o.starts[at-from] = int32(n)
		}
	}
	o.starts[to-from] = int32(n)
}

// search finds the cheapest sequence of tokens for data, and returns its cost.
func (o *optimizer) search(c *Compressor, data []byte) uint32 {
	for n := minMatch; n <= maxMatch; n++ {
		s := &lengthSymbols[n]
		o.lengths[n] = max(c.costs[s.code], costUnit) + costUnit*uint32(s.extra)
	}
	literals := c.costs
	for i, cost := range literals {
		literals[i] = max(cost, costUnit) // no code is shorter than a bit
	}
	costs, last := o.costs[:len(data)+1], o.last[:len(data)+1]
	for i := range costs {
		costs[i] = ^uint32(0)
	}
	costs[0] = 0
	for i, v := range data {
		here := costs[i]
		if cost := here + literals[v]; cost < costs[i+1] {
			costs[i+1], last[i+1] = cost, token(v)
		}
		length := minMatch
		for _, m := range o.matches[o.starts[i]:o.starts[i+1]] {
			distance := m.distance()
			s := distanceSymbol(distance)
			far := here + max(c.far[s.code], costUnit) + costUnit*uint32(s.extra)
			end := m.length()
			if end > 2*longMatch {
				length = max(length, end-longMatch)
			}
			ends, lasts, lengths := costs[i:i+end+1], last[i:i+end+1], o.lengths[:end+1]
			for ; length <= end; length++ {
				if cost := far + lengths[length]; cost < ends[length] {
					ends[length], lasts[length] = cost, match(length, distance)
				}
			}
		}
	}
	return costs[len(data)]
}

// longMatch is the number of lengths that are tried of a match longer than twice that.
const longMatch = 32

// trace returns the tokens of the cheapest sequence, the last one first.
func (o *optimizer) trace(data []byte) []token {
	path := o.path[:0]
	for i := len(data); i > 0; {
		t := o.last[i]
		path = append(path, t)
		if t.distance() == 0 {
			i--
		} else {
			i -= t.length()
		}
	}
	return path
}

// all appends the matches at a position to found, in ascending order of their lengths and distances. A match ends before
// end. If found has no more capacity, a longer match replaces the last one.
func (m *matcher) all(at, end int, e Effort, found []token) []token {
	data, prev := m.data, m.prev
	most := min(maxMatch, end-at)
	if most < minMatch || at+4 > len(data) {
		return found
	}
	here := data[at : at+most]
	v := binary.LittleEndian.Uint32(data[at:])
	oldest := max(at-window, 0)
	if c := int(m.head3[hash3(v)&uint32(len(m.head3)-1)]) - 1; c >= oldest && (binary.LittleEndian.Uint32(data[c:])^v)&0xffffff == 0 {
		found = append(found, match(minMatch, at-c))
	}
	if most < 4 {
		return found
	}
	best, mask := minMatch, len(prev)-1
	last := binary.LittleEndian.Uint32(here[best-3:])
	nice := min(e.nice, most)
	for c, chain := int(m.head[m.hash4(v)])-1, e.chain; c >= oldest && chain > 0; chain-- {
		if binary.LittleEndian.Uint32(data[c+best-3:]) == last && binary.LittleEndian.Uint32(data[c:]) == v {
			if n := common(data[c:], here); n > best {
				if len(found) == cap(found) {
					found = found[:len(found)-1]
				}
				best, found = n, append(found, match(n, at-c))
				if n >= nice {
					break
				}
				last = binary.LittleEndian.Uint32(here[best-3:])
			}
		}
		c = int(prev[c&mask]) - 1
	}
	return found
}
