package thumbnail_test

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/png"
	"io"
	"io/fs"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail"
	"github.com/rest-thumbnails/thumbnail/lock"
	"github.com/rest-thumbnails/thumbnail/processors"
	"github.com/rest-thumbnails/thumbnail/storage"
)

// A history is an original that is replaced from time to time. Its version is its width, which fit keeps.
type history struct {
	t      *testing.T
	mu     sync.Mutex
	random *rand.Rand

	originals *storage.Memory
	version   int // of the original; 0 means that there is none yet
	floor     int // version at the time of the last Remove that has returned
	outdated  []string
}

const firstWidth = 20

// interleave plays histories in fake time, each with its own seed. rounds is the number of histories, and short is
// the number with go test -short.
func interleave(t *testing.T, rounds, short uint64, play func(t *testing.T, seed uint64)) {
	if testing.Short() {
		rounds = short
	}
	for seed := range rounds {
		synctest.Test(t, func(t *testing.T) { play(t, seed) })
		if t.Failed() {
			t.Fatalf("with seed %d", seed)
		}
	}
}

// pause sleeps for a random number of milliseconds, often none. Replacements of the original happen half a
// microsecond after the end of a pause, so they never interrupt a step that takes no time.
func (s *history) pause() {
	s.mu.Lock()
	d := time.Duration(s.random.IntN(4)*s.random.IntN(50)) * time.Millisecond
	s.mu.Unlock()
	if d > 0 {
		time.Sleep(d)
	}
}

// replace makes the next version the original.
func (s *history) replace() {
	time.Sleep(500 * time.Nanosecond)
	s.mu.Lock()
	s.version++
	v := s.version
	s.mu.Unlock()
	require.NoError(s.t, s.originals.Put(s.t.Context(), "k.png", bytes.NewReader(versioned(s.t, v))))
	time.Sleep(500 * time.Nanosecond)
}

func versioned(t *testing.T, v int) []byte {
	var b bytes.Buffer
	require.NoError(t, png.Encode(&b, image.NewGray(image.Rect(0, 0, firstWidth+v, 20))))
	return b.Bytes()
}

func (s *history) now() (version, floor int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.version, s.floor
}

func (s *history) raise(to int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.floor = max(s.floor, to)
}

func (s *history) versionOf(data []byte) int {
	return sizeOf(s.t, data).X - firstWidth
}

// Open opens the original, with random pauses before and after. The embedded Memory makes the source local.
func (s *history) Open(ctx context.Context, key string) (fs.File, error) {
	s.pause()
	f, err := s.originals.Open(ctx, key)
	if err != nil {
		s.pause()
	}
	return f, err
}

type localHistory struct {
	*storage.Memory
	*history
}

func (l localHistory) Open(ctx context.Context, key string) (fs.File, error) {
	return l.history.Open(ctx, key)
}

// remembering is a storage with random pauses. It records calls of Put that begin with an outdated
// thumbnail.
type remembering struct {
	*storage.Memory
	s *history
}

func (r remembering) Open(ctx context.Context, key string) (fs.File, error) {
	r.s.pause()
	return r.Memory.Open(ctx, key)
}

func (r remembering) Put(ctx context.Context, key string, content io.Reader) error {
	data, err := io.ReadAll(content)
	if err != nil {
		return err
	}
	if version, _ := r.s.now(); r.s.versionOf(data) != version {
		r.s.mu.Lock()
		r.s.outdated = append(r.s.outdated, fmt.Sprintf("version %d instead of %d", r.s.versionOf(data), version))
		r.s.mu.Unlock()
	}
	r.s.pause()
	err = r.Memory.Put(ctx, key, bytes.NewReader(data))
	r.s.pause()
	return err
}

func (r remembering) RemoveAll(ctx context.Context, prefix string) error {
	r.s.pause()
	err := r.Memory.RemoveAll(ctx, prefix)
	r.s.pause()
	return err
}

// newHistory returns n handlers that share a storage, like n processes.
func newHistory(t *testing.T, seed uint64, local bool, n int) (s *history, handlers []*thumbnail.Handler, url string) {
	s = &history{t: t, random: rand.New(rand.NewPCG(seed, 3)), originals: storage.NewMemory()}
	store, locks, signer := remembering{storage.NewMemory(), s}, lock.NewMemory(), newSigner(t)
	for range n {
		cfg := thumbnail.Config{
			Source: s, Storage: store, Signer: signer, Locker: locks, Workers: 3, Wait: time.Hour, Timeout: time.Hour, QueueTimeout: time.Hour,
			Processors: thumbnail.Processors{"slow": processorFunc(func(ctx context.Context, src image.Image, w, h int) (image.Image, error) {
				s.pause()
				return processors.Fit{}.Process(ctx, src, w, h)
			})},
		}
		if local {
			cfg.Source = localHistory{storage.NewMemory(), s}
		}
		h, err := thumbnail.NewHandler(cfg)
		require.NoError(t, err)
		handlers = append(handlers, h)
	}
	url, err := thumbnail.URL("/", signer, spec(t, "k.png", "90x90", "slow", ".png"))
	require.NoError(t, err)
	return s, handlers, url
}

// visit requests the thumbnail, and checks that no version from before the last Remove is served.
func (s *history) visit(h *thumbnail.Handler, url string, check bool) {
	_, floor := s.now()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, url, nil))
	switch {
	case w.Code == 200 && check:
		assert.GreaterOrEqual(s.t, s.versionOf(w.Body.Bytes()), floor)
	case check && floor > 0:
		assert.Equal(s.t, 503, w.Code, "there is an original, which changes all the time at worst")
	}
}

func TestNoRemovedOrReplacedThumbnailIsServedInAnyInterleaving(t *testing.T) {
	interleave(t, 400, 60, func(t *testing.T, seed uint64) {
		s, handlers, url := newHistory(t, seed, seed%2 == 0, 1)
		h := handlers[0]
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				for range 8 {
					s.pause()
					s.visit(h, url, true)
				}
			})
		}
		wg.Go(func() {
			for range 4 {
				s.pause()
				s.pause()
				s.replace()
				version, _ := s.now()
				assert.NoError(t, h.Remove(t.Context(), "k.png"))
				s.raise(version)
				if seed%3 == 0 {
					assert.NoError(t, h.Generate(t.Context(), spec(t, "k.png", "90x90", "slow", ".png")))
				}
			}
		})
		wg.Wait()
		s.visit(h, url, true)
	})
}

// An original is uploaded under a new name. Earlier requests got a 404, which Generate makes the handler forget.
func TestGenerateAfterAnUploadSucceedsInAnyInterleaving(t *testing.T) {
	interleave(t, 400, 60, func(t *testing.T, seed uint64) {
		s, handlers, url := newHistory(t, seed, seed%2 == 0, 1)
		h := handlers[0]
		var wg sync.WaitGroup
		for range 3 {
			wg.Go(func() {
				for range 5 {
					s.visit(h, url, true)
					s.pause()
				}
			})
		}
		s.pause()
		s.replace()
		assert.NoError(t, h.Generate(t.Context(), spec(t, "k.png", "90x90", "slow", ".png")))
		s.raise(1)
		wg.Wait()
		s.visit(h, url, true)
	})
}

// A process does not know about a Remove in another process. Nevertheless, if originals are in a directory, no
// process begins to store a thumbnail that is outdated at that time.
func TestNoOutdatedThumbnailIsStoredIfOriginalsAreLocal(t *testing.T) {
	interleave(t, 400, 60, func(t *testing.T, seed uint64) {
		s, handlers, url := newHistory(t, seed, true, 3)
		var wg sync.WaitGroup
		for i := range 6 {
			wg.Go(func() {
				for range 6 {
					s.pause()
					s.visit(handlers[i%3], url, false)
				}
			})
		}
		wg.Go(func() {
			for i := range 5 {
				s.pause()
				s.pause()
				s.replace()
				assert.NoError(t, handlers[i%3].Remove(t.Context(), "k.png"))
			}
		})
		wg.Wait()
		assert.Empty(t, s.outdated)
	})
}
