package thumbnail_test

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"math"
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail"
	"github.com/rest-thumbnails/thumbnail/storage"
)

func TestAnUploadIsReadFromItsCurrentPosition(t *testing.T) {
	s := newSite(t)
	h := s.handler(t)
	data := photo(t, 40, 30)
	want, err := h.Check(t.Context(), bytes.NewReader(data))
	require.NoError(t, err)
	name := filepath.Join(t.TempDir(), "upload")
	require.NoError(t, os.WriteFile(name, append([]byte("before"), data...), 0o644))
	f, err := os.Open(name)
	require.NoError(t, err)
	defer f.Close()
	_, err = f.Seek(6, io.SeekStart)
	require.NoError(t, err)
	info, err := h.Check(t.Context(), f)
	require.NoError(t, err)
	assert.Equal(t, want, info)
	assert.Zero(t, h.Stats().Memory)
}

// sized is a reader that says how long it is.
type sized struct {
	io.Reader
	size int64
}

func (s sized) Size() int64 { return s.size }

func TestAnUploadMayHaveAtMostMaxSourceBytes(t *testing.T) {
	data := photo(t, 40, 30)
	for _, n := range []int{len(data), 600_000, 1<<20 - 1, 1 << 20, 1<<20 + 1, 3 << 20} {
		padded := append(bytes.Clone(data), make([]byte, n-len(data))...)
		for name, r := range map[string]func() io.Reader{
			"of a known length": func() io.Reader { return bytes.NewReader(padded) }, "of none": func() io.Reader { return onlyReader{bytes.NewReader(padded)} },
			"of a section":      func() io.Reader { return sized{onlyReader{bytes.NewReader(padded)}, int64(n)} },
			"of a wrong length": func() io.Reader { return sized{onlyReader{bytes.NewReader(padded)}, -5} },
			"of a huge length":  func() io.Reader { return sized{onlyReader{bytes.NewReader(padded)}, math.MaxInt64} },
		} {
			for limit, good := range map[int]bool{n: true, n - 1: false, n + 1: true} {
				s := newSite(t)
				s.MaxSourceBytes = int64(limit)
				h := s.handler(t)
				_, err := h.Check(t.Context(), r())
				assert.Equal(t, good, err == nil, "%d bytes %s, limit %d: %v", n, name, limit, err)
				assert.Zero(t, h.Stats().Memory)
			}
		}
	}
}

type nothing struct{}

func (nothing) Read([]byte) (int, error) { return 0, nil }

func TestAnUploadMayReturnNoBytesAHundredTimesInARow(t *testing.T) {
	data := append(photo(t, 40, 30), make([]byte, 10_000)...) // several reads
	_, err := newSite(t).handler(t).Check(t.Context(), &idle{r: bytes.NewReader(data), n: 100})
	assert.NoError(t, err)
	_, err = newSite(t).handler(t).Check(t.Context(), &idle{r: bytes.NewReader(data), n: 101})
	assert.ErrorIs(t, err, io.ErrNoProgress)
	_, err = newSite(t).handler(t).Check(t.Context(), nothing{})
	assert.ErrorIs(t, err, io.ErrNoProgress)
}

func TestAnUploadWhoseLaterFramesAreDamagedIsRefused(t *testing.T) {
	data := animation(t, 8)
	data[bytes.LastIndexByte(data[:len(data)-12], 2)] = 12 // an invalid minimum code size in the last frame
	s := newSite(t)
	_, err := s.handler(t).Check(t.Context(), bytes.NewReader(data))
	assert.ErrorIs(t, err, thumbnail.ErrCorrupt)
	s.Encoders = thumbnail.Encoders{".gif": nil, ".webp": nil} // no encoder for animations
	_, err = s.handler(t).Check(t.Context(), bytes.NewReader(data))
	assert.NoError(t, err)
}

func TestAnErrorNamesTheLimitInMegapixelsIfThatIsExact(t *testing.T) {
	for _, c := range []struct {
		w, h, limit int
		says        string
	}{
		{1200, 1000, 1_000_000, "1.20 megapixels, the limit is 1.00"}, {2000, 1000, 1_000_000, "2 megapixels, the limit is 1"}, {1500, 1000, 1_000_000, "2 megapixels, the limit is 1"},
		{2000, 1000, 1_500_000, "2.00 megapixels, the limit is 1.50"}, {1000, 1000, 999_999, "1000000 pixels, the limit is 999999"}, {1100, 1000, 1_000_001, "1.10 megapixels, the limit is 1.00"},
	} {
		var b bytes.Buffer
		require.NoError(t, png.Encode(&b, image.NewGray(image.Rect(0, 0, c.w, c.h))))
		s := newSite(t)
		s.MaxPixels = int64(c.limit)
		_, err := s.handler(t).Check(t.Context(), &b)
		assert.EqualError(t, err, "too large: "+c.says)
	}
	for limit, says := range map[int64]string{1 << 20: "1 MB", 3 << 19: "1.5 MB", 1<<20 - 1: "1048575 bytes", 2 << 20: "2 MB"} {
		s := newSite(t)
		s.MaxSourceBytes = limit
		_, err := s.handler(t).Check(t.Context(), bytes.NewReader(append(photo(t, 40, 30), make([]byte, limit)...)))
		assert.EqualError(t, err, "too large: the file has more than the limit, "+says)
	}
}

func TestAnUploadThatGetsNoMemoryIsErrOverloaded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		s.MaxMemory, s.QueueTimeout, s.Timeout = 6<<20, 3*time.Second, time.Hour
		s.Processors = thumbnail.Processors{"work": working(20 * time.Second)}
		s.source.source = storage.FS(fstest.MapFS{"k.jpg": {Data: append(photo(t, 200, 100), make([]byte, 2<<20)...)}})
		h := s.handler(t)
		done := make(chan int)
		go func() { done <- get(h, s.url(t, "k.jpg", "5x5", "work", ".jpg")).Code }()
		synctest.Wait()
		start := time.Now()
		_, err := h.Check(t.Context(), onlyReader{bytes.NewReader(append(photo(t, 40, 30), make([]byte, 5<<20)...))})
		assert.ErrorIs(t, err, thumbnail.ErrOverloaded)
		assert.EqualError(t, err, "busy: try again in a moment")
		assert.Equal(t, 3*time.Second, time.Since(start))
		assert.Equal(t, 200, <-done)
		assert.Zero(t, h.Stats().Memory)
		assert.Zero(t, h.Stats().Queued)
	})
}

func TestCheckAndDescribeAgreeOnVersionsOfAllLengths(t *testing.T) {
	s := newSite(t)
	h := s.handler(t)
	data := photo(t, 40, 30)
	versions := map[string]int{}
	for _, n := range []int{len(data), 1<<16 - 1, 1 << 16, 1<<16 + 1, 1<<17 - 1, 1 << 17, 1<<17 + 1, 200_000} {
		padded := append(bytes.Clone(data), make([]byte, n-len(data))...)
		for i, changed := range []int{-1, n - 1, n - 1<<16} { // the last 64 KiB begin at these offsets
			if i > 0 && changed < len(data) {
				continue
			}
			file := bytes.Clone(padded)
			if changed >= 0 {
				file[changed] = 1
			}
			checked, err := h.Check(t.Context(), bytes.NewReader(file))
			require.NoError(t, err)
			described, err := thumbnail.Describe(t.Context(), storage.FS(fstest.MapFS{"a.jpg": {Data: file}}), "a.jpg")
			require.NoError(t, err)
			assert.Equal(t, described.Version, checked.Version, "%d bytes", n)
			versions[checked.Version]++
		}
	}
	for version, times := range versions {
		assert.Equal(t, 1, times, version)
	}
}

func TestTheDominantColorIsThatOfTheLargestGroup(t *testing.T) {
	dominant := func(stripes ...color.NRGBA) string { // of 4 columns each
		img := image.NewNRGBA(image.Rect(0, 0, 4*len(stripes), 10))
		for i := range img.Pix {
			c := stripes[i/4%img.Rect.Dx()/4]
			img.Pix[i] = [4]byte{c.R, c.G, c.B, c.A}[i%4]
		}
		var b bytes.Buffer
		require.NoError(t, png.Encode(&b, img))
		info, err := thumbnail.Describer{Color: true}.Describe(t.Context(), storage.FS(fstest.MapFS{"a.png": {Data: b.Bytes()}}), "a.png")
		require.NoError(t, err)
		return info.Color
	}
	for shift := range 3 {
		of := func(v byte) color.NRGBA {
			c := [3]byte{}
			c[shift] = v
			return color.NRGBA{c[0], c[1], c[2], 255}
		}
		want := fmt.Sprintf("#%06x", 0x20<<(16-8*shift))
		// Two of three stripes are in one bin of eight levels; their neighbors are in others.
		assert.Equal(t, want, dominant(of(0x20), of(0x20), of(0x20), of(0x40), of(0x40), of(0x60), of(0x60)))
	}
	// Two levels of one sample and none of another are two groups.
	for a, b := range map[color.NRGBA]color.NRGBA{
		{0, 0x80, 0, 255}: {0x20, 0, 0, 255}, {0, 0, 0x80, 255}: {0, 0x20, 0, 255}, {0, 0, 0x40, 255}: {0, 0x20, 0, 255}, {0, 0x40, 0, 255}: {0x20, 0, 0, 255},
		{0, 0, 0xe0, 255}: {0, 0xe0, 0, 255}, {0, 0xe0, 0, 255}: {0xe0, 0, 0, 255},
	} {
		white := color.NRGBA{255, 255, 255, 255}
		assert.Equal(t, "#ffffff", dominant(a, a, b, b, white, white, white), "%v and %v", a, b)
	}
	assert.Equal(t, "#282828", dominant(color.NRGBA{0x20, 0x20, 0x20, 255}, color.NRGBA{0x30, 0x30, 0x30, 255}), "the mean of the group")
	assert.Equal(t, "#292929", dominant(color.NRGBA{0x28, 0x28, 0x28, 255}, color.NRGBA{0x29, 0x29, 0x29, 255}), "a half is rounded up")
	red, blue := color.NRGBA{200, 0, 0, 0x7f}, color.NRGBA{0, 0, 200, 255}
	assert.Equal(t, "#0000c8", dominant(red, red, blue), "the page shows through")
	red.A = 0x81
	assert.Equal(t, "#c80000", dominant(red, red, blue))
	red.A = 0
	assert.Empty(t, dominant(red))
}

func TestAnUploadThatTakesTooLongIsDeadlineExceeded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err := newSite(t).handler(t).Check(ctx, slowReader{bytes.NewReader(photo(t, 40, 30))})
		assert.ErrorIs(t, err, context.DeadlineExceeded)
	})
}

type slowReader struct{ io.Reader }

func (s slowReader) Read(p []byte) (int, error) {
	time.Sleep(700 * time.Millisecond)
	return s.Reader.Read(p[:min(len(p), 100)])
}

func TestAnUploadIsRefusedAtOnceIfTheQueueIsFull(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		s.MaxMemory, s.MaxQueue, s.QueueTimeout, s.Timeout = 6<<20, 1, time.Hour, time.Hour
		s.Processors = thumbnail.Processors{"work": working(20 * time.Second)}
		s.source.source = storage.FS(fstest.MapFS{"k.jpg": {Data: append(photo(t, 200, 100), make([]byte, 3<<20)...)}})
		h := s.handler(t)
		codes, errs := make(chan int), make(chan error)
		go func() { codes <- get(h, s.url(t, "k.jpg", "5x5", "work", ".jpg")).Code }()
		synctest.Wait()
		upload := func() error {
			_, err := h.Check(t.Context(), bytes.NewReader(append(photo(t, 40, 30), make([]byte, 3<<20)...)))
			return err
		}
		go func() { errs <- upload() }()
		synctest.Wait()
		require.Equal(t, 1, h.Stats().Queued)
		start := time.Now()
		assert.ErrorIs(t, upload(), thumbnail.ErrOverloaded)
		assert.Zero(t, time.Since(start))
		assert.Equal(t, 200, <-codes)
		assert.NoError(t, <-errs)
	})
}
