package webp

import (
	"context"
	"errors"
	"image"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
)

// vp8Options are the options of encodeVP8.
type vp8Options struct {
	Quality float64 // 0 to 100
	Effort  int     // 0 (fast) to 6 (small)
}

// maxSide is the largest width and height that the format allows.
const maxSide = 16383

var errSide = errors.New("webp: a side of the picture is 0, or more than 16383 pixels")

// encodeVP8 encodes a VP8 key frame, the content of a "VP8 " chunk (RFC 6386). The output depends only on the pixels
// and the options.
//
// The encoder chooses the modes and coefficients of all macroblocks and keeps them in memory, because the token
// probabilities in the header are known only at the end. The memory is charged to the account of ctx while it is
// needed. The encoder checks ctx once per row of macroblocks.
func encodeVP8(ctx context.Context, src *vp8Source, o vp8Options) ([]byte, error) {
	if src.size.X < 1 || src.size.Y < 1 || src.size.X > maxSide || src.size.Y > maxSide {
		return nil, errSide
	}
	e := newVP8Encoder(ctx, src, o)
	defer e.close()
	if err := e.encode(nil); err != nil {
		return nil, err
	}
	return e.write()
}

// A vp8Encoder encodes one picture.
type vp8Encoder struct {
	ctx      context.Context
	account  *codec.Account
	taken    int64
	src      *vp8Source
	mbw, mbh int // size in macroblocks

	settings settings
	step     float64 // quantizer step of a macroblock of mean activity
	segments []encSegment

	records  []record
	levels   levelStore
	counts   classCounts
	costs    [planes]planeCosts
	modeCost int64 // cost of all modes so far, in 1/256 bit
	modeRoom int64 // limit of modeCost, per macroblock
	tight    bool  // the first partition is nearly full: only the cheapest modes are allowed

	// Prediction and context of the current macroblock.
	above     []neighbor
	left      neighbor
	y, cb, cr plane // the current row of macroblocks, reconstructed as in the decoder
	around    [3]outline

	work workspace
}

// settings are the parameters of one effort.
type settings struct {
	wholes, chromas, blocks int // number of candidate modes that are encoded completely

	// 4×4 prediction is not tried if the score of the best 16×16 mode is at most this many squared steps.
	good int64

	trellis bool // coefficient levels are chosen by rate and distortion
	twice   bool // token costs are learned in a first pass
}

var efforts = [7]settings{
	{wholes: 1, chromas: 1, blocks: 1, good: 6},
	{wholes: 1, chromas: 1, blocks: 1, good: 3},
	{wholes: 1, chromas: 1, blocks: 1, good: 2},
	{wholes: 1, chromas: 1, blocks: 2, good: 1},
	{wholes: 1, chromas: 1, blocks: 3, good: 1, trellis: true},
	{wholes: 4, chromas: 4, blocks: modes, trellis: true},
	{wholes: 4, chromas: 4, blocks: modes, trellis: true, twice: true},
}

// A record holds the modes of a macroblock until they are written.
type record struct {
	macroblock
}

func newVP8Encoder(ctx context.Context, src *vp8Source, o vp8Options) *vp8Encoder {
	e := &vp8Encoder{
		ctx: ctx, account: codec.AccountOf(ctx), src: src,
		mbw: (src.size.X + 15) / 16, mbh: (src.size.Y + 15) / 16,
	}
	e.levels.account = e.account
	e.settings = efforts[min(max(o.Effort, 0), 6)]
	e.step = stepOf(o.Quality)
	e.modeRoom = (maxFirstPartition-4096)*8*256/int64(e.mbw*e.mbh) - 3*256 // without the skip flags and the segments
	return e
}

// vp8Memory returns an upper bound of the memory that encodeVP8 and its source take. Noise at quality 100 reaches it. A
// photo at quality 80 takes a fifth of it.
func vp8Memory(size image.Point) int64 {
	macroblocks := int64(size.X+15) / 16 * (int64(size.Y+15) / 16)
	const levels, tokens, modes, kept = 2 * macroblockLevels * 33 / 32, 24 * 16 * 13 / 8, 2 * 64, 32
	return vp8SourceBytes(size) + macroblocks*(levels+tokens+modes+kept) + int64(size.X)*70 + 256<<10
}

// fixedBytes returns the memory of the encoder without the levels.
func (e *vp8Encoder) fixedBytes() int64 {
	return int64(e.mbw)*int64(e.mbh)*32 + int64(e.mbw)*1100 + 64<<10
}

func (e *vp8Encoder) close() {
	e.levels.close()
	e.account.Give(e.taken)
	e.taken = 0
}

// encode chooses modes and coefficients. After each row of macroblocks it calls row, if row is not nil; the row is
// then in e.y, e.cb and e.cr.
func (e *vp8Encoder) encode(row func(y int)) error {
	if err := e.take(e.fixedBytes()); err != nil {
		return err
	}
	e.records = make([]record, e.mbw*e.mbh)
	e.above = make([]neighbor, e.mbw)
	e.y, e.cb, e.cr = newPlane(16*e.mbw, 16), newPlane(8*e.mbw, 8), newPlane(8*e.mbw, 8)
	if err := e.divide(e.step); err != nil {
		return err
	}
	e.learn(&defaultTokenProbs)
	if e.settings.twice {
		if err := e.pass(nil); err != nil {
			return err
		}
		e.learn(e.counts.probabilities())
		e.levels.close()
		e.counts, e.modeCost = classCounts{}, 0
		clear(e.above)
	}
	return e.pass(row)
}

// take charges memory to the account until close.
func (e *vp8Encoder) take(n int64) error {
	if err := e.account.Take(n); err != nil {
		return err
	}
	e.taken += n
	return nil
}

// pass encodes all macroblocks.
func (e *vp8Encoder) pass(row func(y int)) error {
	learned := 16 // number of macroblocks encoded at the last call of learn
	for y := range e.mbh {
		if err := e.ctx.Err(); err != nil {
			return err
		}
		if done := y * e.mbw; !e.settings.twice && done >= 2*learned {
			e.learn(e.counts.probabilities())
			learned = done
		}
		if err := e.encodeRow(y); err != nil {
			return err
		}
		if row != nil {
			row(y)
		}
		e.y.end(16)
		e.cb.end(8)
		e.cr.end(8)
	}
	return nil
}

// learn sets the token costs from token probabilities.
func (e *vp8Encoder) learn(probs *tokenProbs) {
	for plane := range e.costs {
		e.costs[plane].set(plane, &probs[plane])
	}
}

func (e *vp8Encoder) encodeRow(y int) error {
	e.y.begin(y == 0, 16)
	e.cb.begin(y == 0, 8)
	e.cr.begin(y == 0, 8)
	e.left = neighbor{}
	for x := range e.mbw {
		if err := e.levels.reserve(); err != nil {
			return err
		}
		e.tight = e.modeCost > e.modeRoom*int64(y*e.mbw+x)
		e.surround(x, y)
		e.src.load(x, y, &e.work.luma, &e.work.chroma)
		e.macroblock(x, &e.records[y*e.mbw+x])
	}
	return nil
}

// surround loads the pixels that surround macroblock x of the current row.
func (e *vp8Encoder) surround(x, y int) {
	e.around[0].load(e.y.pix, e.y.origin+16*x, e.y.stride, 16)
	e.around[1].load(e.cb.pix, e.cb.origin+8*x, e.cb.stride, 8)
	e.around[2].load(e.cr.pix, e.cr.origin+8*x, e.cr.stride, 8)
	for i := range e.around {
		e.around[i].hasAbove, e.around[i].hasLeft = y > 0, x > 0
	}
}
