// Package redis implements a lock for processes on any number of hosts that share one Redis: a
// thumbnail.Locker, Waiter and Historian over github.com/redis/go-redis/v9.
//
//	client := goredis.NewClient(&goredis.Options{Addr: "redis:6379", ContextTimeoutEnabled: true})
//	cfg.Locker = redis.New(client, redis.Config{})
//
// # What is in Redis
//
// A lock is the key Prefix:key. Its value is a token that only its holder knows, and its expiry is ttl.
// Renewal and release are scripts that compare the token before they act, so neither can affect another
// holder's lock, however late it arrives. The holder's process renews the lock every ttl/3. When the process
// dies, the lock expires ttl after the last renewal. A released lock has an empty value, which expires after
// ten seconds: so the next holder knows that somebody may have made the thumbnail just now. Each release is
// published on the channel Prefix:released.
//
// Every script uses one key, so all of this works in a cluster. A release is published by plain PUBLISH,
// not by sharded PUBLISH: a cluster forwards it to every node, so a process receives the releases of all
// keys over one connection, whichever node it is connected to. The price is that a process that waits for
// any key receives every release: some hundred bytes per generated thumbnail. With a Ring, a waiter
// receives the releases of one shard only; it checks other keys once a second.
//
// A user with restricted rights needs +@connection +set +get +pttl +pexpire +hdel +evalsha +eval
// +publish +subscribe, ~Prefix:* and &Prefix:released.
//
// # What it does not promise
//
// Redis replicates after it has answered. After a failover a lock, or the trace of its release, may be
// missing, and then two processes hold it for a while, or make the same thumbnail one after the other. That
// is good enough to avoid duplicate work, but not if correctness depends on the lock.
//
// # Goroutines
//
// Each held lock has one goroutine, which ends with unlock or with the context of TryLock. While any call
// of Wait blocks, there is one more goroutine. A command that got no answer in time may leave a goroutine
// behind until the client gives up, after its DialTimeout or ReadTimeout. For this package's commands, a
// *Client has a ReadTimeout of two seconds.
package redis

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/rest-thumbnails/thumbnail/lock/redis/internal/breaker"
	"github.com/rest-thumbnails/thumbnail/lock/redis/internal/waiting"
)

var (
	// ErrDown means that Redis does not answer, or can't work at the moment (loading, failing over).
	ErrDown = breaker.ErrDown
	// ErrLost means that a lock was gone before it was released: its holder was stopped or disconnected for
	// longer than ttl, or Redis lost the key. Only Config.OnError receives it.
	ErrLost = errors.New("lock was lost")
	// ErrClosed is the error of TryLock and Wait after Close.
	ErrClosed = errors.New("locker is closed")
)

// DefaultPrefix is the default value of Config.Prefix.
const DefaultPrefix = "restthumbnails"

// Config configures a [Locker]. The zero value is ready to use.
type Config struct {
	// Prefix is the beginning of the name of every key and of the channel. Processes that share locks must
	// have the same Prefix. "" means DefaultPrefix.
	Prefix string

	// OnError, if not nil, receives the errors that no call returns: renewal errors and ErrLost. Such an
	// error does not release the lock, and renewal is retried as long as the lock may exist. Several
	// goroutines may call OnError at once. It should return quickly, and must call neither unlock nor Close.
	OnError func(error)
}

// Locker locks keys in Redis. Any number of goroutines may use it at once.
//
// A command has a timeout of one second, whatever the options of the client. If Redis does not answer in
// time, it counts as down: every call fails within a few milliseconds, with an error that matches
// [ErrDown], until Redis answers a probe. Calls start the probes, one at a time and at most four a second,
// so nothing runs between calls. While other commands are being answered, the timeout is three seconds,
// because then this process is overloaded, not Redis.
type Locker struct {
	client  redis.UniversalClient
	prefix  string
	onError func(error)
	breaker breaker.Breaker
	waiting waiting.Room
	holds   sync.Map // of *hold, by key

	ctx    context.Context // ends with Close, by ErrClosed
	cancel context.CancelCauseFunc

	mu      sync.Mutex
	closed  bool
	running sync.WaitGroup // renewals and the listener
}

// New returns a Locker that uses client. The caller closes client after the Locker. New does not connect:
// if Redis is down, TryLock returns an error. New panics if client is nil.
func New(client redis.UniversalClient, cfg Config) *Locker {
	if client == nil {
		panic("redis: New needs a client")
	}
	if c, ok := client.(*redis.Client); ok {
		// The client shares the connections, but has a shorter read timeout, so that abandoned commands end
		// soon. The timeout is longer than that of the breaker, because the client would otherwise retry.
		client = c.WithTimeout(2 * breaker.Timeout)
	}
	l := &Locker{client: client, prefix: cfg.Prefix, onError: cfg.OnError}
	if l.prefix == "" {
		l.prefix = DefaultPrefix
	}
	l.ctx, l.cancel = context.WithCancelCause(context.Background())
	l.breaker.Probe = l.probe
	l.waiting = waiting.Room{Client: client, Channel: l.channel(), Look: l.look, Poll: time.Second, Closed: l.ctx, Go: l.spawn}
	return l
}

// Wait blocks until key is free, and then returns nil. It returns earlier with an error if ctx ends or
// Redis can't be reached. When Wait returns, another caller may already have locked the key.
//
// An unlock in any process wakes Wait at once, and so does the expiry of a dead holder's lock. In addition,
// Wait checks the lock in Redis once a second. All calls share one Pub/Sub connection, which is closed when
// no call waits.
func (l *Locker) Wait(ctx context.Context, key string) error {
	if err := l.waiting.Wait(ctx, l.name(key)); err != nil {
		return fmt.Errorf("wait for lock %q in Redis: %w", key, err)
	}
	return nil
}

// Close ends every Wait, all renewals and the Pub/Sub connection, and returns when they have ended. Held
// locks expire after their ttl; they can still be unlocked earlier. A program that has unlocked everything
// and waits for nothing does not need Close. Close may be called more than once, and always returns nil.
func (l *Locker) Close() error {
	l.mu.Lock()
	l.closed = true
	l.mu.Unlock()
	l.cancel(ErrClosed)
	l.running.Wait()
	return nil
}

// spawn runs f on a goroutine that Close waits for, unless l is already closed.
func (l *Locker) spawn(f func()) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.closed {
		l.running.Go(f)
	}
	return !l.closed
}

// name returns the key in Redis.
func (l *Locker) name(key string) string { return l.prefix + ":" + key }

// channel returns the channel on which releases are published.
func (l *Locker) channel() string { return l.prefix + ":released" }

// report passes err to OnError.
func (l *Locker) report(err error) {
	if l.onError != nil {
		l.onError(err)
	}
}
