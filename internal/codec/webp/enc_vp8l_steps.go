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

// A cacheTrial counts the symbols of a parsing for several sizes of the color cache.
type cacheTrial struct {
	copies [greenSymbols - 256 + distanceSymbols]uint32 // lengths, then distances
	extra  int64                                        // number of extra bits of lengths and distances
	sizes  [5]cacheCounts
	bits   []uint // the sizes that are tried
}

// cacheSizes are the sizes to try, as logarithms. smallSizes are those for a picture of up to fewPixels, and draftSizes
// those for a draft.
var cacheSizes, smallSizes, draftSizes = []uint{2, 4, 6, 8, 10}, []uint{1, 2, 3, 5, 7}, []uint{4, 8}

// reset clears the counts. Only caches with at most one entry per four pixels are tried.
func (t *cacheTrial) reset(pixels int, draft bool) {
	clear(t.copies[:])
	t.extra, t.bits = 0, cacheSizes
	switch {
	case pixels <= fewPixels:
		t.bits = smallSizes
	case draft:
		t.bits = draftSizes
	}
	for i, bits := range t.bits {
		if 4<<bits > pixels {
			t.bits = t.bits[:i]
			break
		}
		c := &t.sizes[i]
		clear(c.hits[:1<<bits])
		clear(c.counts[:])
		clear(c.colors[:1<<bits])
	}
}

// cacheCounts are the counts for one size.
type cacheCounts struct {
	hits   [1 << maxCacheBits]uint32 // number of hits, by cache index
	counts [4 * 256]uint32           // samples of the pixels that are not in the cache: blue, green, red, alpha
	colors [1 << maxCacheBits]uint32
}

// bestCache returns the size of the color cache that gives the fewest bits, and the estimated number of bits.
func (p *parsing) bestCache(ctx context.Context, t *cacheTrial, draft bool) (best uint, least int64, err error) {
	t.reset(len(p.px), draft)
	var direct [4 * 256]uint32
	p.cacheBits = 0
	s := p.walk(ctx)
	for s.ok() {
		if s.n > 0 {
			symbol, extra := prefix(s.n)
			t.copies[symbol]++
			t.extra += int64(extra)
			symbol, extra = prefix(s.distance)
			t.copies[greenSymbols-256+symbol]++
			t.extra += int64(extra)
			last := ^p.px[s.at]
			for _, v := range p.px[s.at:s.next] {
				if v != last {
					t.put(v)
					last = v
				}
			}
			continue
		}
		addPixel(&direct, s.v)
		t.look(s.v)
	}
	if s.err != nil {
		return 0, 0, s.err
	}
	var green [greenSymbols + 1<<maxCacheBits]uint32
	copy(green[256:], t.copies[:greenSymbols-256])
	cost := func(hits []uint32, counts *[4 * 256]uint32) int64 {
		copy(green[:256], counts[256:512])
		copy(green[greenSymbols:], hits)
		return symbolCost(green[:greenSymbols+len(hits)]) + symbolCost(counts[:256]) + symbolCost(counts[512:768]) + symbolCost(counts[768:])
	}
	least = cost(nil, &direct)
	for i, bits := range t.bits {
		if n := cost(t.sizes[i].hits[:1<<bits], &t.sizes[i].counts); n < least {
			least, best = n, bits
		}
	}
	return best, least + t.extra + symbolCost(t.copies[greenSymbols-256:]), nil
}

func addPixel(counts *[4 * 256]uint32, v uint32) {
	counts[v&0xff]++
	counts[256+v>>8&0xff]++
	counts[512+v>>16&0xff]++
	counts[768+v>>24]++
}

// put adds a color to all caches.
func (t *cacheTrial) put(v uint32) {
	key := cacheKey(v, maxCacheBits)
	for i, bits := range t.bits {
		t.sizes[i].colors[key>>(maxCacheBits-bits)&(1<<maxCacheBits-1)] = v
	}
}

// look looks a pixel up in all caches, counts the results, and adds the pixel.
func (t *cacheTrial) look(v uint32) {
	key := cacheKey(v, maxCacheBits)
	for i, bits := range t.bits {
		c, k := &t.sizes[i], key>>(maxCacheBits-bits)&(1<<maxCacheBits-1)
		if c.colors[k] == v {
			c.hits[k]++
		} else {
			c.colors[k] = v
			addPixel(&c.counts, v)
		}
	}
}

// symbolCost estimates the size of symbols and their prefix code, in bits. It is the sum of entropy and codeCost.
func symbolCost(counts []uint32) int64 {
	total, most, sum, kinds, gaps, last := uint32(0), uint32(0), int64(0), int64(0), int64(0), -1
	for s := 0; s < len(counts); s++ {
		n := counts[s]
		if n == 0 {
			for s+4 < len(counts) && counts[s+1]|counts[s+2]|counts[s+3]|counts[s+4] == 0 { // most symbols do not occur in small pictures
				s += 4
			}
			continue
		}
		sum -= nLog2(n)
		total += n
		most = max(most, n)
		kinds++
		if s != last+1 {
			gaps++
		}
		last = s
	}
	return refined(total, most, sum, int(kinds)) + codeBits(kinds, gaps, last)
}

// cost estimates the size of the symbols of all alphabets and their prefix codes, in bits.
func (a alphabets) cost(counts []uint32) (n int64) {
	a.each(func(from, to int) {
		n += symbolCost(counts[from:to])
	})
	return n
}

// codeCost estimates the size of a prefix code, in bits.
func codeCost(counts []uint32) int64 {
	kinds, gaps, last := int64(0), int64(0), -1
	for s, n := range counts {
		if n > 0 {
			kinds++
			if s != last+1 {
				gaps++
			}
			last = s
		}
	}
	return codeBits(kinds, gaps, last)
}

// codeBits estimates the size of a prefix code from the number of its symbols, the number of gaps between them, and
// the last symbol.
func codeBits(kinds, gaps int64, last int) int64 {
	switch {
	case kinds < 2 && last < 256:
		return 5
	case kinds == 2 && last < 256:
		return 17
	}
	return 40 + 3*kinds + 6*gaps
}
