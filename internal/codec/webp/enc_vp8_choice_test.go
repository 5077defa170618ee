package webp

import (
	"math/rand/v2"
	"testing"

	"github.com/rest-thumbnails/thumbnail/internal/imagetest"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// weigh returns the sum that the trellis minimizes: the rate, and the squared error relative to that of a block without coefficients.
func weigh(raw *group, q *quantizer, levels *[16]int16, costs *planeCosts, first, context int, lambda int64) (sum int64) {
	count := 0
	for n := first; n < 16; n++ {
		v, step := int64(raw[zigzag[n]]), int64(q.step[zigzag[n]])
		d := v - int64(levels[n])*step
		sum += (d*d - v*v) * 1024
		if levels[n] != 0 {
			count = n + 1
		}
	}
	return sum + lambda*int64(costs.rate(levels, count, first, context))
}

func TestTheTrellisFindsTheBestLevels(t *testing.T) {
	r := rand.New(rand.NewPCG(23, 24))
	var trellis trellis
	changed := 0
	for range 400 {
		plane := r.IntN(planes)
		first, context := firstOf(plane), r.IntN(3)
		var costs planeCosts
		costs.set(plane, &defaultTokenProbs[plane])
		q := newQuantizer(&[16]int32{int32(8 + r.IntN(40)), int32(8 + r.IntN(40))}, bias{110, 106})
		var raw group
		for n := first; n < 7; n++ {
			raw[zigzag[n]] = int16(r.IntN(240) - 120)
		}
		g, c := raw, coded{}
		quantize(&g, q, &c)
		lambda := int64(q.step[1]) * int64(q.step[1]) / int64(1+r.IntN(20))
		plain := c.levels[0]
		if trellis.refine(&raw, &g, 0, q, &c, &costs, first, context, lambda) {
			changed++
			require.NotEqual(t, plain, c.levels[0])
		}
		for n := range 16 {
			require.EqualValues(t, c.levels[0][n]*q.step[zigzag[n]], g[zigzag[n]], "what the levels stand for")
			require.False(t, c.levels[0][n] != 0 && n >= int(c.counts[0]), "nothing follows the last coefficient")
		}
		got := weigh(&raw, q, &c.levels[0], &costs, first, context, lambda)
		for choice := range 1 << 7 {
			var levels [16]int16 // each coefficient has the nearest level, or the next level toward zero
			require.LessOrEqual(t, got, weigh(&raw, q, &levels, &costs, first, context, lambda))
			for n := first; n < 7 && plainCount(&plain) > n; n++ {
				v, step := int32(raw[zigzag[n]]), int32(q.step[zigzag[n]])
				level := max((abs(v)+step/2)/step-int32(choice>>n&1), 0)
				levels[n] = int16(level * max(min(v, 1), -1))
				// The block may end after this level.
				require.LessOrEqual(t, got, weigh(&raw, q, &levels, &costs, first, context, lambda))
			}
		}
	}
	assert.Greater(t, changed, 50)
}

func plainCount(levels *[16]int16) int {
	n := 16
	for n > 0 && levels[n-1] == 0 {
		n--
	}
	return n
}

func TestMacroblocksOfHighActivityHaveLargerSteps(t *testing.T) {
	img := imagetest.Noise(256, 64, 11)
	for i := range img.Pix {
		if x := i / 4 % 256; x < 128 && i&3 < 3 {
			img.Pix[i] = byte(x)
		}
	}
	src, err := newVP8Source(t.Context(), img)
	require.NoError(t, err)
	e := newVP8Encoder(t.Context(), src, vp8Options{Quality: 80, Effort: 4})
	require.NoError(t, e.encode(nil))
	calm, busy := &e.segments[e.records[2].segment], &e.segments[e.records[13].segment]
	assert.Greater(t, busy.index, calm.index+5)
}

func TestHigherQualityMeansMoreBytesAndLessError(t *testing.T) {
	img := randomPicture(rand.New(rand.NewPCG(25, 31)), 160, 120)
	for i := range img.Pix {
		if i&3 < 3 {
			img.Pix[i] ^= byte(i*7) & 15
		}
	}
	for effort := range 7 {
		before, worse := 0, int64(1<<62)
		for _, quality := range []float64{5, 30, 55, 75, 90, 100} {
			payload, err := lossy(t.Context(), img, vp8Options{Quality: quality, Effort: effort})
			require.NoError(t, err)
			got, err := decodeVP8(t.Context(), payload)
			require.NoError(t, err)
			sum := int64(0)
			for i := range got.Pix {
				d := int64(got.Pix[i]) - int64(img.Pix[i])
				sum += d * d
			}
			assert.Greater(t, len(payload), before, "quality %v, effort %d", quality, effort)
			assert.Less(t, sum, worse, "quality %v, effort %d", quality, effort)
			before, worse = len(payload), sum
		}
	}
}
