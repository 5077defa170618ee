package jpeg

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"math/rand"
	"os"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
	"github.com/rest-thumbnails/thumbnail/internal/imagetest"
)

// flatFile returns a gray file of n×n pixels. All scans of the script contain only zeros.
func flatFile(n int, progressive bool, script []scan, before func(w *writer)) []byte {
	c := randomCoded(rand.New(rand.NewSource(1)), n, n, [2]int{1, 1})
	for i := range c.comps[0].blocks {
		c.comps[0].blocks[i] = [64]int{}
	}
	c.progressive, c.eobRun = progressive, 32767
	data := c.file()
	if script == nil {
		return data
	}
	w := &writer{}
	w.tables() // sets the codes
	w.Reset()
	w.Write(data[:bytes.Index(data, []byte{0xFF, mSOS})])
	for _, s := range script {
		if before != nil {
			before(w)
		}
		c.scan(w, s)
	}
	w.Write([]byte{0xFF, mEOI})
	return w.Bytes()
}

// repeated returns a script with a DC scan and then n times the scan s.
func repeated(n int, s scan) []scan {
	one := []scanComponent{{}}
	script := []scan{{comps: one, al: 1}}
	for range n {
		s.comps = one
		script = append(script, s)
	}
	return script
}

// hostileFiles returns files whose work might be out of proportion to their size.
var hostileFiles = sync.OnceValue(makeHostileFiles)

func makeHostileFiles() map[string][]byte {
	small := func(w *writer) { w.tables() }
	sound := flatFile(64, false, nil, nil)
	behind := func(marker byte, what []byte) []byte { return insert(sound, marker, what...) }
	intervals := randomCoded(rand.New(rand.NewSource(2)), 1024, 1024, [2]int{1, 1}, [2]int{1, 1}, [2]int{1, 1})
	for i := range intervals.comps {
		clear(intervals.comps[i].blocks)
	}
	intervals.restart = 1
	dri := bytes.Repeat([]byte{0xFF, mDRI, 0, 4, 0, 1}, 100_000)
	return map[string][]byte{
		"refinements of nothing":       flatFile(1024, true, repeated(150, scan{ss: 1, se: 63, ah: 1}), nil),
		"refinements of little":        flatFile(1024, true, repeated(150, scan{ss: 5, se: 5, ah: 2, al: 1}), nil),
		"first scans again":            flatFile(1024, true, repeated(150, scan{ss: 1, se: 63, al: 1}), nil),
		"DC scans again":               flatFile(512, true, repeated(150, scan{al: 1}), nil),
		"scans of a small picture":     flatFile(8, true, repeated(3900, scan{ss: 1, se: 63, al: 1}), nil),
		"tables before each scan":      flatFile(8, true, repeated(3900, scan{ss: 1, se: 63, ah: 2, al: 1}), small),
		"a restart after each block":   intervals.file(),
		"restart intervals, again":     behind(mSOS, dri),
		"tables, again":                behind(mSOS, bytes.Repeat(sound[bytes.Index(sound, []byte{0xFF, mDHT}):][:2+int(sound[bytes.Index(sound, []byte{0xFF, mDHT})+3])], 3000)),
		"fill bytes":                   behind(mSOS, bytes.Repeat([]byte{0xFF}, 1<<20)),
		"stuffed zeros":                behind(mSOS, bytes.Repeat([]byte{0xFF, 0}, 1<<19)),
		"empty segments":               behind(mDQT, bytes.Repeat([]byte{0xFF, mAPP1, 0, 2}, 1<<18)),
		"EXIF blocks":                  behind(mDQT, bytes.Repeat([]byte("\xff\xe1\x00\x0aExif\x00\x00MM"), 80_000)),
		"parts of profiles":            behind(mDQT, bytes.Repeat([]byte("\xff\xe2\x00\x10ICC_PROFILE\x00\x01\xff"), 60_000)),
		"markers that stand alone":     behind(mDQT, bytes.Repeat([]byte{0xFF, mTEM}, 1<<19)),
		"fill bytes in the scan":       insertLast(sound, mEOI, bytes.Repeat([]byte{0xFF}, 1<<20)...),
		"tables behind the last scan":  insertLast(sound, mEOI, dri...),
		"progressive, trailing tables": insertLast(flatFile(64, true, nil, nil), mEOI, dri...),
	}
}

// ordinary returns a sound file with the given size and approximately the given number of bytes.
func ordinary(size image.Point, bytes int) []byte {
	rng := rand.New(rand.NewSource(3))
	c := randomCoded(rng, size.X, size.Y, [2]int{1, 1})
	data := c.file()
	for i := range c.comps[0].blocks { // fewer coefficients if the file must be small
		if len(data) > bytes {
			c.comps[0].blocks[i] = [64]int{rng.Intn(20)}
		}
	}
	return c.file()
}

// leastCPU returns the shortest CPU time of work in several tries.
func leastCPU(work func()) time.Duration {
	best := time.Hour
	for range 3 {
		before := imagetest.CPU()
		for begin := before; ; {
			work()
			if imagetest.CPU()-begin > 2*time.Millisecond {
				break
			}
		}
		best = min(best, imagetest.CPU()-before)
	}
	return best
}

func TestNoFileCostsMoreThanTwentyTimesAnOrdinaryOne(t *testing.T) {
	imagetest.Long(t)
	everything := func(data []byte, o codec.Options) error {
		ctx := context.Background()
		h, err := Format.Header(ctx, codec.NewBytesReader(ctx, data))
		if err != nil {
			return err
		}
		if _, err := Format.Color(ctx, data, &h); err != nil {
			return err
		}
		p, err := Format.Decode(ctx, data, &h, o)
		if err == nil {
			p.Release()
		}
		return err
	}
	worst := 0.
	defer func() { t.Logf("the worst costs %.1f times as much", worst) }()
	for name, data := range hostileFiles() {
		h, err := Format.Header(t.Context(), codec.NewBytesReader(t.Context(), data))
		require.NoError(t, err, name)
		side := max(h.Stored.X, 64)
		usual := ordinary(image.Pt(side, side), len(data))
		for _, least := range []image.Point{{}, h.Stored.Div(16)} {
			for _, tolerant := range []bool{false, true} {
				o := codec.Options{Least: least, Tolerant: tolerant}
				// If the ordinary file has fewer bytes, add the time that the missing bytes take in a file of high detail.
				base := leastCPU(func() { _ = everything(usual, o) })
				base += time.Duration(max(0, len(data)-len(usual))) * 4 * time.Nanosecond
				cost := leastCPU(func() { _ = everything(data, o) })
				worst = max(worst, float64(cost)/float64(base))
				assert.Less(t, cost, 20*base, fmt.Sprintf("%s, least %v, tolerant %v", name, least, tolerant))
			}
		}
	}
}

func TestCancellationEndsEveryWalk(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for name, data := range hostileFiles() {
		h, err := Format.Header(t.Context(), codec.NewBytesReader(t.Context(), data))
		require.NoError(t, err, name)
		_, err = Format.Header(ctx, codec.NewBytesReader(ctx, data))
		assert.ErrorIs(t, err, context.Canceled, name)
		_, err = Format.Color(ctx, data, &h)
		assert.ErrorIs(t, err, context.Canceled, name)
		for _, tolerant := range []bool{false, true} {
			_, err = Format.Decode(ctx, data, &h, codec.Options{Tolerant: tolerant})
			assert.ErrorIs(t, err, context.Canceled, name)
		}
	}
}

func TestAnAccountOfTheEstimateIsSufficientAndIsGivenBack(t *testing.T) {
	rng := rand.New(rand.NewSource(6))
	for i, sampling := range samplings {
		c := randomCoded(rng, 200+rng.Intn(90), 200+rng.Intn(90), sampling...)
		c.progressive = i%2 == 0
		data := c.file()
		for n := range 8 {
			o := codec.Options{Least: image.Pt(c.width, c.height).Div(n + 1), Tolerant: n%2 == 0}
			h, err := Format.Header(t.Context(), codec.NewBytesReader(t.Context(), data))
			require.NoError(t, err)
			for _, file := range [][]byte{data, data[:len(data)-2], data[:len(data)/2]} {
				account := codec.NewAccount(Format.Memory(&h, o))
				p, err := Format.Decode(codec.WithAccount(t.Context(), account), file, &h, o)
				require.NotErrorIs(t, err, codec.ErrTooLarge)
				if err == nil {
					assert.Positive(t, account.Used())
					p.Release()
					p.Release() // a second call has no effect
				}
				assert.Zero(t, account.Used())
				_, err = Format.Decode(codec.WithAccount(t.Context(), codec.NewAccount(account.Peak()-1)), file, &h, o)
				require.ErrorIs(t, err, codec.ErrTooLarge)
			}
		}
	}
}

// If THUMBNAIL_ALL is set, the test uses every file; otherwise every fourth.
func TestTheHeapStaysWithinTheAccount(t *testing.T) {
	every := 4
	if os.Getenv("THUMBNAIL_ALL") != "" {
		every = 1
	}
	for i, f := range corpusJPEGs(t) {
		if i%every != 0 {
			continue
		}
		data := imagetest.Read(t, f.Path)
		h, err := Format.Header(t.Context(), codec.NewBytesReader(t.Context(), data))
		if err != nil || h.Stored.X*h.Stored.Y > 20e6 {
			continue
		}
		for _, least := range []image.Point{{}, h.Stored.Div(10)} {
			o := codec.Options{Least: least, Tolerant: true}
			runtime.GC()
			runtime.GC()
			before := liveHeap()
			account := codec.NewAccount(Format.Memory(&h, o))
			p, err := Format.Decode(codec.WithAccount(t.Context(), account), data, &h, o)
			require.NotErrorIs(t, err, codec.ErrTooLarge, f.Name)
			runtime.GC()
			used := liveHeap() - before
			assert.LessOrEqual(t, float64(used), 1.1*float64(account.Peak())+4<<20, f.Name)
			runtime.KeepAlive(p)
			if err == nil {
				p.Release()
			}
		}
	}
}

func liveHeap() int64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
