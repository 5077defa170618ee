package webp

import (
	"context"
	"math/bits"
)

// A cacheTrial counts the symbols of a parsing for several sizes of the color cache.
//
// A smaller cache has a slot for several slots of a larger one, and a slot holds the last color that was put there. So a
// color in a cache is in all larger caches as well, and each literal is counted once: by the first size that has its color.
//
// If variants is true, the samples are also counted as they would be after two transforms that keep equal pixels equal: with
// green subtracted, and as indices of table, if that is not nil.
type cacheTrial struct {
	variants bool
	table    *colorTable

	copies [greenSymbols - 256 + distanceSymbols]uint32 // lengths, then distances
	extra  int64                                        // number of extra bits of lengths and distances
	bits   []uint                                       // the sizes that are tried, in ascending order
	sizes  [maxSizes]struct{ hits, colors [1 << maxCacheBits]uint32 }

	counts [maxSizes + 1][samplePlanes * 256]uint32 // samples of literals by the first size that has the color
	used   [samplePlanes * 4]uint64                 // the samples that occur, as bits
}

// The planes of the samples of literals. All but the first four are those of variants.
const (
	bluePlane = iota
	greenPlane
	redPlane
	alphaPlane
	blueLessGreen
	redLessGreen
	indexPlane
	samplePlanes
	noPlane = samplePlanes // all samples are equal
)

// planesOf are the planes that a transform leaves.
var planesOf = struct{ direct, green, index [4]int }{
	direct: [4]int{bluePlane, greenPlane, redPlane, alphaPlane},
	green:  [4]int{blueLessGreen, greenPlane, redLessGreen, alphaPlane},
	index:  [4]int{noPlane, indexPlane, noPlane, noPlane},
}

const maxSizes = 5

// cacheSizes are the sizes to try, as logarithms. smallSizes are those for a picture of up to fewPixels, and draftSizes
// those for a draft.
var cacheSizes, smallSizes, draftSizes = []uint{2, 4, 6, 8, 10}, []uint{1, 2, 3, 5, 7}, []uint{4, 8}

// reset clears the counts. Only caches with at most one entry per four pixels are tried.
func (t *cacheTrial) reset(pixels int, draft bool) {
	clear(t.copies[:])
	clear(t.used[:])
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
		clear(t.sizes[i].hits[:1<<bits])
		clear(t.sizes[i].colors[:1<<bits])
	}
	all := 4 * 256
	if t.variants {
		all = samplePlanes * 256
	}
	for i := range len(t.bits) + 1 {
		clear(t.counts[i][:all])
	}
}

// put adds a color to all caches.
func (t *cacheTrial) put(v uint32) {
	key := cacheKey(v, maxCacheBits)
	for i, bits := range t.bits {
		slot := &t.sizes[i].colors[key>>(maxCacheBits-bits)&(1<<maxCacheBits-1)]
		if *slot == v {
			return
		}
		*slot = v
	}
}

// look looks a pixel up in all caches, counts the result, and adds the pixel.
func (t *cacheTrial) look(v uint32) {
	key := cacheKey(v, maxCacheBits)
	first := len(t.bits)
	for i, bits := range t.bits {
		k := key >> (maxCacheBits - bits) & (1<<maxCacheBits - 1)
		if t.sizes[i].colors[k] == v {
			first = i
			break
		}
		t.sizes[i].colors[k] = v
	}
	for i := first; i < len(t.bits); i++ {
		t.sizes[i].hits[key>>(maxCacheBits-t.bits[i])&(1<<maxCacheBits-1)]++
	}
	t.count(first, bluePlane, v&0xff)
	t.count(first, greenPlane, v>>8&0xff)
	t.count(first, redPlane, v>>16&0xff)
	t.count(first, alphaPlane, v>>24)
	if t.variants {
		less := withoutGreen(v)
		t.count(first, blueLessGreen, less&0xff)
		t.count(first, redLessGreen, less>>16&0xff)
		if t.table != nil {
			t.count(first, indexPlane, uint32(t.table.slots[t.table.slot(v)]-1)&0xff)
		}
	}
}

func (t *cacheTrial) count(first, plane int, sample uint32) {
	t.counts[first][256*plane+int(sample)]++
	t.used[4*plane+int(sample/64)] |= 1 << (sample % 64)
}

// samples adds the samples of a plane to tallies: first those of all literals, then those that each cache leaves.
func (t *cacheTrial) samples(plane int, tallies []tally) {
	for w, used := range t.used[4*plane : 4*plane+4] {
		for ; used != 0; used &= used - 1 {
			s := 64*w + bits.TrailingZeros64(used)
			n := uint32(0)
			for i := len(t.bits); i >= 0; i-- {
				if n += t.counts[i][256*plane+s]; n > 0 {
					tallies[i].add(s, n)
				}
			}
		}
	}
}

// bestCache returns the size of the color cache that gives the fewest bits, and the estimated number of bits.
func (p *parsing) bestCache(ctx context.Context, t *cacheTrial, draft bool) (best uint, least int64, err error) {
	t.reset(len(p.px), draft)
	p.cacheBits = 0
	s := p.walk(ctx)
	for s.ok() {
		if s.n == 0 {
			t.look(s.v)
			continue
		}
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
	}
	if s.err != nil {
		return 0, 0, s.err
	}
	best, least = t.best(&planesOf.direct)
	return best, least, nil
}

// best returns the best size, and the estimated number of bits.
func (t *cacheTrial) best(planes *[4]int) (best uint, least int64) {
	n := len(t.bits) + 1
	var tallies [4][maxSizes + 1]tally
	for channel, plane := range planes {
		for i := range n {
			tallies[channel][i].last = -1
		}
		if plane != noPlane {
			t.samples(plane, tallies[channel][:n])
		}
	}
	for i := range n {
		green := &tallies[1][i]
		green.addAll(256, t.copies[:greenSymbols-256])
		if i > 0 {
			green.addAll(greenSymbols, t.sizes[i-1].hits[:1<<t.bits[i-1]])
		}
		bits := int64(0)
		for channel := range tallies {
			bits += tallies[channel][i].bits()
		}
		if i == 0 || bits < least {
			least, best = bits, 0
			if i > 0 {
				best = t.bits[i-1]
			}
		}
	}
	return best, least + t.extra + symbolCost(t.copies[greenSymbols-256:])
}
