package webp

import (
	"context"
	"image"
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
