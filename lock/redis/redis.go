// Package redis implements a lock for processes on any number of hosts that share one Redis: a
// thumbnail.Locker and thumbnail.Waiter over github.com/redis/go-redis/v9.
//
//	client := goredis.NewClient(&goredis.Options{Addr: "redis:6379", ContextTimeoutEnabled: true})
//	cfg.Locker = redis.New(client, redis.Options{})
//
// # What is in Redis
//
// A lock is the key Prefix:key. Its value is a token that only its holder knows, and its expiry is
// ttl (SET NX PX). Renewal and release are scripts that compare the token before they act, so
// neither can touch somebody else's lock, however late it arrives. The holder's process renews
// every ttl/3; when it dies, the lock expires ttl after the last renewal. A release is announced on
// the channel Prefix:released.
//
// Every script names one key, so that all of this works in a cluster. The announcement is a plain
// PUBLISH, not a sharded one: a cluster carries it to every node, so that a process is told of all
// keys over one connection, whichever node it is connected to. The price is that a process that
// waits for any key is told of every release: some hundred bytes per generated thumbnail. With a
// Ring, a waiter is told of the keys of one shard, and finds the others by asking once a second.
//
// A user with restricted rights needs +@connection +set +get +del +pttl +pexpire +hdel +evalsha +eval
// +publish +subscribe, ~Prefix:* and &Prefix:released.
//
// # What it does not promise
//
// Redis replicates after it has answered. A failover may forget a lock, and then two processes hold
// it for a while. That is good enough for a lock that saves work, but not for one that guards
// correctness.
//
// # Goroutines
//
// A lock that is held has one goroutine, which ends with unlock or with the context of TryLock.
// While any call of Wait blocks, there is one more. A command that got no answer in time may leave
// one until the client gives it up, after its DialTimeout or ReadTimeout; the ReadTimeout of a
// *Client is two seconds here.
package redis

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
)

var (
	// ErrDown means that Redis does not answer, or can't work at present (loading, failing over).
	ErrDown = errors.New("redis is down")
	// ErrLost means that a lock was gone before it was released: its holder was stopped or cut off for
	// longer than ttl, or Redis has forgotten it. Only Options.OnError gets it.
	ErrLost = errors.New("lock was lost")
	// ErrClosed is the error of TryLock and Wait after Close.
	ErrClosed = errors.New("locker is closed")
)

// DefaultPrefix is the default of Options.Prefix.
const DefaultPrefix = "restthumbnails"

// commandTimeout is how long a command may take. Then it has failed, and Redis counts as down.
const commandTimeout = time.Second

// Options are options of [New]. The zero value is ready to use.
type Options struct {
	// Prefix begins the name of every key and of the channel. Processes that share locks share it.
	// "" means DefaultPrefix.
	Prefix string

	// OnError, if not nil, gets the errors that no call returns: those of renewals, and ErrLost.
	// They do not release the lock, and renewal is tried again as long as the lock may exist.
	// Several goroutines may call it at once; it should return soon, and call neither unlock nor
	// Close.
	OnError func(error)
}

// Locker locks keys in Redis. Any number of goroutines may use it at once.
//
// A command has one second, whatever the options of the client. If it is not answered in time,
// Redis counts as down: every call fails within a few milliseconds, with an error that matches
// [ErrDown], until a probe is answered. Calls start the probes, one at a time and at most four a
// second, so that nothing runs between calls. While other commands are answered, a command has
// three seconds: then it is this process, and not Redis, that is overloaded.
type Locker struct {
	client  redis.UniversalClient
	prefix  string
	onError func(error)
	breaker breaker
	waiting listener

	pollEvery time.Duration // bounds how long a waiter believes what it saw, in case an announcement is lost

	ctx    context.Context // ends with Close
	cancel context.CancelFunc

	mu      sync.Mutex
	closed  bool
	running sync.WaitGroup // renewals and the listener
}

// New returns a Locker that uses client, which the caller closes after the Locker. It does not
// connect: if Redis is down, TryLock says so. New panics if client is nil.
func New(client redis.UniversalClient, opts Options) *Locker {
	if client == nil {
		panic("redis: New needs a client")
	}
	if c, ok := client.(*redis.Client); ok {
		// The same connections with a shorter patience, so that what has been given up is soon
		// over; but not a shorter one than ours, since the client would then try again.
		client = c.WithTimeout(2 * commandTimeout)
	}
	l := &Locker{client: client, prefix: opts.Prefix, onError: opts.OnError, pollEvery: time.Second}
	if l.prefix == "" {
		l.prefix = DefaultPrefix
	}
	l.ctx, l.cancel = context.WithCancel(context.Background())
	l.breaker.probe = l.probe
	l.waiting.listen = l.listen
	return l
}

// Close ends every Wait, all renewals and the Pub/Sub connection, and returns when they have ended.
// Locks that are held expire after their ttl; they can still be unlocked earlier. A program that
// has unlocked everything and waits for nothing does not need Close. Close may be called more than
// once, and always returns nil.
func (l *Locker) Close() error {
	l.mu.Lock()
	l.closed = true
	l.mu.Unlock()
	l.cancel()
	l.running.Wait()
	return nil
}

// spawn runs f on a goroutine that Close waits for, unless l is closed already.
func (l *Locker) spawn(f func()) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.closed {
		l.running.Go(f)
	}
	return !l.closed
}

// name is the key in Redis.
func (l *Locker) name(key string) string { return l.prefix + ":" + key }

// channel is where releases are announced.
func (l *Locker) channel() string { return l.prefix + ":released" }

// report gives err to OnError.
func (l *Locker) report(err error) {
	if l.onError != nil {
		l.onError(err)
	}
}
