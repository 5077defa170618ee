//go:build unix

package thumbnail_test

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"
	"io"
	"math/rand/v2"
	"slices"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/image/bmp"
	"golang.org/x/image/tiff"

	"github.com/rest-thumbnails/thumbnail"
	"github.com/rest-thumbnails/thumbnail/internal/imagetest"
	"github.com/rest-thumbnails/thumbnail/processors"
	"github.com/rest-thumbnails/thumbnail/processors/heif"
	"github.com/rest-thumbnails/thumbnail/storage"
)

// cost makes a thumbnail of a file n times, and returns the status and the minimum CPU time.
func cost(t testing.TB, data []byte, ext string, n int) (status int, source thumbnail.SourceInfo, best time.Duration) {
	best = time.Hour
	for range n {
		s := newSite(t)
		o := &observer{}
		s.Observer = o
		s.source.source = storage.FS(fstest.MapFS{"k.jpg": {Data: data}})
		s.MaxMemory = 64 << 20
		s.Formats = []processors.Format{heif.Format(decodeNothing, heif.Config{})}
		h := s.handler(t)
		url := s.url(t, "k.jpg", "100x100", "fit", ext)
		start := imagetest.CPU()
		status = get(h, url).Code
		best = min(best, imagetest.CPU()-start)
		assert.Zero(t, h.Stats().Memory)
		source = o.events[0].Source
	}
	return status, source, best
}

// The cost of an ordinary file with as many bytes and pixels is computed from files of noise. In these files,
// pixels are proportional to bytes, so pixels are not counted twice.
func TestNoFileCostsTwentyTimesAnOrdinaryOne(t *testing.T) {
	imagetest.Long(t)
	perByte := time.Duration(0)
	for _, data := range ordinaryFiles(t) {
		_, _, took := cost(t, data, ".jpg", 3)
		perByte = max(perByte, took*1000/time.Duration(len(data)))
	}
	for _, f := range slices.Concat(hostileFiles(t), moreHostileFiles(t), filesOfTinyParts(t)) {
		for _, ext := range []string{".jpg", ".gif", ".webp"} {
			status, source, took := cost(t, f.data, ext, 1)
			assert.True(t, slices.Contains(f.status, status), "%s %s: %d", f.name, ext, status)
			pixels := min(int64(source.Width)*int64(source.Height), 4_000_000)
			ordinary := perByte*time.Duration(int64(len(f.data))+pixels)/1000 + 2*time.Millisecond
			assert.LessOrEqual(t, took, 20*ordinary, "%s %s costs %.1f ordinary files", f.name, ext, float64(took)/float64(ordinary))
		}
	}
}

// decodeNothing is a decoder of HEVC that returns an error.
func decodeNothing(context.Context, []byte) (image.Image, error) {
	return nil, thumbnail.ErrCorrupt
}

// Live memory stays within Config.MaxMemory, plus the documented slack of accounts and pools.
func TestNoFileTakesMoreMemoryThanConfigAllows(t *testing.T) {
	imagetest.Long(t)
	const limit, pools = 16 << 20, 12 << 20
	for _, f := range slices.Concat(hostileFiles(t), moreHostileFiles(t), filesOfTinyParts(t)) {
		for _, ext := range []string{".jpg", ".webp"} {
			s := newSite(t)
			s.source.source = storage.FS(fstest.MapFS{"k.jpg": {Data: f.data}})
			s.MaxMemory = limit
			s.Formats = []processors.Format{heif.Format(decodeNothing, heif.Config{})}
			h := s.handler(t)
			url := s.url(t, "k.jpg", "100x100", "fit", ext)
			peak := imagetest.Peak(func() { get(h, url) })
			assert.LessOrEqual(t, peak, int64(limit*11/10+4<<20+pools), "%s %s: %d MiB", f.name, ext, peak>>20)
			assert.Zero(t, h.Stats().Memory, f.name)
		}
	}
}

// A file beyond a limit is examined once a minute, however often it is requested.
func TestTenSizesOfAnOriginalBeyondALimitCostOneAttempt(t *testing.T) {
	imagetest.Long(t)
	files := append(hostileFiles(t), moreHostileFiles(t)...)
	for name, change := range map[string]func(s *site){
		"pixels": func(s *site) { s.MaxPixels = 10 },
		"bytes":  func(s *site) { s.MaxSourceBytes = 10 },
	} {
		for _, f := range files {
			s := newSite(t)
			s.source.source = storage.FS(fstest.MapFS{"k.jpg": {Data: f.data}})
			s.Timeout = time.Hour
			change(s)
			assertTenSizesCostOne(t, s, s.handler(t), name+": "+f.name)
		}
	}
}

func assertTenSizesCostOne(t *testing.T, s *site, h *thumbnail.Handler, name string) {
	statuses := map[int]bool{}
	for i := range 10 {
		statuses[get(h, s.url(t, "k.jpg", fmt.Sprintf("%dx%d", 20+i, 30+i), "fit", []string{".jpg", ".png"}[i%2])).Code] = true
	}
	assert.Len(t, statuses, 1, name)
	assert.LessOrEqual(t, s.source.opened.Load(), int64(1), "%s %v", name, statuses)
}

// The same applies to a file that takes too long to decode.
func TestTenSizesOfAnOriginalThatTakesTooLongCostOneAttempt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		decoded := 0
		s := newSite(t)
		s.Formats = []processors.Format{{
			Name: "slow", Match: func([]byte) bool { return true },
			Header: func(context.Context, io.Reader) (processors.FormatHeader, error) {
				return processors.FormatHeader{Width: 100, Height: 100}, nil
			},
			Decode: func(ctx context.Context, _ []byte) (image.Image, error) {
				decoded++
				<-ctx.Done()
				return nil, ctx.Err()
			},
		}}
		h := s.handler(t)
		start := time.Now()
		assertTenSizesCostOne(t, s, h, "time")
		assert.Equal(t, 1, decoded)
		assert.Equal(t, 30*time.Second, time.Since(start))
		time.Sleep(time.Minute)
		assert.Equal(t, 503, get(h, s.url(t, "k.jpg", "5x5", "fit", ".jpg")).Code)
		assert.Equal(t, 2, decoded, "after a minute it is tried again")
	})
}

// Work continues until the next check of the clock. The test measures CPU time, which does not depend on
// the load of the machine.
func TestTheTimeoutStopsEveryStepWithin100msOfProcessorTime(t *testing.T) {
	imagetest.Long(t) // the race detector makes it ten times slower
	files, hostile := map[string][]byte{}, map[string]bool{}
	for _, f := range hostileFiles(t) {
		files[f.name], hostile[f.name] = f.data, true
	}
	img := image.NewRGBA(image.Rect(0, 0, 2400, 2400))
	random := rand.New(rand.NewPCG(1, 2))
	for i := range img.Pix {
		img.Pix[i] = byte(random.Uint32()) | 0xf0
	}
	for ext, encode := range map[string]func(io.Writer) error{
		"jpeg": func(w io.Writer) error { return jpeg.Encode(w, img, nil) },
		"png":  func(w io.Writer) error { return (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(w, img) },
		"tiff": func(w io.Writer) error { return tiff.Encode(w, img, &tiff.Options{Compression: tiff.Deflate}) },
		"bmp":  func(w io.Writer) error { return bmp.Encode(w, img) },
	} {
		var b bytes.Buffer
		require.NoError(t, encode(&b))
		files["an ordinary "+ext] = b.Bytes()
	}
	files["a small one, which is enlarged"] = photo(t, 30, 30)
	for name, data := range files {
		for _, look := range []struct{ size, method, ext string }{{"100x100", "smart", ".jpg"}, {"3000x3000", "entropy", ".png"}, {"2900x2900", "fit", ".gif"}, {"2900x2900", "pad", ".jpg"}} {
			if hostile[name] && look.size != "100x100" {
				continue
			}
			// The garbage collector may run at the same time, so the minimum of three runs counts.
			least := time.Hour
			for try := 0; try < 3 && least > 120*time.Millisecond; try++ {
				s := newSite(t)
				s.source.source = storage.FS(fstest.MapFS{"k.jpg": {Data: data}})
				s.Timeout = 20 * time.Millisecond
				h := s.handler(t)
				url := s.url(t, "k.jpg", look.size, look.method, look.ext)
				start := imagetest.CPU()
				get(h, url)
				least = min(least, imagetest.CPU()-start)
			}
			assert.LessOrEqual(t, least, 120*time.Millisecond, "%s %v", name, look)
		}
	}
}
