package lock

import (
	"hash/fnv"
	"io"
	"sync"
	"time"
)

// A history knows when a key was released last. Keys share its parts, so that it does not grow with their
// number: what it knows of a key may be what happened to another one later.
type history struct {
	mu    sync.Mutex
	parts [128]time.Time
}

// part returns where the history of key is.
func (h *history) part(key string) *time.Time {
	sum := fnv.New32a()
	_, _ = io.WriteString(sum, key)
	return &h.parts[sum.Sum32()%uint32(len(h.parts))]
}

// released notes that key is released now.
func (h *history) released(key string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	*h.part(key) = time.Now()
}

// last returns a time before which every release of key was, at the latest. The zero time means that there
// was none.
func (h *history) last(key string) time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return *h.part(key)
}
