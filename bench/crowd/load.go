package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/rest-thumbnails/thumbnail"
)

// A load requests thumbnails from a server.
type load struct {
	links   thumbnail.Links
	clients int
	stored  []string     // URLs of stored thumbnails
	next    atomic.Int64 // number of the next new thumbnail
	made    atomic.Int64

	mu  sync.Mutex
	err error
}

// sizes is the number of stored thumbnails.
const sizes = 50

func newLoad(base string, clients int) (*load, error) {
	signer, err := thumbnail.NewSigner([]byte(key))
	if err != nil {
		return nil, err
	}
	l := &load{links: thumbnail.Links{Base: base, Signer: signer}, clients: clients}
	for i := range sizes {
		url, err := l.url(thumbnail.Spec{Source: "k.jpg", Size: thumbnail.Size{Width: 200, Height: 100 + i}, Method: "crop", Ext: ".jpg"})
		if err != nil {
			return nil, err
		}
		l.stored = append(l.stored, url)
		l.get(context.Background(), url)
	}
	return l, l.failure()
}

func (l *load) url(s thumbnail.Spec) (string, error) {
	return thumbnail.URL(l.links.Base, l.links.Signer, s)
}

func (l *load) get(ctx context.Context, url string) {
	err := fetch(ctx, url)
	if err != nil && ctx.Err() == nil {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.err = err
	}
}

func fetch(ctx context.Context, url string) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	resp, err := client.Do(r)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if _, err := io.Copy(io.Discard, resp.Body); err != nil {
		return err
	}
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: status %d", url, resp.StatusCode)
	}
	return nil
}

func (l *load) failure() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.err
}

// warm requests stored thumbnails at a constant rate, even while earlier requests are unanswered, and
// returns the latency of each.
func (l *load) warm(period time.Duration, perSecond int) (times []time.Duration) {
	var wg sync.WaitGroup
	n := int(period.Seconds() * float64(perSecond))
	times = make([]time.Duration, n)
	start := time.Now()
	for i := range n {
		time.Sleep(time.Until(start.Add(time.Duration(i) * time.Second / time.Duration(perSecond))))
		wg.Go(func() {
			began := time.Now()
			l.get(context.Background(), l.stored[i%len(l.stored)])
			times[i] = time.Since(began)
		})
	}
	wg.Wait()
	return times
}

// cold requests new thumbnails until ctx ends. The returned channel is closed when all clients have
// stopped.
func (l *load) cold(ctx context.Context) <-chan struct{} {
	var wg sync.WaitGroup
	for range l.clients {
		wg.Go(func() {
			for ctx.Err() == nil {
				version := fmt.Sprint(l.next.Add(1))
				url, err := l.url(thumbnail.Spec{Source: "k.jpg", Size: thumbnail.Size{Width: 800, Height: 600}, Method: "crop", Ext: ".webp", Version: version})
				if err != nil {
					panic(err)
				}
				l.get(ctx, url)
				l.made.Add(1)
			}
		})
	}
	done := make(chan struct{})
	go func() { wg.Wait(); close(done) }()
	return done
}
