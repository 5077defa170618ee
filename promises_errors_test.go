package thumbnail_test

import (
	"context"
	"fmt"
	"image"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail"
	"github.com/rest-thumbnails/thumbnail/internal/imagetest/specimen"
	"github.com/rest-thumbnails/thumbnail/processors"
	"github.com/rest-thumbnails/thumbnail/storage"
)

// argued is a Processor whose arguments are counted.
type argued struct {
	processors.Crop
	asked *int
	with  thumbnail.Processor
}

func (a argued) With(string) (thumbnail.Processor, error) { *a.asked++; return a.with, nil }

func TestNobodyIsAskedForTheArgumentsOfAnUnsignedMethod(t *testing.T) {
	asked := 0
	s := newSite(t)
	s.Processors = thumbnail.Processors{"my": argued{asked: &asked, with: processors.Crop{}}}
	h := s.handler(t)
	url := s.url(t, "k.jpg", "5x5", "my_1", ".jpg")
	assert.Equal(t, 401, get(h, strings.Replace(url, "my_1", "my_2", 1)).Code)
	assert.Zero(t, asked)
	assert.Equal(t, 200, get(h, url).Code)
	assert.NotZero(t, asked)
}

func TestAMethodWhoseArgumentsGiveANilProcessorIsAnErrorAndNoPanic(t *testing.T) {
	asked := 0
	s := newSite(t)
	s.Processors = thumbnail.Processors{"my": argued{asked: &asked, with: (*processors.Crop)(nil)}}
	h := s.handler(t)
	assert.Equal(t, 500, get(h, s.url(t, "k.jpg", "5x5", "my_1", ".jpg")).Code)
	assert.NotContains(t, s.log.String(), "panic")
	_, err := h.Links("/").URL(spec(t, "k.jpg", "5x5", "my_1", ".jpg"))
	assert.ErrorContains(t, err, "returned no Processor")
}

func TestEveryNumberThatIsNegativeIsNamed(t *testing.T) {
	for name, change := range map[string]func(c *thumbnail.Config){
		"LockTTL": func(c *thumbnail.Config) { c.LockTTL = -1 }, "Timeout": func(c *thumbnail.Config) { c.Timeout = -1 },
		"Workers": func(c *thumbnail.Config) { c.Workers = -1 }, "MaxSourceBytes": func(c *thumbnail.Config) { c.MaxSourceBytes = -1 },
		"MaxPixels": func(c *thumbnail.Config) { c.MaxPixels = -1 }, "MaxWidth": func(c *thumbnail.Config) { c.MaxWidth = -1 },
		"MaxHeight": func(c *thumbnail.Config) { c.MaxHeight = -1 }, "MaxMemory": func(c *thumbnail.Config) { c.MaxMemory = -1 },
		"MaxQueue": func(c *thumbnail.Config) { c.MaxQueue = -1 }, "QueueTimeout": func(c *thumbnail.Config) { c.QueueTimeout = -1 },
	} {
		s := newSite(t)
		change(&s.Config)
		_, err := thumbnail.NewHandler(s.Config)
		assert.ErrorContains(t, err, "Config."+name+" is negative")
	}
	s := newSite(t)
	s.Wait = -1
	_, err := thumbnail.NewHandler(s.Config)
	assert.NoError(t, err, "which means that nobody waits")
}

func TestAsManyGenerationsWorkAtATimeAsThereAreProcessors(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(3))
	s := newSite(t)
	h := s.handler(t)
	g := newGate()
	s.Processors = thumbnail.Processors{"held": processorFunc(func(ctx context.Context, src image.Image, w, h int) (image.Image, error) {
		g.pass()
		return processors.Crop{}.Process(ctx, src, w, h)
	})}
	h = s.handler(t)
	done := make(chan error, 1)
	go func() {
		done <- h.GenerateAll(t.Context(), func(yield func(thumbnail.Spec) bool) {
			for i := range 4 {
				if !yield(spec(t, "k.jpg", fmt.Sprintf("%dx9", i+1), "held", ".jpg")) {
					return
				}
			}
		}, nil)
	}()
	g.await(t, 3)
	stats := h.Stats()
	assert.Equal(t, 3, stats.Working, "GenerateAll makes Config.Workers at a time")
	fourth := make(chan int, 1)
	go func() { fourth <- get(h, s.url(t, "k.jpg", "9x9", "held", ".jpg")).Code }()
	require.Eventually(t, func() bool { return h.Stats().Queued == 1 }, 30*time.Second, time.Millisecond)
	assert.Equal(t, 3, h.Stats().Working)
	close(g.open)
	assert.NoError(t, <-done)
	assert.Equal(t, 200, <-fourth)
}

func TestPlaceholdersAreForWhatIsMissingOrNoPicture(t *testing.T) {
	placeholder := thumbnail.Placeholder(fstest.MapFS{"p.gif": {Data: []byte("GIF")}}, "p.gif")
	for _, status := range []int{400, 401, 404, 405, 415, 422, 500, 501, 503, 504} {
		w := httptest.NewRecorder()
		placeholder(w, httptest.NewRequest(http.MethodGet, "/", nil), status, nil)
		assert.Equal(t, status, w.Code)
		shown := status == 404 || status == 415 || status == 422
		assert.Equal(t, shown, w.Body.String() == "GIF", status)
		assert.Equal(t, shown, w.Header().Get("Content-Type") == "image/gif", status)
		assert.Equal(t, shown, w.Header().Get(thumbnail.PlaceholderHeader) == fmt.Sprint(status), status)
	}
}

// An event of a request for an upright thumbnail of a picture that lies on its side.
func TestAnEventHasTheUprightSizeOfTheOriginal(t *testing.T) {
	s := newSite(t)
	data := specimen.WithOrientation(photo(t, 200, 100), 6)
	s.source.source = storage.FS(fstest.MapFS{"k.jpg": {Data: data}})
	o := &observer{}
	s.Observer = o
	require.Equal(t, 200, get(s.handler(t), s.url(t, "k.jpg", "5x5", "crop", ".jpg")).Code)
	assert.Equal(t, thumbnail.SourceInfo{Format: "jpeg", Width: 100, Height: 200, Bytes: int64(len(data))}, o.events[0].Source)
}

// refusingLocker is a Locker that fails.
type refusingLocker func() error

func (f refusingLocker) TryLock(context.Context, string, time.Duration) (func() error, bool, error) {
	return nil, false, f()
}

func TestOnlyALackOfMemoryOrWorkersCountsAsOverload(t *testing.T) {
	s := newSite(t)
	s.RequireLock, s.Locker = true, refusingLocker(func() error { return fmt.Errorf("locks: %w", thumbnail.ErrOverloaded) })
	h := s.handler(t)
	assert.Equal(t, 503, get(h, s.url(t, "k.jpg", "5x5", "crop", ".jpg")).Code)
	assert.Zero(t, h.Stats().Overloaded)
	assert.EqualValues(t, 1, h.Stats().Failed)
}

// typed is an Encoder that declares a media type, or none.
type typed struct {
	processors.PNG
	mediaType string
}

func (e typed) ContentType() string { return e.mediaType }

func TestAnEncoderThatDeclaresNoMediaTypeHasThatOfItsExtension(t *testing.T) {
	for declared, want := range map[string]string{"": "image/bmp", "image/png": "image/png"} {
		s := newSite(t)
		s.Encoders = thumbnail.Encoders{".bmp": typed{mediaType: declared}}
		w := get(s.handler(t), s.url(t, "k.jpg", "5x5", "crop", ".bmp"))
		assert.Equal(t, 200, w.Code)
		assert.Equal(t, want, w.Header().Get("Content-Type"))
	}
}

// still is an Encoder that could animate, and does not.
type still struct{ processors.PNG }

func (still) Animates() bool { return false }

func TestAFailureForAnEncoderThatShowsOneFrameIsThatOfTheOriginal(t *testing.T) {
	s := newSite(t)
	s.source.source = storage.FS(fstest.MapFS{"k.gif": {Data: cutGIF(t)}})
	s.Encoders = thumbnail.Encoders{".apng": still{}}
	h := s.handler(t)
	assert.Equal(t, 422, get(h, s.url(t, "k.gif", "20x20", "crop", ".apng")).Code)
	assert.Equal(t, 422, get(h, s.url(t, "k.gif", "20x20", "crop", ".jpg")).Code)
	assert.EqualValues(t, 1, s.source.opened.Load())
}

// plainFile can neither seek nor read at an offset.
type plainFile struct{ fs.File }

func TestAStoredFileThatIsReadIntoMemoryKeepsItsEntityTag(t *testing.T) {
	tagged := taggedStorage{storage.NewMemory()}
	s := newSite(t)
	s.Storage = openFunc{tagged, func(ctx context.Context, key string) (fs.File, error) {
		f, err := tagged.Open(ctx, key)
		if err != nil {
			return nil, err
		}
		return plainFile{f}, nil
	}}
	h := s.handler(t)
	url := s.url(t, "k.jpg", "5x5", "crop", ".jpg")
	get(h, url)
	for range 2 {
		assert.Equal(t, `"d41d8cd98f00b204"`, get(h, url).Header().Get("Etag"))
		assert.Equal(t, 304, do(h, "GET", url, "If-None-Match", `"d41d8cd98f00b204"`).Code)
	}
}
