package webp

import (
	"context"
	"image"
	"slices"
	"sync"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
)

// vp8lOptions are the options of encodeVP8L.
type vp8lOptions struct {
	effort int  // 0 (fast) to 6 (small)
	exact  bool // keep the colors of fully transparent pixels
}

// encodeVP8L returns img as the content of a "VP8L" chunk (RFC 9649). The upper left corner of img is at (0,0). The
// output depends only on the pixels and the options. Memory is charged to the account of ctx. The capacity of the
// result stays charged when encodeVP8L returns.
func encodeVP8L(ctx context.Context, img *image.NRGBA, o vp8lOptions) ([]byte, error) {
	e, err := newVP8LEncoder(ctx, o)
	if err != nil {
		return nil, err
	}
	defer e.close()
	if err := e.picture(img); err != nil {
		return nil, err
	}
	out, err := e.w.finish()
	if err != nil {
		return nil, err
	}
	e.w.buf = nil // the caller owns buf now
	return out, nil
}

// parsedPixels are the pixels whose first parsing a draft has left.
type parsedPixels uint8

const (
	nothingParsed parsedPixels = iota
	alikeParsed                // pixels that are alike
	keptParsed                 // the kept residuals
)

// A vp8lEncoder encodes one picture.
type vp8lEncoder struct {
	ctx     context.Context
	account *codec.Account
	taken   int64 // bytes charged to account, without those of w
	vp8lOptions

	w         bitSink
	maker     codeMaker
	finder    finder
	parsing   parsing
	prices    prices
	symbols   [maxAlphabets]uint32
	trial     cacheTrial
	table     colorTable
	predictor predictor
	book      [1]codeBook // of an image with one prefix code group
	width     int
	height    int
	keep      bool // the finder is kept for further images

	tiny      bool // the picture has at most 16 colors
	predicted bool // the pixels are residuals of a prediction
	alike     bool // pixels are equal if and only if they are equal in the picture
	keeping   bool // the residuals of a draft are kept
	reusing   bool // the pixels are the kept residuals
	parsed    parsedPixels

	shared    []uint32  // the matches of all images whose pixels are alike
	apart     int       // number of matches of an image that are stored apart from shared
	few       bool      // the picture can have a palette
	latest    residuals // of the last prediction
	kept      residuals // of the best draft with prediction
	busy      int       // number of pixels that differ from their left and upper neighbors
	residuals int64     // estimated size with prediction

	draft bool  // only estimate the size of the picture
	bits  int64 // the estimate

	sub *vp8lEncoder // encoder of images other than the main image

	charged int         // number of pixels that the tables are charged for
	scratch [6][]uint32 // copies of the pixels, and matches
}

// vp8lEncoderBytes is an upper bound of the size of a vp8lEncoder.
const vp8lEncoderBytes = 216 << 10

// keptPixels is the largest number of pixels for which an unused encoder keeps its tables and its copies of the pixels.
const keptPixels = 1 << 16

// vp8lEncoders keeps unused encoders, because of their scratch memory.
var vp8lEncoders = sync.Pool{New: func() any { return new(vp8lEncoder) }}

func newVP8LEncoder(ctx context.Context, o vp8lOptions) (*vp8lEncoder, error) {
	account := codec.AccountOf(ctx)
	if err := account.Take(vp8lEncoderBytes); err != nil {
		return nil, err
	}
	e := vp8lEncoders.Get().(*vp8lEncoder)
	e.ctx, e.account, e.taken, e.vp8lOptions, e.w = ctx, account, vp8lEncoderBytes, o, bitSink{account: account}
	e.few, e.tiny, e.alike, e.shared, e.parsed = false, false, false, nil, nothingParsed
	return e, nil
}

func (e *vp8lEncoder) take(n int64) error {
	err := e.account.Take(n)
	if err == nil {
		e.taken += n
	}
	return err
}

func (e *vp8lEncoder) give(n int64) {
	e.account.Give(n)
	e.taken -= n
}

// close gives the memory back. The encoder can't be used afterwards.
func (e *vp8lEncoder) close() {
	if e.sub != nil {
		e.sub.close()
		e.sub = nil
	}
	e.give(e.taken)
	e.w.close()
	p := &e.parsing
	p.px, p.found, e.shared = nil, nil, nil
	e.latest.clear()
	e.kept.clear()
	if e.finder.prev == nil || cap(p.steps) > keptPixels {
		p.steps, e.finder = nil, finder{}
	}
	for i := range e.scratch {
		if cap(e.scratch[i]) > keptPixels {
			e.scratch[i] = nil
		}
	}
	e.charged, e.keep, e.draft = 0, false, false
	e.ctx, e.account = nil, nil
	vp8lEncoders.Put(e)
}

// takenFor allocates n elements and charges them to the account. size is the size of an element in bytes.
func takenFor[T any](e *vp8lEncoder, n int, size int64) ([]T, error) {
	if err := e.take(int64(n) * size); err != nil {
		return nil, err
	}
	return make([]T, n), nil
}

// pixelsFor returns a copy of the pixels, without their values, and charges it to the account. i is its number in scratch.
func (e *vp8lEncoder) pixelsFor(i, n int) ([]uint32, error) {
	if err := e.take(4 * int64(n)); err != nil {
		return nil, err
	}
	if cap(e.scratch[i]) < n {
		e.scratch[i] = make([]uint32, n)
	}
	return e.scratch[i][:n], nil
}

// giveBack gives the memory of a copy of n pixels back.
func (e *vp8lEncoder) giveBack(i, n int) {
	e.give(4 * int64(n))
	if cap(e.scratch[i]) > keptPixels {
		e.scratch[i] = nil
	}
}

// allocate makes the tables for images of up to n pixels.
func (e *vp8lEncoder) allocate(n int) (err error) {
	if n <= e.charged {
		return nil
	}
	bytes := func(n int) int64 { return 2*4<<headBits(n) + 4<<pairBits(n) + 10*int64(n) }
	if e.charged > 0 {
		e.give(bytes(e.charged))
		e.charged = 0
	}
	kept := n <= cap(e.parsing.steps) && e.finder.prev != nil
	if !kept {
		e.finder, e.parsing.found, e.parsing.steps = finder{}, nil, nil
	}
	if err := e.take(bytes(n)); err != nil {
		return err
	}
	e.charged = n
	if kept {
		return nil
	}
	e.finder = finder{head: make([]int32, 1<<headBits(n)), pairs: make([]int32, 1<<pairBits(n)), prev: make([]int32, n), found: make([]uint32, n)}
	e.finder.window.last = make([]int32, 1<<headBits(n))
	e.parsing.steps = make([]uint16, n)
	return nil
}

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
