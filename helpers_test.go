package thumbnail_test

import (
	"bytes"
	"context"
	"errors"
	"image"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/rest-thumbnails/thumbnail"
	"github.com/rest-thumbnails/thumbnail/internal/imagetest"
	"github.com/rest-thumbnails/thumbnail/internal/imagetest/specimen"
	"github.com/rest-thumbnails/thumbnail/storage"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// photo returns a JPEG of a gradient.
func photo(_ testing.TB, width, height int) []byte {
	return specimen.JPEG(imagetest.Gradient(width, height), 75)
}

// site is a handler with its environment, which tests may inspect.
type site struct {
	thumbnail.Config
	source  *countingSource
	storage *countingStorage
	log     *bytes.Buffer
}

// newSite returns a site with k.jpg, of 200x100 pixels.
func newSite(t testing.TB) *site {
	s := &site{
		source:  &countingSource{source: storage.FS(fstest.MapFS{"k.jpg": {Data: photo(t, 200, 100)}, "text.jpg": {Data: []byte("no image at all")}})},
		storage: &countingStorage{Storage: storage.NewMemory()},
		log:     &bytes.Buffer{},
	}
	s.Config = thumbnail.Config{Source: s.source, Storage: s.storage, Signer: newSigner(t), Logger: slog.New(slog.NewTextHandler(&syncWriter{w: s.log}, nil))}
	return s
}

func (s *site) handler(t testing.TB) *thumbnail.Handler {
	h, err := thumbnail.NewHandler(s.Config)
	require.NoError(t, err)
	return h
}

func (s *site) url(t testing.TB, source, size, method, ext string) string {
	u, err := thumbnail.URL("/", s.Signer, spec(t, source, size, method, ext))
	require.NoError(t, err)
	return u
}

func get(h http.Handler, url string) *httptest.ResponseRecorder {
	return request(h, http.MethodGet, url)
}

func request(h http.Handler, method, url string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(method, url, nil))
	return w
}

func sizeOf(t testing.TB, body []byte) image.Point {
	config, _, err := image.DecodeConfig(bytes.NewReader(body))
	require.NoError(t, err)
	return image.Pt(config.Width, config.Height)
}

// countingSource counts how often each key is opened, and can be made to wait or to fail.
type countingSource struct {
	source thumbnail.Source
	opened atomic.Int64
	open   func(ctx context.Context, key string) (fs.File, error) // replaces the source
}

func (s *countingSource) Open(ctx context.Context, key string) (fs.File, error) {
	s.opened.Add(1)
	if s.open != nil {
		return s.open(ctx, key)
	}
	return s.source.Open(ctx, key)
}

type countingStorage struct {
	thumbnail.Storage
	opened, put atomic.Int64
	failOpen    func() error
	failPut     func() error
}

func (s *countingStorage) Open(ctx context.Context, key string) (fs.File, error) {
	s.opened.Add(1)
	if s.failOpen != nil {
		if err := s.failOpen(); err != nil {
			return nil, err
		}
	}
	return s.Storage.Open(ctx, key)
}

func (s *countingStorage) Put(ctx context.Context, key string, r io.Reader) error {
	s.put.Add(1)
	if s.failPut != nil {
		if err := s.failPut(); err != nil {
			_, _ = io.CopyN(io.Discard, r, 10)
			return err
		}
	}
	return s.Storage.Put(ctx, key, r)
}

// processorFunc is a Processor that is not a Planner.
type processorFunc func(ctx context.Context, src image.Image, width, height int) (image.Image, error)

func (f processorFunc) Process(ctx context.Context, src image.Image, width, height int) (image.Image, error) {
	return f(ctx, src, width, height)
}

type syncWriter struct {
	mu sync.Mutex
	w  io.Writer
}

func (s *syncWriter) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.w.Write(p)
}

// gate blocks its callers until it is opened.
type gate struct {
	arrived atomic.Int64
	open    chan struct{}
}

func newGate() *gate { return &gate{open: make(chan struct{})} }

func (g *gate) pass() {
	g.arrived.Add(1)
	<-g.open
}

func (g *gate) await(t testing.TB, n int64) {
	require.Eventually(t, func() bool { return g.arrived.Load() >= n }, 30*time.Second, time.Millisecond)
}

func countLines(text, part string) (n int) {
	for line := range strings.Lines(text) {
		if strings.Contains(line, part) {
			n++
		}
	}
	return n
}

var errBoom = errors.New("boom: /secret/path")

// taggedStorage sets the entity tag of its files.
type taggedStorage struct{ *storage.Memory }

func (s taggedStorage) Open(ctx context.Context, key string) (fs.File, error) {
	f, err := s.Memory.Open(ctx, key)
	if err != nil {
		return nil, err
	}
	data, err := io.ReadAll(f)
	return storage.NewFile(bytes.NewReader(data), storage.Info{Name: key, Size: int64(len(data)), ETag: `"d41d8cd98f00b204"`}), err
}
