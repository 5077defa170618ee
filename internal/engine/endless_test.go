package engine

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/color/palette"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"math/rand/v2"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/image/bmp"
	"golang.org/x/image/tiff"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
	"github.com/rest-thumbnails/thumbnail/internal/imagetest"
	"github.com/rest-thumbnails/thumbnail/processors"
)

// notice is how much work may be done before a canceled context is noticed.
const notice = 100 * time.Millisecond

// small returns files in the built-in formats. Other formats are tested with the seeds of their fuzz targets,
// and must have some.
func small(t *testing.T) (files [][]byte) {
	img := imagetest.Gradient(24, 20)
	paletted := image.NewPaletted(img.Rect, palette.WebSafe)
	for i := range paletted.Pix {
		paletted.Pix[i] = uint8(i % len(paletted.Palette))
	}
	for _, encode := range []func(w io.Writer) error{
		func(w io.Writer) error { return jpeg.Encode(w, img, nil) },
		func(w io.Writer) error { return png.Encode(w, img) },
		func(w io.Writer) error { return png.Encode(w, paletted) },
		func(w io.Writer) error { return processors.WebP{}.Encode(w, img) },
		func(w io.Writer) error { return processors.WebP{Lossless: processors.LosslessAlways}.Encode(w, img) },
		func(w io.Writer) error { return bmp.Encode(w, img) },
		func(w io.Writer) error { return bmp.Encode(w, paletted) },
		func(w io.Writer) error { return tiff.Encode(w, img, nil) },
		func(w io.Writer) error { return tiff.Encode(w, paletted, &tiff.Options{Compression: tiff.Deflate}) },
		func(w io.Writer) error {
			return gif.EncodeAll(w, &gif.GIF{Image: []*image.Paletted{paletted, paletted}, Delay: []int{5, 5}})
		},
	} {
		var b bytes.Buffer
		require.NoError(t, encode(&b))
		files = append(files, b.Bytes())
	}
	for _, file := range withSecrets(t) {
		files = append(files, file)
	}
	icon := append([]byte{0, 0, 1, 0, 1, 0, 24, 20, 0, 0, 1, 0, 32, 0, byte(len(files[1])), byte(len(files[1]) >> 8), 0, 0, 22, 0, 0, 0}, files[1]...)
	return append(files, icon)
}

// samplesOf returns files with a valid header of a format, from the files that the function small returns, and from
// the seeds of fuzz tests.
func samplesOf(t *testing.T, f *codec.Format) (samples [][]byte) {
	files := small(t)
	seeds, err := filepath.Glob(filepath.Join("..", "codec", f.Name, "testdata", "fuzz", "*", "*"))
	require.NoError(t, err)
	for _, path := range seeds {
		files = append(files, seedBytes(t, path)...)
	}
	for _, file := range files {
		if !f.Match(file[:min(64, len(file))]) {
			continue
		}
		if h, err := f.Header(t.Context(), codec.NewBytesReader(t.Context(), file)); err == nil && h.Stored.X*h.Stored.Y < 1<<20 {
			samples = append(samples, file)
		}
	}
	require.NotEmpty(t, samples, "no file of the format %s to try: it needs one in small, or a seed of a fuzz target", f.Name)
	return samples[:min(4, len(samples))]
}

// A structure describes an endless file: a beginning, and a part that repeats.
type structure struct{ begins, repeated []byte }

// longer repeats the repeated part, so that it is copied in large pieces.
func (s structure) longer() structure {
	s.repeated = bytes.Repeat(s.repeated, 1+(16<<10)/len(s.repeated))
	return s
}

// structures returns endless files that are derived from a sample without knowledge of its format: with a part
// that repeats, or with a beginning that is followed by endless noise or by one repeated byte.
func structures(sample []byte, seed uint64) (all []structure) {
	random := rand.New(rand.NewPCG(seed, 19))
	noise := make([]byte, 64<<10)
	for i := range noise {
		noise[i] = byte(random.Uint32())
	}
	n := len(sample)
	for range 24 {
		from := random.IntN(n)
		to := from + 1 + random.IntN(min(n-from, 300))
		all = append(all, structure{sample[:from], sample[from:to]})
	}
	for _, end := range []int{2, 3, 4, 6, 8, 12, 16, 26, 33, 64, n / 2, n} {
		if end <= n {
			all = append(all, structure{sample[:end], []byte{0}}, structure{sample[:end], []byte{0xff}}, structure{sample[:end], noise}, structure{sample[:end], sample})
		}
	}
	// These parts are empty segments, chunks, blocks and boxes. They contain nothing but their own length.
	for _, empty := range []string{"\xff\xfe\x00\x02", "\xff\xe2\x00\x02", "\x00\x00\x00\x00tEXt\x00\x00\x00\x00", "\x00\x00\x00\x00IDAT\x35\xaf\x06\x1e", "XXXX\x00\x00\x00\x00", "\x21\xfe\x00", "\x21\xff\x00", "\x00\x00\x00\x08free"} {
		for _, end := range []int{2, 8, 13, 20, 30, 33, n} {
			if end <= n {
				all = append(all, structure{sample[:end], []byte(empty)})
			}
		}
	}
	return all
}

// An endlessReader yields a structure without end. It cancels a context after some bytes, and counts the
// bytes read after that.
type endlessReader struct {
	structure
	at, left, late int
	cancel         func()
}

func (r *endlessReader) Read(p []byte) (int, error) {
	if r.left <= 0 {
		r.cancel()
		r.late += len(p)
		if r.late > 64<<20 {
			return 0, errors.New("nobody looks at the context")
		}
	}
	n := 0
	for n < len(p) {
		var part []byte
		if r.at < len(r.begins) {
			part = r.begins[r.at:]
		} else {
			part = r.repeated[(r.at-len(r.begins))%len(r.repeated):]
		}
		k := copy(p[n:], part)
		n, r.at = n+k, r.at+k
	}
	r.left -= n
	return n, nil
}

// A watchedContext measures the work between two calls of its Err.
type watchedContext struct {
	context.Context
	last, longest time.Duration
	looks         int
}

func (c *watchedContext) Err() error {
	now := imagetest.CPU()
	c.longest, c.last = max(c.longest, now-c.last), now
	if c.looks++; c.looks > 2000 {
		return context.Canceled
	}
	return c.Context.Err()
}

func (c *watchedContext) during(f func()) time.Duration {
	c.last, c.longest, c.looks = imagetest.CPU(), 0, 0
	f()
	_ = c.Err()
	return c.longest
}

func TestAHeaderOfAnEndlessFileEndsWithTheContext(t *testing.T) {
	imagetest.Long(t)
	for _, f := range table {
		for i, sample := range samplesOf(t, f) {
			for _, s := range structures(sample, uint64(i)) {
				for _, whole := range []bool{false, true} {
					ctx, cancel := context.WithCancel(codec.WithAccount(t.Context(), codec.NewAccount(8<<20)))
					r := &endlessReader{structure: s.longer(), left: 1 << 20, cancel: cancel}
					_, _ = f.Header(ctx, codec.NewReader(ctx, r, whole))
					cancel()
					assert.LessOrEqual(t, r.late, 256<<10, "%s: bytes read after the context had ended: %q…, then %q…", f.Name, s.begins[:min(40, len(s.begins))], s.repeated[:min(40, len(s.repeated))])
				}
			}
		}
	}
}

func TestEveryStepChecksTheContextOften(t *testing.T) {
	imagetest.Long(t)
	data := make([]byte, 2<<20)
	for _, f := range table {
		for i, sample := range samplesOf(t, f) {
			for _, s := range structures(sample, uint64(i)) {
				_, _ = (&endlessReader{structure: s.longer(), left: len(data) + 1}).Read(data)
				assertLooksOften(t, f, data)
			}
		}
	}
}

func assertLooksOften(t *testing.T, f *codec.Format, data []byte) {
	ctx := &watchedContext{Context: codec.WithAccount(t.Context(), codec.NewAccount(64<<20))}
	check := func(step string, do func()) {
		if took := ctx.during(do); took >= notice {
			took = min(took, ctx.during(do)) // the garbage collector may have worked for earlier allocations
			assert.Less(t, took, notice, "%s: CPU time of %s between two looks at the context: %q…", f.Name, step, data[:64])
		}
	}
	var h codec.Header
	var err error
	check("Header", func() { h, err = f.Header(ctx, codec.NewBytesReader(ctx, data)) })
	if err != nil || h.Stored.X <= 0 || h.Stored.Y <= 0 || h.Stored.X > (1<<20)/h.Stored.Y {
		return
	}
	for _, o := range []codec.Options{{}, {Tolerant: true}, {Tolerant: true, Least: image.Pt(3, 3)}} {
		check("Decode", func() {
			if p, err := f.Decode(ctx, data, &h, o); err == nil && p.Release != nil {
				p.Release()
			}
		})
	}
	if f.Color != nil {
		check("Color", func() { _, _ = f.Color(ctx, data, &h) })
	}
	if f.Strip != nil {
		check("Strip", func() { f.Strip(data, &h) })
	}
	if f.Frames != nil && h.FrameCount > 1 {
		check("Frames", func() { playAll(ctx, f, data, &h) })
	}
}

// playAll iterates over all frames of an animation.
func playAll(ctx context.Context, f *codec.Format, data []byte, h *codec.Header) {
	frames, err := f.Frames(ctx, data, h, codec.Options{Tolerant: true})
	if err != nil {
		return
	}
	for range 1000 {
		if _, err := frames.Next(ctx); err != nil {
			break
		}
	}
}
