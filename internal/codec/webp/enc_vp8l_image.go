package webp

import "slices"

// chainTries is the number of entries of a hash chain that are examined, by effort.
var chainTries = [7]int{4, 8, 10, 12, 16, 48, 256}

// manyPixels is the number of pixels above which pictures without prediction, such as screenshots, are searched without the
// window, as are pictures with a palette. Most of their pixels have a long match nearby.
const manyPixels = 1 << 19

// fewPixels is the number of pixels up to which a picture of at most 16 colors is parsed twice with prices. In such a
// picture the symbols of the first parsing are often different from those of the second.
const fewPixels = 1 << 12

// image writes an image (RFC 9649, 5.2). Only the main image can have several prefix code groups.
func (e *vp8lEncoder) image(px []uint32, width int, top bool) error {
	if oneColor(px) {
		return e.uniform(px[0], top)
	}
	defer e.releaseMatches()
	a, err := e.parse(px, width, top)
	if err != nil || top && e.draft {
		return err
	}
	p := &e.parsing
	if top && !e.keep { // no further image needs the finder
		e.give(4 * int64(e.charged))
		if e.charged > keptPixels {
			e.finder.prev = nil
		}
	}
	if p.cacheBits > 0 {
		e.w.put(1|uint32(p.cacheBits)<<1, 5)
	} else {
		e.w.put(0, 1)
	}
	whole := e.symbols[:a.end]
	g := grouping{counts: [][]uint32{whole}}
	if top {
		if g, err = e.group(p, a, whole); err != nil {
			return err
		}
		if err := e.putGroups(&g); err != nil {
			return err
		}
	}
	return e.putSteps(a, &g)
}

// oneColor reports whether all pixels are equal.
func oneColor(px []uint32) bool {
	v := px[0]
	return !slices.ContainsFunc(px, func(w uint32) bool { return w != v })
}

// releaseMatches gives back the memory of matches that are stored apart from the shared ones.
func (e *vp8lEncoder) releaseMatches() {
	if e.apart > 0 {
		e.giveBack(3, e.apart)
		e.apart = 0
	}
}

// parse chooses the backward references and the color cache of an image, and counts its symbols.
func (e *vp8lEncoder) parse(px []uint32, width int, top bool) (alphabets, error) {
	n := len(px)
	p := &e.parsing
	p.px, p.width, p.steps = px, width, p.steps[:cap(p.steps)][:n]
	parsed := false
	switch {
	case top && e.reusing:
		p.found, parsed = e.kept.found, e.parsed == keptParsed
	case top && e.alike && len(e.shared) == n:
		p.found, parsed = e.shared, e.parsed == alikeParsed
	default:
		if err := e.match(px, top); err != nil {
			return alphabets{}, err
		}
	}
	if e.parsed = nothingParsed; e.draft && e.alike {
		e.parsed = alikeParsed
	}
	var err error
	if e.bits, err = p.start(e.ctx, &e.trial, top, e.draft, e.predicted, parsed); err != nil || top && e.draft {
		return alphabets{}, err
	}
	rounds := 1
	if e.effort > 4 || e.effort > 2 && len(px) <= fewPixels && !e.draft && e.tiny {
		rounds = 2
	}
	for i := range rounds {
		if i > 0 && top {
			var err error
			if p.cacheBits, _, err = p.bestCache(e.ctx, &e.trial, false); err != nil {
				return alphabets{}, err
			}
		}
		a := newAlphabets(p.cacheBits)
		if err := p.counts(e.ctx, a, e.symbols[:a.end]); err != nil {
			return a, err
		}
		if e.effort < 2 {
			break
		}
		e.prices.set(a, e.symbols[:a.end], min(len(px), maxCopy))
		if err := p.cheapest(e.ctx, &e.prices); err != nil {
			return a, err
		}
	}
	a := newAlphabets(p.cacheBits)
	return a, p.counts(e.ctx, a, e.symbols[:a.end])
}

// match finds the matches of an image.
func (e *vp8lEncoder) match(px []uint32, top bool) (err error) {
	f, n := e.finder, len(px)
	if top && (len(e.shared) > 0 || e.keeping && e.predicted) { // the memory of the finder is that of shared, or of later matches
		if f.found, err = e.pixelsFor(3, n); err != nil {
			return err
		}
		e.apart = n
	}
	f.head, f.pairs = f.head[:1<<headBits(n)], f.pairs[:1<<pairBits(n)]
	f.prev, f.found = f.prev[:n], f.found[:n]
	clear(f.head)
	clear(f.pairs)
	e.parsing.found = f.found
	share := top && e.alike
	tries := chainTries[e.effort]
	if top && e.draft && !((share || e.keeping) && n == e.width*e.height) {
		tries = (tries + 3) / 4
	}
	if err := f.find(e.ctx, px, tries, e.predicted || n <= manyPixels && !e.few); err != nil {
		return err
	}
	if share {
		e.shared = f.found
	}
	return nil
}
