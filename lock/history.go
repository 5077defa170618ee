package lock

import (
	"hash/fnv"
	"io"
	"sync"
	"time"
)

// A history remembers when keys were last released. Keys share its slots, so its size does not depend on
// their number, and the time for a key may be that of another key that was released later.
type history struct {
	mu    sync.Mutex
	parts [128]time.Time
}

// part returns the slot of key.
func (h *history) part(key string) *time.Time {
	sum := fnv.New32a()
	_, _ = io.WriteString(sum, key)
	return &h.parts[sum.Sum32()%uint32(len(h.parts))]
}

// released records that key is released now.
func (h *history) released(key string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	*h.part(key) = time.Now()
}

// last returns a time that is not before the last release of key. The zero time means that key was never
// released.
func (h *history) last(key string) time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return *h.part(key)
}
