package icc

import (
	"bytes"
	"image"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// clouds are pixels as a photo has them: many of few colours, somewhat apart.
func clouds(n int) []byte {
	rnd, out := rand.New(rand.NewPCG(5, 6)), make([]byte, 0, 4*n)
	for len(out) < 4*n {
		r, g, b := rnd.IntN(256), rnd.IntN(256), rnd.IntN(256)
		for range 500 {
			near := func(v int) byte { return byte(min(max(v+int(4*rnd.NormFloat64()), 0), 255)) }
			out = append(out, near(r), near(g), near(b), byte(rnd.IntN(256)))
		}
	}
	return out[:4*n]
}

// apart counts the samples that are 0, 1, 2 … levels apart, and sees to it that alpha is kept.
func apart(t *testing.T, source, a, b []byte) (levels [256]int) {
	for i := range a {
		if i%4 == 3 {
			require.Equal(t, source[i], a[i])
			continue
		}
		levels[max(a[i], b[i])-min(a[i], b[i])]++
	}
	return levels
}

func TestTheQuickWaysAreAsGoodAsTheSlowOne(t *testing.T) {
	source := clouds(6_000)
	pq, err := New(rec2020, PQ(), false)
	require.NoError(t, err)
	transforms := map[string]*Transform{"PQ": pq}
	for name, profile := range testProfiles() {
		tr, err := Parse(profile)
		require.NoError(t, err)
		if tr.Space() == RGB && !tr.Identity() {
			transforms[name] = tr
		}
	}
	for name, tr := range transforms {
		require.True(t, (tr.packed != nil) != (tr.cells != nil), name)
		slow, quick := make([]byte, len(source)), make([]byte, len(source))
		run := run{Transform: tr}
		run.slow(slow, source)
		for range worthwhile {
			run.row(quick, source)
		}
		n := apart(t, source, quick, slow)
		total := 3 * len(source) / 4
		if tr.packed != nil {
			assert.GreaterOrEqual(t, n[0]+n[1], total, name)
			assert.GreaterOrEqual(t, n[0], total*98/100, name)
		} else {
			assert.NotZero(t, tr.cells.made.Load())
			assert.GreaterOrEqual(t, n[0]+n[1], total*999/1000, name)
			assert.GreaterOrEqual(t, n[0], total*80/100, name)
			assert.Less(t, len(run.later), len(source)/4/3, "%s: the shortcut is hardly ever taken", name)
		}
		again := bytes.Clone(source)
		run.row(again, again)
		assert.True(t, bytes.Equal(quick, again), "%s: in place, and with the cells that there are", name)
	}
}

func TestGoroutinesShareTheCells(t *testing.T) {
	img := &image.NRGBA{Pix: clouds(40_000), Stride: 800, Rect: image.Rect(0, 0, 200, 200)}
	tr := parse(t, "rgb-mab-all-v4")
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() { tr.Apply(img) })
	}
	wg.Wait()
	a, b := tr.Apply(img).(*image.NRGBA), parse(t, "rgb-mab-all-v4").Apply(img).(*image.NRGBA)
	n := apart(t, img.Pix, a.Pix, b.Pix)
	assert.GreaterOrEqual(t, n[0]+n[1], len(img.Pix)*3/4*999/1000)
}

// A profile with primaries that sums in 21 bits can't hold is converted all the same.
func TestFarPrimariesAreConvertedSlowly(t *testing.T) {
	far := Primaries{White: D65, Red: [2]float64{0.9, 0.1}, Green: [2]float64{-0.4, 1.3}, Blue: [2]float64{0.15, -0.3}}
	tr, err := New(far, TransferFunc(func(x float64) float64 { return x }), false)
	require.NoError(t, err)
	require.Nil(t, tr.packed)
	assert.Equal(t, [][3]byte{{0, 0, 0}, {255, 255, 255}}, convert(t, tr, [][]byte{{0, 0, 0}, {255, 255, 255}}))
}
