package webp

import "context"

// A parsedStep is one of a parsing, as it is written: a color of the cache, a literal pixel, or a copy.
type parsedStep struct {
	at       int    // the first pixel
	n        int    // pixels of a copy; 0: it is none
	distance int    // code of a copy's distance
	key      int    // in the cache; -1: a literal pixel
	v        uint32 // that pixel
}

// A parsingWalk goes through the steps of a parsing.
type parsingWalk struct {
	parsedStep
	p           *parsing
	ctx         context.Context
	err         error // of ctx
	next        int
	look        int
	cached      int // pixels before this one are in the cache
	left, above int // codes
}

// walk returns a parsingWalk that stands before the first step. There is one at a time.
func (p *parsing) walk(ctx context.Context) parsingWalk {
	clear(p.cache[:])
	return parsingWalk{p: p, ctx: ctx, left: distanceCode(1, p.width), above: distanceCode(p.width, p.width)}
}

// ok goes to the next step, if there is one.
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

// lookUp looks for the pixel in the cache, once all before it are there.
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

// symbols returns those of the step, and how many they are.
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

// A cacheTrial counts what the steps of a parsing become with caches of several sizes.
type cacheTrial struct {
	copies [greenSymbols - 256 + distanceSymbols]uint32 // lengths, then distances
	extra  int64                                        // bits of these
	sizes  [len(cacheSizes)]cacheCounts
	tried  int // the sizes
}

// cacheSizes are the sizes of caches that are tried, as numbers of bits of a key. The last one is the largest.
var cacheSizes = [...]uint{2, 4, 6, 8, 10}

// reset forgets everything. Of caches those are tried that have an entry for four pixels or more.
func (t *cacheTrial) reset(pixels int) {
	clear(t.copies[:])
	t.extra, t.tried = 0, 0
	for i, bits := range cacheSizes {
		if 4<<bits > pixels {
			break
		}
		c := &t.sizes[i]
		clear(c.hits[:1<<bits])
		clear(c.counts[:])
		clear(c.colors[:1<<bits])
		t.tried++
	}
}

// A cacheCounts is of one size.
type cacheCounts struct {
	hits   [1 << maxCacheBits]uint32 // by key
	counts [4 * 256]uint32           // samples of what is not in the cache: blue, green, red, alpha
	colors [1 << maxCacheBits]uint32
}

// bestCache returns the size of the cache for which the symbols of the steps, and their extra bits, are the fewest
// bits, and how many these are.
func (p *parsing) bestCache(ctx context.Context, t *cacheTrial) (best uint, least int64, err error) {
	t.reset(len(p.px))
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
	for i, bits := range cacheSizes[:t.tried] {
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

// put puts a color into all caches.
func (t *cacheTrial) put(v uint32) {
	key := cacheKey(v, maxCacheBits)
	for i := range t.sizes[:t.tried] {
		t.sizes[i].colors[key>>(maxCacheBits-cacheSizes[i])&(1<<maxCacheBits-1)] = v
	}
}

// look counts a pixel, which is in some caches perhaps, and puts it into all.
func (t *cacheTrial) look(v uint32) {
	key := cacheKey(v, maxCacheBits)
	for i := range t.sizes[:t.tried] {
		c, k := &t.sizes[i], key>>(maxCacheBits-cacheSizes[i])&(1<<maxCacheBits-1)
		if c.colors[k] == v {
			c.hits[k]++
		} else {
			c.colors[k] = v
			addPixel(&c.counts, v)
		}
	}
}

// symbolCost estimates what symbols and their code take, in bits.
func symbolCost(counts []uint32) int64 { return entropy(counts) + codeCost(counts) }

// cost estimates what symbols and their codes take, in bits.
func (a alphabets) cost(counts []uint32) (n int64) {
	a.each(func(from, to int) {
		n += symbolCost(counts[from:to])
	})
	return n
}

// codeCost estimates what the lengths of a code take, in bits.
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

// codeBits estimates what the lengths of a code of that many symbols take, in bits, which stand one after the other
// without that many gaps.
func codeBits(kinds, gaps int64, last int) int64 {
	switch {
	case kinds < 2 && last < 256:
		return 5
	case kinds == 2 && last < 256:
		return 17
	}
	return 40 + 3*kinds + 6*gaps
}
