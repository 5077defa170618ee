package engine

import (
	"bytes"
	"context"
	"errors"
	"image"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
	"github.com/rest-thumbnails/thumbnail/internal/imagetest"
	"github.com/rest-thumbnails/thumbnail/processors"
)

// heapPeak returns the peak of live bytes while f runs, minus the live bytes before. It runs the garbage
// collector continuously.
func heapPeak(f func()) int64 {
	var stats runtime.MemStats
	live := func() int64 {
		runtime.GC()
		runtime.ReadMemStats(&stats)
		return int64(stats.HeapAlloc)
	}
	live() // the second collection empties the pools
	before := live()
	var done atomic.Bool
	peak := make(chan int64)
	go func() {
		most := int64(0)
		for !done.Load() {
			most = max(most, live()-before)
		}
		peak <- most
	}()
	f()
	done.Store(true)
	return <-peak
}

// A thumbnail takes no more memory than its account has, whatever its original declares, and the account is
// sufficient for every undamaged original. The test takes one file of twenty, or every file with THUMBNAIL_ALL.
func TestAnAccountOfTheEstimateIsEnoughAndIsKept(t *testing.T) {
	files := imagetest.CorpusFiles(t)
	every := 20
	if os.Getenv("THUMBNAIL_ALL") != "" {
		every = 1
	}
	ways := []struct {
		p    processors.Processor
		e    Encoder
		w, h int
	}{
		{processors.Crop{}, processors.JPEG{}, 200, 200}, {processors.Smart{}, processors.PNG{}, 100, 60}, {processors.Scale{}, processors.GIF{}, 320, 0},
	}
	for i, f := range files {
		if i%every != 0 || f.Display.X*f.Display.Y > 50_000_000 {
			continue
		}
		data := imagetest.Read(t, f.Path)
		h, err := formatsOfTests.Header(t.Context(), codec.NewBytesReader(t.Context(), data))
		if err != nil {
			continue
		}
		for _, way := range ways {
			limits := Limits{Pixels: 100_000_000, Width: 4096, Height: 4096, Memory: 1 << 30}
			plan, err := formatsOfTests.Plan(h, Request{Processor: way.p, Encoder: way.e, Width: way.w, Height: way.h, Limits: limits})
			if err != nil {
				continue
			}
			account := codec.NewAccount(plan.Bytes)
			peak := heapPeak(func() {
				var out bytes.Buffer
				err = formatsOfTests.Make(codec.WithAccount(t.Context(), account), data, plan, &out, nil)
			})
			if f.Expect == "ok" {
				assert.NoError(t, err, "%s by %T %T", f.Name, way.p, way.e)
			}
			assert.LessOrEqual(t, peak, plan.Bytes*11/10+4<<20, "%s by %T %T: heap", f.Name, way.p, way.e)
			if err == nil {
				assert.LessOrEqual(t, account.Used(), int64(codec.Free), "%s by %T %T: all is given back", f.Name, way.p, way.e)
			}
		}
	}
}

// Inputs found by fuzzing stay within the same limit, whether they give a thumbnail or an error.
func TestNoSeedOfFuzzingTakesMoreThanItsAccount(t *testing.T) {
	paths, err := filepath.Glob("../codec/*/testdata/fuzz/*/*")
	require.NoError(t, err)
	require.NotEmpty(t, paths)
	for _, path := range paths {
		for _, data := range seedBytes(t, path) {
			h, err := formatsOfTests.Header(t.Context(), codec.NewBytesReader(t.Context(), data))
			if err != nil {
				continue
			}
			limits := Limits{Pixels: 20_000_000, Width: 4096, Height: 4096, Memory: 256 << 20}
			plan, err := formatsOfTests.Plan(h, Request{Processor: processors.Crop{}, Encoder: processors.JPEG{}, Width: 50, Height: 50, Limits: limits})
			if err != nil {
				continue
			}
			peak := heapPeak(func() {
				var out bytes.Buffer
				_ = formatsOfTests.Make(codec.WithAccount(t.Context(), codec.NewAccount(plan.Bytes)), data, plan, &out, nil)
			})
			assert.LessOrEqual(t, peak, plan.Bytes*11/10+4<<20, path)
		}
	}
}

// seedBytes returns the byte slices in a seed file.
func seedBytes(t *testing.T, path string) (all [][]byte) {
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	for line := range strings.Lines(string(text)) {
		quoted, ok := strings.CutPrefix(strings.TrimSpace(line), "[]byte(")
		if !ok {
			continue
		}
		s, err := strconv.Unquote(strings.TrimSuffix(quoted, ")"))
		require.NoError(t, err)
		all = append(all, []byte(s))
	}
	return all
}

// toy is a format of pictures of one color: "TOY", width, height, red, green, blue.
var toy = &codec.Format{
	Name:  "toy",
	Match: func(head []byte) bool { return codec.HasMagic(head, "TOY") },
	Header: func(_ context.Context, in *codec.Reader) (codec.Header, error) {
		b, err := in.Block(8)
		if err != nil {
			return codec.Header{}, err
		}
		return codec.Header{Stored: image.Pt(int(b[3]), int(b[4])), Orientation: 1, MinBytes: 8}, nil
	},
	Memory: func(h *codec.Header, _ codec.Options) int64 { return 4 * int64(h.Stored.X) * int64(h.Stored.Y) },
	Decode: func(ctx context.Context, data []byte, h *codec.Header, _ codec.Options) (*codec.Picture, error) {
		pix, err := codec.Bytes(ctx, 4*h.Stored.X*h.Stored.Y)
		if err != nil {
			return nil, err
		}
		for i := range h.Stored.X * h.Stored.Y {
			copy(pix[4*i:], []byte{data[5], data[6], data[7], 255})
		}
		return &codec.Picture{Image: &image.RGBA{Pix: pix, Stride: 4 * h.Stored.X, Rect: image.Rectangle{Max: h.Stored}}}, nil
	},
}

func TestAFormatIsOneValueInTheTable(t *testing.T) {
	e := &Engine{formats: append([]*codec.Format{toy}, table...)}
	data := []byte("TOY\x28\x14\xc8\x28\x0a")
	h, err := e.Header(t.Context(), codec.NewBytesReader(t.Context(), data))
	require.NoError(t, err)
	plan, err := e.Plan(h, Request{Processor: processors.Crop{}, Encoder: processors.PNG{}, Width: 10, Height: 10})
	require.NoError(t, err)
	var out bytes.Buffer
	require.NoError(t, e.Make(t.Context(), data, plan, &out, nil))
	_, img := decodeFile(t, out.Bytes())
	r, g, b, _ := img.At(5, 5).RGBA()
	assert.Equal(t, [3]uint32{0xc8, 0x28, 0x0a}, [3]uint32{r >> 8, g >> 8, b >> 8})
	_, err = e.Header(t.Context(), codec.NewBytesReader(t.Context(), data[:5]))
	assert.True(t, errors.Is(err, codec.ErrCorrupt))
}

// A decoder of Config.Formats passes the test of the toy format, too.
func TestAConfiguredFormatIsTriedFirst(t *testing.T) {
	e, err := New([]processors.Format{{
		Name:  "png of ours",
		Match: func(head []byte) bool { return codec.HasMagic(head, "\x89PNG") },
		Header: func(context.Context, io.Reader) (processors.FormatHeader, error) {
			return processors.FormatHeader{Width: 20, Height: 40, Orientation: 6}, nil
		},
		Decode: func(context.Context, []byte) (image.Image, error) {
			return image.NewGray(image.Rect(5, 5, 45, 25)), nil
		},
	}}, false)
	require.NoError(t, err)
	data := encodePNG(t, imagetest.Gradient(3, 3))
	h, err := e.Header(t.Context(), codec.NewBytesReader(t.Context(), data))
	require.NoError(t, err)
	assert.Equal(t, "png of ours", h.Format.Name)
	assert.Equal(t, image.Pt(20, 40), h.Size())
	plan, err := e.Plan(h, Request{Processor: processors.Fit{}, Encoder: processors.PNG{}, Width: 10})
	require.NoError(t, err)
	var out bytes.Buffer
	require.NoError(t, e.Make(codec.WithAccount(t.Context(), codec.NewAccount(plan.Bytes)), data, plan, &out, nil))
	_, img := decodeFile(t, out.Bytes())
	assert.Equal(t, image.Pt(10, 20), img.Bounds().Size())
}

// A canceled context ends the decoding of every format, whatever the file contains.
func TestEveryFormatEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for name, data := range files(t, 1) {
		h, err := formatsOfTests.Header(t.Context(), codec.NewBytesReader(t.Context(), data))
		require.NoError(t, err, name)
		_, err = formatsOfTests.Decode(ctx, data, h, image.Point{})
		assert.ErrorIs(t, err, context.Canceled, name)
	}
}
