package png

import (
	"bytes"
	"compress/flate"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
	"github.com/rest-thumbnails/thumbnail/internal/imagetest/codectest"
)

// A pairOf is two inflaters for streams of up to total bytes. Their windows end at the end of a page.
type pairOf struct{ first, second Inflater }

func newPair(t *testing.T, total int) *pairOf {
	p := new(pairOf)
	for _, f := range []*Inflater{&p.first, &p.second} {
		f.z.window = codectest.AtPageEnd(t, history+max(total, produce)+slop)
	}
	return p
}

// rows returns the rows of two streams of total bytes, and the errors that end them.
func (p *pairOf) rows(t *testing.T, streams [2][]byte, row, total int, together bool) (got [2][]byte, errs [2]error) {
	meter := codec.NewMeter(t.Context(), 1<<40)
	for i, f := range []*Inflater{&p.first, &p.second} {
		if errs[i] = f.Reset(streams[i], false, max(total, produce), total, meter); errs[i] != nil {
			return got, errs
		}
	}
	if together {
		p.first.Lead(&p.second)
	}
	for i, f := range []*Inflater{&p.first, &p.second} {
		for errs[i] == nil && len(got[i]) < total {
			var b []byte
			b, errs[i] = f.Next(row)
			got[i] = append(got[i], b...)
		}
	}
	return got, errs
}

// randomStream returns n bytes with matches of different distances and codes of different lengths, and a stream of them.
func randomStream(rng *rand.Rand, n int) (raw, stream []byte) {
	raw = make([]byte, n)
	mask, period, same, spread := byte(rng.Uint32()), 1+rng.IntN(1<<rng.IntN(16)), 1+rng.IntN(30), float64(rng.IntN(60))
	for i := range raw {
		if raw[i] = byte(rng.NormFloat64()*spread) & mask; i >= period && rng.IntN(same) > 0 {
			raw[i] = raw[i-period]
		}
	}
	return raw, deflated(raw, []int{0, 1, 1, 6, flate.HuffmanOnly}[rng.IntN(5)])
}

func TestTwoStreamsHaveTheSameBytesTogetherAndAlone(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 3))
	const total = 60_000
	pair := newPair(t, total)
	for n := range 24 {
		var raws, streams [2][]byte
		for i := range streams {
			raws[i], streams[i] = randomStream(rng, total)
		}
		damaged := n%2 == 1
		if damaged {
			s := streams[rng.IntN(2)]
			for range 1 + rng.IntN(3) {
				s[2+rng.IntN(len(s)-2)] ^= byte(1 << rng.IntN(8))
			}
			if i := rng.IntN(4); i < 2 {
				streams[i] = streams[i][:2+rng.IntN(len(streams[i])-2)]
			}
		}
		row := 1 << rng.IntN(12)
		size := total / row * row
		alone, aloneErrs := pair.rows(t, streams, row, size, false)
		got, errs := pair.rows(t, streams, row, size, true)
		for i := range got {
			require.Equal(t, aloneErrs[i] == nil, errs[i] == nil, "%v, %v", aloneErrs[i], errs[i])
			require.True(t, bytes.Equal(alone[i], got[i]), "%d bytes, %d alone", len(got[i]), len(alone[i]))
			if !damaged {
				require.NoError(t, errs[i])
				require.True(t, bytes.Equal(raws[i][:size], got[i]))
			}
		}
	}
}

func BenchmarkPairAgainstEachAlone(b *testing.B) {
	z, row, rows := photoStream()
	var first, second Inflater
	meter := codec.NewMeter(b.Context(), 1<<60)
	run := func(together bool) {
		for _, f := range []*Inflater{&first, &second} {
			require.NoError(b, f.Reset(z, false, row*rows, row*rows, meter))
		}
		if together {
			first.Lead(&second)
		}
		for _, f := range []*Inflater{&first, &second} {
			for range rows {
				if _, err := f.Next(row); err != nil {
					b.Fatal(err)
				}
			}
		}
	}
	rival(b, "alone", func() { run(true) }, func() { run(false) })
}
