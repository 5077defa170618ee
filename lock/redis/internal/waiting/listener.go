package waiting

import (
	"context"
	"errors"
	"net"
	"strings"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
)

const (
	// silence is how long a Pub/Sub connection may be silent before it is pinged, and again before it is given
	// up.
	silence = 3 * time.Second
	// reconnectPause limits the rate of reconnections while Redis refuses connections.
	reconnectPause = 100 * time.Millisecond
)

// listener notifies waiters of releases. It listens only while there are waiters.
type listener struct {
	mu      sync.Mutex
	waiters map[string]map[chan string]struct{} // by the key in Redis
	stop    context.CancelFunc                  // nil without waiters
	done    <-chan struct{}                     // closed when the previous subscription has closed its connection
}

// join registers a waiter. The channel released receives the token of every lock on name that is released
// from now on. It receives "" when the subscription begins, because earlier releases may have been missed:
// the waiter then checks the lock. If the waiter is slow, all but one of the values may be dropped.
func (r *Room) join(name string) (released <-chan string, leave func()) {
	c := make(chan string, 1)
	n := &r.listener
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.stop == nil {
		var ctx context.Context
		ctx, n.stop = context.WithCancel(context.Background())
		n.done = r.listen(ctx, n.done)
	}
	if n.waiters == nil {
		n.waiters = make(map[string]map[chan string]struct{})
	}
	if n.waiters[name] == nil {
		n.waiters[name] = make(map[chan string]struct{})
	}
	n.waiters[name][c] = struct{}{}
	return c, func() { n.leave(name, c) }
}

func (n *listener) leave(name string, c chan string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	delete(n.waiters[name], c)
	if len(n.waiters[name]) == 0 {
		delete(n.waiters, name)
	}
	if len(n.waiters) == 0 {
		n.stop()
		n.stop = nil
	}
}

// announce wakes the waiters for name.
func (n *listener) announce(name, token string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for c := range n.waiters[name] {
		wake(c, token)
	}
}

// announceAll makes all waiters check their locks.
func (n *listener) announceAll() {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, cs := range n.waiters {
		for c := range cs {
			wake(c, "")
		}
	}
}

// wake drops a value if the waiter has not received the previous one. That is safe. If the pending value is the
// release that the waiter waits for, the dropped value is not needed. Otherwise the waiter checks the lock when it
// receives the pending value, and that is after the dropped release.
func wake(c chan string, token string) {
	select {
	case c <- token:
	default:
	}
}

// listen starts the subscription after the previous one has ended, so that there are never two connections.
func (r *Room) listen(ctx context.Context, after <-chan struct{}) <-chan struct{} {
	done := make(chan struct{})
	ctx, cancel := context.WithCancel(ctx)
	stop := context.AfterFunc(r.Closed, cancel)
	loop := func() {
		defer close(done)
		defer stop()
		defer cancel()
		if after != nil {
			<-after
		}
		for ctx.Err() == nil {
			r.subscribe(ctx)
			sleep(ctx, reconnectPause)
		}
	}
	if !r.Go(loop) {
		cancel()
		stop()
		close(done)
	}
	return done
}

// subscribe forwards the messages of one subscription until ctx ends or the connection hangs. go-redis
// reconnects after errors and subscribes again; each subscription is confirmed.
func (r *Room) subscribe(ctx context.Context) {
	sub := r.Client.Subscribe(ctx, r.Channel)
	closed := make(chan struct{})
	stop := context.AfterFunc(ctx, func() { // wakes the receiver
		defer close(closed)
		sub.Close()
	})
	defer func() {
		if stop() {
			sub.Close()
		} else {
			<-closed
		}
	}()
	asked := false
	for {
		msg, err := sub.ReceiveTimeout(ctx, silence)
		var timeout net.Error
		switch {
		case ctx.Err() != nil:
			return
		case errors.As(err, &timeout) && timeout.Timeout():
			if asked || sub.Ping(ctx) != nil {
				return
			}
			asked = true
			continue
		case err != nil:
			sleep(ctx, reconnectPause)
			continue
		}
		asked = false
		switch msg := msg.(type) {
		case *redis.Subscription:
			r.listener.announceAll()
		case *redis.Message:
			token, name, _ := strings.Cut(msg.Payload, ":")
			r.listener.announce(name, token)
		}
	}
}

// sleep sleeps for d, or until ctx ends.
func sleep(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}
