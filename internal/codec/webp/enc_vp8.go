package webp

import (
	"context"
	"errors"
	"math"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
)

// vp8Options say how a lossy picture is encoded.
type vp8Options struct {
	Quality float64 // 0 to 100
	Effort  int     // 0, fast, to 6, small
}

// maxSide is the largest width and height that a header can state.
const maxSide = 16383

var errSide = errors.New("webp: a side of the picture is 0, or more than 16383 pixels")

// encodeVP8 encodes a key frame of VP8, the content of a chunk "VP8 ": RFC 6386. The bytes depend on
// the picture and the options alone.
//
// Modes and coefficients are chosen macroblock by macroblock, and kept until the probabilities are
// known with which they are written. That memory is taken from the account of ctx as it is needed,
// and given back. ctx is looked at once per row of macroblocks.
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

// vp8Encoder encodes one picture.
type vp8Encoder struct {
	ctx      context.Context
	account  *codec.Account
	taken    int64
	src      *vp8Source
	effort   int
	mbw, mbh int // macroblocks

	segments    []encSegment
	deltas      [5]int // of the quantiser's indices: y1 DC, y2 DC, y2 AC, chroma DC, chroma AC
	filterLevel int
	sharpness   int
	settings    settings

	records []record
	levels  levelStore
	counts  classCounts
	costs   [planes]planeCosts

	// What surrounds the macroblock.
	above     []neighbour
	left      neighbour
	y, cb, cr plane // the current row of macroblocks, as the decoder will see it
	around    [3]outline

	work workspace
}

// settings are what an effort means.
type settings struct {
	wholes, chromas, blocks int  // how many modes are coded to see which is the best
	trellis                 bool // levels are chosen by rate and distortion
}

var efforts = [7]settings{
	{1, 1, 1, false},
	{1, 1, 1, false},
	{1, 1, 1, false},
	{1, 1, 2, false},
	{2, 1, 4, true},
	{4, 4, modes, true},
	{4, 4, modes, true},
}

// record is what is kept of a macroblock, beside its coefficients.
type record struct {
	macroblock
}

// encSegment is what macroblocks of a kind have in common.
type encSegment struct {
	index       int // of the quantiser
	filterLevel int
	y1, y2, uv  *quantizer

	// A bit is worth so much squared error, in 1/16: 1/256 bit is worth lambda/16/256.
	lambda                         int64
	lambdaUV                       int64
	lambdaTrellis, lambdaTrellisUV int64
	good                           int64 // a score of luma below which 4×4 blocks are not tried
	hadamard                       int   // what a bit is worth in sums of hadamard
}

func newVP8Encoder(ctx context.Context, src *vp8Source, o vp8Options) *vp8Encoder {
	e := &vp8Encoder{
		ctx: ctx, account: codec.AccountOf(ctx), src: src, effort: min(max(o.Effort, 0), 6),
		mbw: (src.size.X + 15) / 16, mbh: (src.size.Y + 15) / 16,
	}
	e.levels.account = e.account
	e.settings = efforts[e.effort]
	e.segments = []encSegment{{index: indexOf(o.Quality)}}
	e.deltas = [5]int{3: -4}
	e.sharpness = 3
	for i := range e.segments {
		e.segments[i].set(e.deltas)
	}
	e.filterLevel = e.segments[0].filterLevel
	return e
}

// indexOf returns the index of the quantiser for a quality: as libwebp's, files grow by about the
// same factor from one quality to the next.
func indexOf(quality float64) int {
	v := min(max(quality, 0), 100) / 100
	if v < 0.75 {
		v *= 2.0 / 3
	} else {
		v = 2*v - 1
	}
	return min(max(int(float64(127*(1-math.Cbrt(v)))+0.5), 0), 127)
}

func (s *encSegment) set(deltas [5]int) {
	at := func(table *[128]uint16, delta int) int32 { return int32(table[min(max(s.index+delta, 0), 127)]) }
	y1 := [16]int32{at(&dcSteps, deltas[0]), at(&acSteps, 0)}
	y2 := [16]int32{2 * at(&dcSteps, deltas[1]), max(8, at(&acSteps, deltas[2])*155/100)}
	uv := [16]int32{min(132, at(&dcSteps, deltas[3])), at(&acSteps, deltas[4])}
	s.y1 = newQuantizer(&y1, bias{110, 106})
	s.y2 = newQuantizer(&y2, bias{108, 108})
	s.uv = newQuantizer(&uv, bias{110, 110})
	// The factors give the fewest bytes at the same scores of SSIMULACRA 2 and butteraugli. In squared
	// error more rate would be worth it: textures would be lost.
	q := float64(y1[1])
	bit := q * q * 3 / 8
	s.lambda = int64(0.7*bit) + 1
	s.lambdaUV = int64(0.5*bit) + 1
	s.lambdaTrellis = int64(0.3*bit) + 1
	s.lambdaTrellisUV = s.lambdaTrellis
	s.good = 4096 * int64(y1[1]) * int64(y1[1])
	s.hadamard = int(0.4*q) + 1
	s.filterLevel = max(1, min(63, int(0.3*q)))
}

// fixedBytes returns the memory that an encoder takes, without levels.
func (e *vp8Encoder) fixedBytes() int64 {
	return int64(e.mbw)*int64(e.mbh)*32 + int64(e.mbw)*1100 + 64<<10
}

func (e *vp8Encoder) close() {
	e.levels.close()
	e.account.Give(e.taken)
	e.taken = 0
}

// encode chooses modes and coefficients. It calls row, if that is not nil, for each row of
// macroblocks, which are in e.y, e.cb and e.cr then.
func (e *vp8Encoder) encode(row func(y int)) error {
	n := e.fixedBytes()
	if err := e.account.Take(n); err != nil {
		return err
	}
	e.taken += n
	e.records = make([]record, e.mbw*e.mbh)
	e.above = make([]neighbour, e.mbw)
	e.y, e.cb, e.cr = newPlane(16*e.mbw, 16), newPlane(8*e.mbw, 8), newPlane(8*e.mbw, 8)
	if err := e.divide(e.segments[0].index); err != nil {
		return err
	}
	e.learn(&defaultTokenProbs)
	for y := range e.mbh {
		if err := e.ctx.Err(); err != nil {
			return err
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

// learn makes costs of probabilities.
func (e *vp8Encoder) learn(probs *tokenProbs) {
	for plane := range e.costs {
		e.costs[plane].set(plane, &probs[plane])
	}
}

func (e *vp8Encoder) encodeRow(y int) error {
	e.y.begin(y == 0, 16)
	e.cb.begin(y == 0, 8)
	e.cr.begin(y == 0, 8)
	e.left = neighbour{}
	if y > 0 {
		e.learn(e.counts.probabilities())
	}
	for x := range e.mbw {
		if err := e.levels.reserve(); err != nil {
			return err
		}
		e.surround(x, y)
		e.src.load(x, y, &e.work.luma, &e.work.chroma)
		e.macroblock(x, &e.records[y*e.mbw+x])
	}
	return nil
}

// surround loads what macroblock x of the current row is predicted from.
func (e *vp8Encoder) surround(x, y int) {
	e.around[0].load(e.y.pix, e.y.origin+16*x, e.y.stride, 16)
	e.around[1].load(e.cb.pix, e.cb.origin+8*x, e.cb.stride, 8)
	e.around[2].load(e.cr.pix, e.cr.origin+8*x, e.cr.stride, 8)
	for i := range e.around {
		e.around[i].hasAbove, e.around[i].hasLeft = y > 0, x > 0
	}
}

// size returns how many levels are kept.
func (s *levelStore) size() int {
	n := 0
	for _, c := range s.chunks {
		n += len(c)
	}
	return n
}
