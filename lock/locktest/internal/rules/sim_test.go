package rules

import (
	"context"
	"errors"
	"sync"
	"time"
)

// The rules are tested on a small distributed lock: a simulated server, clients and network in fake time.
// It keeps the contract, and mutant_test.go breaks it in every way that a rule must detect.

var (
	errKilled = errors.New("killed")
	errSlow   = errors.New("no reply within a second")
	errLost   = errors.New("connection lost")
)

// server stores keys that expire, as Redis does.
type server struct {
	mu           sync.Mutex
	clients      int
	keys         map[string]entry
	releases     map[string]int // number of releases by key
	lastReleased map[string]int // token of the last holder by key
	released     map[string]time.Time
	releasedBy   map[string]*simClient
	expired      map[string]time.Time
	nextToken    int
}

type entry struct {
	token   int
	owner   *simClient
	expires time.Time
}

func newServer() *server {
	return &server{keys: map[string]entry{}, releases: map[string]int{}, lastReleased: map[string]int{}, released: map[string]time.Time{},
		releasedBy: map[string]*simClient{}, expired: map[string]time.Time{}}
}

// get returns the token of the holder of key, or 0. All methods require that mu is held; client.do locks
// it.
func (s *server) get(key string) int {
	e, ok := s.keys[key]
	if ok && !time.Now().Before(e.expires) {
		s.expired[key] = e.expires
		delete(s.keys, key)
		return 0
	}
	return e.token
}

func (s *server) set(c *simClient, key string, token int, ttl time.Duration) {
	s.keys[key] = entry{token, c, time.Now().Add(ttl)}
}

func (s *server) del(key string) {
	s.releases[key]++
	s.released[key] = time.Now()
	s.lastReleased[key] = s.get(key)
	delete(s.keys, key)
}

// simClient is a process: a Locker and Waiter with its connection.
type simClient struct {
	server *server
	breaks string // name of the mutant, or "" for a correct lock

	mu      sync.Mutex
	locked  map[string]bool // by key: locked by TryLock and not yet unlocked, although the lock may be lost
	killed  bool
	drop    bool          // lose the next reply
	blocked chan struct{} // closed by resume; nil while the network works
	frozen  bool          // blocked, and timeouts do not run either
}

func (s *server) start(breaks string) *simClient {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.clients++
	return &simClient{server: s, breaks: breaks, locked: map[string]bool{}}
}

// process returns c with all hooks.
func (c *simClient) process() Process {
	return Process{
		Locker: c,
		Kill: func() {
			c.mu.Lock()
			defer c.mu.Unlock()
			c.killed = true
		},
		Pause:     func() func() { return c.block(true) },
		Stall:     func() func() { return c.block(false) },
		DropReply: func() { c.drop = true },
	}
}

func (c *simClient) block(freeze bool) (resume func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	blocked := make(chan struct{})
	c.blocked, c.frozen = blocked, freeze
	return func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.blocked, c.frozen = nil, false
		close(blocked)
	}
}

// do runs a command on the server, one millisecond away, unless that takes longer than a second, or ctx
// ends.
func (c *simClient) do(ctx context.Context, command func(s *server)) error {
	return c.doWithin(ctx, time.Second, command)
}

func (c *simClient) doWithin(ctx context.Context, limit time.Duration, command func(s *server)) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	time.Sleep(time.Millisecond)
	c.mu.Lock()
	blocked, frozen := c.blocked, c.frozen
	c.mu.Unlock()
	if frozen {
		<-blocked
	} else if blocked != nil {
		select {
		case <-blocked:
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(limit):
			return errSlow
		}
	}
	c.mu.Lock()
	killed, drop := c.killed, c.drop
	c.drop = false
	c.mu.Unlock()
	if killed {
		return errKilled
	}
	c.server.mu.Lock()
	command(c.server)
	c.server.mu.Unlock()
	if drop {
		return errLost
	}
	return nil
}

// note records that TryLock or unlock was called.
func (c *simClient) note(key string, locked bool) {
	c.server.mu.Lock()
	defer c.server.mu.Unlock()
	c.locked[key] = locked
}
