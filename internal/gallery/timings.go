package gallery

import (
	"context"
	"sync"
	"time"

	"github.com/rest-thumbnails/thumbnail"
)

// Timings remembers how long thumbnails took to make. It is an Observer of the handler.
type Timings struct {
	mu sync.Mutex
	of map[string]time.Duration // durations by path
}

// maxTimings limits the number of remembered thumbnails.
const maxTimings = 10_000

// Observe implements thumbnail.Observer.
func (t *Timings) Observe(_ context.Context, e thumbnail.Event) {
	if !e.Generated {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.of == nil || len(t.of) >= maxTimings {
		t.of = map[string]time.Duration{}
	}
	t.of[e.Path] = e.Timing.Decode + e.Timing.Process + e.Timing.Encode
}

// milliseconds returns how long the thumbnail at a path took to decode, process and encode, or 0 if not
// known.
func (t *Timings) milliseconds(path string) float64 {
	if t == nil {
		return 0
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	return float64(t.of[path]) / float64(time.Millisecond)
}
