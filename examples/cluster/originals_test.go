//go:build unix

package main

import (
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync"
	"testing"

	"github.com/rest-thumbnails/thumbnail/internal/imagetest"
	"github.com/rest-thumbnails/thumbnail/internal/imagetest/specimen"
)

// originals is an HTTP server of pictures. It counts how often each one is read, which is the number of
// generations, and can delay its responses.
type originals struct {
	*httptest.Server
	asked chan int // receives the process ID of each client, if a test reads it

	mu    sync.Mutex
	reads map[string]int
	gate  chan struct{} // closed when responses may be sent
}

// newOriginals serves the same picture under every name.
func newOriginals(t testing.TB, picture []byte) *originals {
	o := &originals{asked: make(chan int, 10_000), reads: map[string]int{}, gate: make(chan struct{})}
	close(o.gate)
	o.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		o.mu.Lock()
		o.reads[r.URL.Path[1:]]++
		gate := o.gate
		o.mu.Unlock()
		pid, _ := strconv.Atoi(r.Header.Get("X-Worker"))
		o.asked <- pid
		select {
		case <-gate:
			_, _ = w.Write(picture)
		case <-r.Context().Done():
		}
	}))
	t.Cleanup(func() {
		o.CloseClientConnections()
		o.Close()
	})
	return o
}

// hold delays every response until release, which may be called more than once.
func (o *originals) hold() (release func()) {
	o.mu.Lock()
	defer o.mu.Unlock()
	gate := make(chan struct{})
	o.gate = gate
	return sync.OnceFunc(func() { close(gate) })
}

// counts returns how often a picture was read, and the total for all pictures.
func (o *originals) counts(name string) (one, all int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, n := range o.reads {
		all += n
	}
	return o.reads[name], all
}

// forget discards the process IDs received so far.
func (o *originals) forget() {
	for {
		select {
		case <-o.asked:
		default:
			return
		}
	}
}

// photo returns a JPEG of a size whose parts all differ.
func photo(_ testing.TB, width, height int) []byte {
	return specimen.JPEG(imagetest.Photo(width, height, 1), 75)
}
