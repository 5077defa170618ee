package engine

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"image/color/palette"
	"image/gif"
	"math/rand/v2"
	"runtime"
	"testing"
	"time"

	"github.com/rest-thumbnails/thumbnail/internal/imagetest"
	"github.com/rest-thumbnails/thumbnail/processors"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A heap records the peak of the memory in use at its samples.
type heap struct{ most uint64 }

func (h *heap) look() {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	h.most = max(h.most, m.HeapAlloc)
}

// A watcher is a Processor that samples the heap every few frames.
type watcher struct {
	processors.Crop
	heap  *heap
	seen  *int
	every int
}

func (w watcher) Process(ctx context.Context, src image.Image, width, height int) (image.Image, error) {
	if *w.seen++; *w.seen%w.every == 0 {
		w.heap.look()
	}
	return w.Crop.Process(ctx, src, width, height)
}

// A watchedBuffer samples the heap when it has its full capacity.
type watchedBuffer struct {
	bytes.Buffer
	heap *heap
}

func (b *watchedBuffer) Grow(n int) {
	b.Buffer.Grow(n)
	b.heap.look()
}

// noise returns an animation that hardly compresses.
func noise(t testing.TB, n int, size image.Point) []byte {
	g, random := &gif.GIF{}, rand.New(rand.NewPCG(1, 2))
	for range n {
		frame := image.NewPaletted(image.Rectangle{Max: size}, palette.Plan9)
		for i := range frame.Pix {
			frame.Pix[i] = byte(random.Uint32())
		}
		g.Image, g.Delay = append(g.Image, frame), append(g.Delay, 5)
	}
	return encodeGIF(t, g)
}

func TestAnimationsAreMadeWithinTheirEstimatedMemory(t *testing.T) {
	imagetest.Long(t)
	for name, c := range map[string]struct {
		file  []byte
		width int
		every int // frames between samples, because each sample takes milliseconds
	}{
		"more than is held at a time": {noise(t, 44, image.Pt(500, 400)), 500, 11},
		"of more colors":              {noise(t, 9, image.Pt(500, 400)), 450, 1},
		"of large frames":             {noise(t, 2, image.Pt(1200, 1000)), 1200, 1},
		"enlarged":                    {noise(t, 10, image.Pt(80, 80)), 320, 1},
		"many frames":                 {noise(t, maxFrames, image.Pt(3, 3)), 3, 5000},
	} {
		h, err := DecodeHeader(bytes.NewReader(c.file))
		require.NoError(t, err)
		var before, while heap
		before.look()
		_, img, err := animate(t.Context(), c.file, watcher{heap: &while, seen: new(int), every: c.every}, c.width, 0, plenty)
		require.NoError(t, err)
		require.NoError(t, processors.GIF{}.Encode(&watchedBuffer{heap: &while}, img))
		runtime.KeepAlive(c.file)
		announced := h.AnimationBytes(img.Bounds().Size(), plenty) + h.DecodeBytes(image.Point{}) + 8*area(img.Bounds().Size()) // plus the memory for the still picture
		took := int64(while.most - before.most)
		assert.LessOrEqual(t, took, announced, name)
		t.Logf("%s: %.1f MB of %.1f MB, %.2f bytes per pixel of %d frames", name, float64(took)/1e6, float64(announced)/1e6,
			float64(took)/float64(int64(h.read.FrameCount)*area(img.Bounds().Size())), h.read.FrameCount)
	}
}

func TestAnAnimationOfMoreFramesThanTheEncoderHoldsKeepsItsFrames(t *testing.T) {
	imagetest.Long(t)
	size := image.Pt(640, 512)
	ground, n := imagetest.Gradient(size.X, size.Y), 32<<20/4/(size.X*size.Y)+6
	for name, colors := range map[string]int{"exact": 100, "dithered": 100_000} {
		few := uniform(size, color.NRGBA{20, 30, 40, 255})
		if colors > 256 {
			few = ground
		}
		f := &film{LoopCount: 3}
		for i := range n {
			frame := &image.NRGBA{Pix: bytes.Clone(few.Pix), Stride: few.Stride, Rect: few.Rect}
			fill(frame.SubImage(image.Rect(8*i, 5, 8*i+8, 13)).(*image.NRGBA), color.NRGBA{byte(4 * i), 200, 10, 255})
			f.Frames, f.Delays = append(f.Frames, frame), append(f.Delays, time.Duration(4+i)*10*time.Millisecond)
		}
		file := encoded(t, processors.GIF{}, f.animation())
		g, err := gif.DecodeAll(bytes.NewReader(file))
		require.NoError(t, err)
		assert.Equal(t, f.Delays, delaysOf(g.Delay...), name)
		assert.Equal(t, 3, g.LoopCount, name)
		for i, frame := range g.Image[1:] {
			assert.LessOrEqual(t, area(frame.Rect.Size()), int64(64*64), "%s: frame %d: what rests is written once", name, i+1)
		}
		again := composed(g)
		if colors <= 256 {
			assertSame(t, f, again, name)
		}
		for _, i := range []int{0, n / 2, n - 1} {
			assert.Less(t, distance(t, f.Frames[i], again.Frames[i]), 12.0, "%s: frame %d", name, i)
		}
	}
}

func BenchmarkAnimation(b *testing.B) {
	for name, c := range map[string]struct {
		file  []byte
		width int
	}{
		"lossless": {moving(b, 30, image.Pt(320, 240)), 320},
		"scaled":   {moving(b, 30, image.Pt(320, 240)), 160},
		"dithered": {noise(b, 10, image.Pt(320, 240)), 160},
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				pic, img, err := animate(b.Context(), c.file, processors.Crop{}, c.width, 0, plenty)
				require.NoError(b, err)
				require.NoError(b, pic.Encode(new(bytes.Buffer), processors.GIF{}, img))
			}
		})
	}
}
