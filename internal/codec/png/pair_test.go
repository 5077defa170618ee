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

// A pairOf is two inflaters for streams of up to total bytes. Their windows and their inputs end at the end of a
// page.
type pairOf struct {
	first, second Inflater
	inputs        [2][]byte
	direct        [2]int // by stream: number of rows that were decoded while the inflater read the input without copying it
}

func newPair(t *testing.T, total int) *pairOf {
	p := new(pairOf)
	for _, f := range []*Inflater{&p.first, &p.second} {
		f.z.window = codectest.AtPageEnd(t, history+max(total, produce)+slop)
	}
	for i := range p.inputs {
		p.inputs[i] = codectest.AtPageEnd(t, total+total/8+1000)
	}
	return p
}

// rows decodes two streams, which have total bytes each. It returns their rows, and the errors at which they end.
func (p *pairOf) rows(t *testing.T, streams [2][]byte, row, total int, together bool) (got [2][]byte, errs [2]error) {
	meter := codec.NewMeter(t.Context(), 1<<40)
	for i, f := range []*Inflater{&p.first, &p.second} {
		input := p.inputs[i][len(p.inputs[i])-len(streams[i]):]
		copy(input, streams[i])
		if errs[i] = f.Reset(input, false, max(total, produce), total, meter); errs[i] != nil {
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
			if in := &f.z.in; &in.buf[0] != &in.own[0] {
				p.direct[i]++
			}
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

// denseStream returns n bytes that do not repeat, and a stream of them that is almost as long.
func denseStream(rng *rand.Rand, n int) (raw, stream []byte) {
	raw = make([]byte, n)
	for i := range raw {
		raw[i] = byte(rng.NormFloat64() * 40)
	}
	return raw, deflated(raw, flate.HuffmanOnly)
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
		pair.compare(t, rng, raws, streams, n%2 == 1)
	}
}

// An inflater reads its stream without copying it while more than 64 KiB remain.
func TestTwoLongStreamsHaveTheSameBytesTogetherAndAlone(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 4))
	const total = 400_000
	pair := newPair(t, total)
	for n := range 8 {
		var raws, streams [2][]byte
		for i := range streams {
			if n/2 == i { // at least one stream of each pair is dense
				raws[i], streams[i] = randomStream(rng, total)
				continue
			}
			raws[i], streams[i] = denseStream(rng, total)
			require.Greater(t, len(streams[i]), 300_000)
		}
		pair.compare(t, rng, raws, streams, n%2 == 1)
	}
	require.Positive(t, pair.direct[0])
	require.Positive(t, pair.direct[1])
}

func TestTwoStreamsThatAreCutOffAbout64KiBHaveTheSameBytesTogetherAndAlone(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 5))
	const total = 100_000
	pair := newPair(t, total)
	var raws, whole [2][]byte
	for i := range whole {
		raws[i], whole[i] = denseStream(rng, total)
	}
	for _, less := range []int{1000, 20, 1, 0, -1, -20, -1000} {
		cut := idatBuffer - less
		streams := [2][]byte{whole[0][:cut], whole[1][:cut]}
		alone, aloneErrs := pair.rows(t, streams, 100, total, false)
		got, errs := pair.rows(t, streams, 100, total, true)
		for i := range got {
			require.Error(t, aloneErrs[i])
			require.Error(t, errs[i])
			require.True(t, bytes.Equal(alone[i], got[i]), "%d bytes, %d alone", len(got[i]), len(alone[i]))
			require.True(t, bytes.HasPrefix(raws[i], got[i]))
		}
	}
}

// compare decodes two streams together and alone, and requires the same rows. If damaged is true, it damages the
// streams first.
func (p *pairOf) compare(t *testing.T, rng *rand.Rand, raws, streams [2][]byte, damaged bool) {
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
	size := len(raws[0]) / row * row
	alone, aloneErrs := p.rows(t, streams, row, size, false)
	got, errs := p.rows(t, streams, row, size, true)
	for i := range got {
		require.Equal(t, aloneErrs[i] == nil, errs[i] == nil, "%v, %v", aloneErrs[i], errs[i])
		require.True(t, bytes.Equal(alone[i], got[i]), "%d bytes, %d alone", len(got[i]), len(alone[i]))
		if !damaged {
			require.NoError(t, errs[i])
			require.True(t, bytes.Equal(raws[i][:size], got[i]))
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
