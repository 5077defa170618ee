package rules

import (
	"context"
	"errors"
	"strings"
	"sync"
	"time"
)

// TryLock is correct if c.breaks is empty; the other cases are mistakes.
func (c *simClient) TryLock(ctx context.Context, key string, ttl time.Duration) (func() error, bool, error) {
	if c.breaks == "an ended context takes nothing" && ctx.Err() != nil {
		ctx = context.WithoutCancel(ctx)
	}
	if c.breaks == "any string is a key" {
		key = strings.TrimSpace(key)
	}
	token, won, err := c.acquire(ctx, key, ttl)
	switch {
	case err != nil:
		return nil, false, err
	case !won && c.breaks == "held elsewhere is no error":
		return nil, false, errors.New("locked")
	case !won:
		if c.breaks == "TryLock never waits" {
			time.Sleep(6 * time.Second)
		}
		return nil, false, nil
	}
	c.note(key, true)
	l := &simLock{client: c, ctx: ctx, key: key, token: token, ttl: ttl, stop: make(chan struct{})}
	if c.breaks != "a living holder keeps its lock" {
		go l.renew()
	}
	return l.unlock, true, nil
}

func (c *simClient) acquire(ctx context.Context, key string, ttl time.Duration) (token int, won bool, err error) {
	lease, limit := ttl, time.Second
	switch c.breaks {
	case "a short pause costs no lock":
		lease = ttl / 3
	case "TryLock does not hang":
		limit = 24 * time.Hour
	case "TryLock ends with its context while it waits for the server":
		if ctx.Err() == nil {
			ctx = context.WithoutCancel(ctx)
		}
	case "one of a hundred has the lock":
		held := false
		if err := c.do(ctx, func(s *server) { held = s.get(key) != 0 }); err != nil || held {
			return 0, false, err
		}
	}
	setNX := func(s *server) {
		lonely := c.breaks == "a free key is locked" && s.clients == 1
		if won = (s.get(key) == 0 || c.breaks == "one of a hundred has the lock") && !lonely; won {
			s.nextToken++
			token = s.nextToken
			s.set(c, key, token, lease)
		}
	}
	err = c.doWithin(ctx, limit, setNX)
	if errors.Is(err, errLost) && c.breaks == "a lost reply costs a ttl at most" {
		err = c.do(ctx, setNX)
	}
	return token, won, err
}

// simLock is one acquired lock.
type simLock struct {
	client *simClient
	ctx    context.Context
	key    string
	token  int
	ttl    time.Duration

	stop   chan struct{} // closed by unlock, which ends the renewals
	mu     sync.Mutex
	called bool          // unlock was called
	done   chan struct{} // closed when the first unlock has returned, with err
	doneAt time.Time
	err    error
}

func (l *simLock) renew() {
	c := l.client
	interval, lease, ended, stop := l.ttl/3, l.ttl, l.ctx.Done(), l.stop
	if c.breaks == "a short pause costs no lock" {
		interval, lease = l.ttl/9, l.ttl/3
	}
	if c.breaks == "nothing comes back after unlock" || c.breaks == "renewal after an unlock that failed" {
		stop = nil
	}
	for {
		select {
		case <-ended:
			if c.breaks == "a dead holder loses its lock" {
				c.do(context.Background(), func(s *server) {
					if s.get(l.key) == l.token {
						s.set(c, l.key, l.token, l.ttl)
					}
				})
			}
			return
		case <-stop:
			return
		case <-time.After(interval):
		}
		over := false
		err := c.do(context.Background(), func(s *server) { over = !l.extend(s, lease) })
		if over || errors.Is(err, errKilled) {
			return
		}
		if c.breaks == "renewal ends with the context" {
			ended = nil // from this round on
		}
	}
}

// extend sends the renewal command; false means that the lock is lost.
func (l *simLock) extend(s *server, lease time.Duration) bool {
	c, holder := l.client, s.get(l.key)
	switch {
	case holder == l.token && c.breaks == "a dead holder loses its lock":
		s.set(c, l.key, l.token, 10*lease)
		return true
	case holder == l.token && !(c.breaks == "nothing comes back after unlock" && l.unlocking()):
		s.set(c, l.key, l.token, lease)
		return true
	case c.breaks == "nothing comes back after unlock" && holder == 0 && s.lastReleased[l.key] == l.token:
		s.set(c, l.key, l.token, lease)
		return true
	case c.breaks == "a late awakening leaves the next holder alone":
		s.del(l.key)
	case c.breaks == "a late awakening renews no other lock" && holder != 0:
		s.set(s.keys[l.key].owner, l.key, holder, lease)
		return true
	}
	return false
}

func (l *simLock) unlocking() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.called
}

func (l *simLock) unlock() error {
	breaks := l.client.breaks
	l.mu.Lock()
	first := !l.called
	if first {
		l.called, l.done = true, make(chan struct{})
	}
	l.mu.Unlock()
	if first {
		l.client.note(l.key, false)
		close(l.stop)
		l.err = l.release()
		l.doneAt = time.Now()
		close(l.done)
		return l.err
	}
	if breaks == "unlock may be called by many" {
		select {
		case <-l.done:
		default:
			return errors.New("unlock is under way")
		}
	}
	<-l.done
	switch {
	case breaks == "unlock may be called again" && time.Since(l.doneAt) > 0:
		return errors.New("not locked")
	case breaks == "a second unlock leaves the next holder alone":
		l.client.do(context.Background(), func(s *server) { s.del(l.key) })
	}
	return l.err
}

// release sends the release command.
func (l *simLock) release() error {
	c, ctx, limit := l.client, context.Background(), time.Second
	switch c.breaks {
	case "unlock survives the context":
		ctx = l.ctx
	case "unlock does not hang":
		limit = 24 * time.Hour
	}
	command := func(s *server) {
		if c.breaks == "an unlock that comes too late leaves the next holder alone" || s.get(l.key) == l.token {
			s.del(l.key)
			s.releasedBy[l.key] = c
		}
		if c.breaks == "keys are independent" {
			for key, e := range s.keys {
				if key != l.key && e.owner != c {
					s.del(key)
				}
			}
		}
	}
	if c.breaks == "unlock frees the key" {
		go func() {
			time.Sleep(soon / 2)
			c.do(ctx, command)
		}()
		return nil
	}
	return c.doWithin(ctx, limit, command)
}

// Wait checks again after 10 ms, and then at increasing intervals of up to a second.
func (c *simClient) Wait(ctx context.Context, key string) error {
	seen := -1 // number of releases
	for looks := 0; ; looks++ {
		var holder, releases int
		looking := ctx
		if c.breaks == "Wait does not hang" {
			looking = context.WithoutCancel(ctx)
		}
		err := c.doWithin(looking, 24*time.Hour, func(s *server) {
			holder, releases = s.get(key), s.releases[key]
			if c.breaks == "Wait blocks while the key is held" {
				releases = 0
				for _, n := range s.releases {
					releases += n
				}
			}
		})
		if err != nil {
			return err
		}
		released := looks > 0 && releases != seen
		seen = releases
		interval := min(10*time.Millisecond<<min(looks, 10), time.Second)
		switch {
		case c.breaks == "Wait for a free key returns at once" && holder == 0 && looks == 0:
			interval = 6 * time.Second
		case c.breaks == "Wait takes no lock" && holder == 0 && looks == 0:
			_, _, err := c.TryLock(ctx, key, time.Hour)
			return err
		case c.breaks == "Wait blocks while the key is held" && released:
			return nil
		case c.breaks == "Wait returns when the holder dies" && holder == 0 && looks > 0 && !released:
		case c.breaks == "all waiters wake" && released && !c.first(key, releases):
			interval = time.Hour
		case holder == 0:
			return nil
		case c.breaks == "Wait returns when the key is free":
			interval = 6 * time.Second
		}
		select {
		case <-ctx.Done():
			if c.breaks == "Wait returns when its context ends" {
				return errors.New("gave up")
			}
			return ctx.Err()
		case <-time.After(interval):
		}
	}
}

// first returns true for the first call only.
func (c *simClient) first(key string, release int) bool {
	c.server.mu.Lock()
	defer c.server.mu.Unlock()
	mark := "woken by " + key
	was := c.server.lastReleased[mark]
	c.server.lastReleased[mark] = release
	return was != release
}

// FreeSince uses the clock of the server, which all processes share.
func (c *simClient) FreeSince(key string, since time.Time) bool {
	if c.breaks == "FreeSince does not wait" {
		_ = c.doWithin(context.Background(), 24*time.Hour, func(*server) {})
	}
	s := c.server
	s.mu.Lock()
	defer s.mu.Unlock()
	held, released := s.get(key) != 0 && s.keys[key].owner == c, s.released[key]
	switch c.breaks {
	case "one of a hundred has the lock": // its history is as wrong as its locks
		held = false
	case "FreeSince knows of no holder when there is none":
		held = held || s.get(key) == 0
	case "FreeSince says nothing about a lock held elsewhere":
		_, ever := c.locked[key]
		held = held || !ever && s.get(key) != 0
	case "FreeSince is false when the lock is lost":
		held = c.locked[key]
	}
	switch {
	case c.breaks == "FreeSince remembers the last holder" && s.releasedBy[key] != c && time.Since(released) > soon/2,
		c.breaks == "FreeSince remembers the same process" && s.releasedBy[key] == c,
		c.breaks == "FreeSince remembers those who have just gone" && time.Since(released) < soon/2:
		released = time.Time{}
	}
	return held && released.Before(since) && (s.expired[key].Before(since) || c.breaks == "FreeSince remembers the dead")
}
