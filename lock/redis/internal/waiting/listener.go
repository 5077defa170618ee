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
	// silence is how long a Pub/Sub connection may say nothing before it is asked whether it lives,
	// and again until it is given up.
	silence = 3 * time.Second
	// reconnectPause keeps a listener from spinning while Redis refuses connections.
	reconnectPause = 100 * time.Millisecond
)

// listener notifies waiters of releases. It listens while somebody waits.
type listener struct {
	mu      sync.Mutex
	waiters map[string]map[chan string]struct{} // by the key in Redis
	stop    context.CancelFunc                  // nil while nobody waits
	done    <-chan struct{}                     // closed when what was stopped last has let go of its connection
}

// join registers a waiter: released gets the token of every lock on name that is released from now
// on, or from when the connection stands, which "" announces: then it is time to look. Between two
// receives all but one may be dropped.
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

// announce wakes those that wait for name.
func (n *listener) announce(name, token string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for c := range n.waiters[name] {
		wake(c, token)
	}
}

// announceAll has everybody look.
func (n *listener) announceAll() {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, cs := range n.waiters {
		for c := range cs {
			wake(c, "")
		}
	}
}

// wake drops what a waiter has no room for. It may: whatever the waiter finds there, unless it is
// the very release that it waits for, has it look, and it looks after what was dropped had
// happened.
func wake(c chan string, token string) {
	select {
	case c <- token:
	default:
	}
}

// listen starts to listen, once the predecessor has ended, so that there are never two connections.
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

// subscribe passes on what one subscription says, until ctx ends or the connection hangs. go-redis
// reconnects after errors, and subscribes again; that is confirmed each time.
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
