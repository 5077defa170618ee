// Package redis is a lock for any number of processes on any number of hosts that share one Redis: a thumbnail.Locker
// and thumbnail.Waiter over github.com/redis/go-redis/v9.
//
//	client := goredis.NewClient(&goredis.Options{Addr: "redis:6379", ContextTimeoutEnabled: true})
//	cfg.Locker = redis.New(client, redis.Options{})
//
// # What is in Redis
//
// A lock is the key Prefix:key. Its value is a token that only its holder knows and its expiry is ttl
// (SET NX PX). Renewal and release are scripts that compare the token before they act, so neither can touch somebody
// else's lock, however late it arrives. The holder's process renews every ttl/3; when it dies, the
// lock expires ttl after the last renewal. A release is announced on the channel Prefix:released.
//
// Every script names one key, so all of this works in a cluster. The announcement is a plain PUBLISH, not a sharded one: a cluster
// carries it to every node, and a process hears of all keys over one connection, whichever node that is connected to. The price
// is that each process that waits for anything hears of every release: some hundred bytes per generated thumbnail. With a
// Ring, a waiter hears of the keys of one shard and finds the others by asking once a second.
//
// A user with restricted rights needs +@connection +set +get +del +pttl +pexpire +hdel +evalsha +eval +publish
// +subscribe, ~Prefix:* and &Prefix:released.
//
// # What it does not promise
//
// Redis replicates after it has answered. A failover may forget a lock, and then two processes hold it for a while: enough for
// a lock that saves work, too little for one that guards correctness.
//
// # Goroutines
//
// A lock that is held has one goroutine, which ends with unlock or with the context of TryLock. While anybody waits, one more
// listens. A command that got no answer in time may leave one until the client gives it up: after the client's
// DialTimeout or ReadTimeout, of which a *Client counts as having a ReadTimeout of two seconds here.
package redis

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
)

var (
	// ErrDown says that Redis does not answer, or can't do its work at present (loading, failing over).
	ErrDown = errors.New("redis is down")
	// ErrLost says that a lock was gone before it was released: its holder had been stopped or cut off for
	// longer than ttl, or Redis has forgotten it. It reaches Options.OnError alone.
	ErrLost = errors.New("lock was lost")
	// ErrClosed is the error of TryLock and Wait after Close.
	ErrClosed = errors.New("locker is closed")
)

// DefaultPrefix is the Prefix of Options that name none.
const DefaultPrefix = "restthumbnails"

// commandTimeout is how long a command may take. Then it has failed, and Redis counts as down.
const commandTimeout = time.Second

// Options are optional: the zero value is ready for use.
type Options struct {
	// Prefix begins the name of every key and of the channel. Processes that share locks share it. "" means
	// DefaultPrefix.
	Prefix string

	// OnError gets what no caller is there to get: errors of a renewal, and ErrLost. The lock is not released by
	// them, and renewal is tried again as long as the lock may exist. Several goroutines may call it at once; it should
	// return soon, and call neither unlock nor Close. nil means that they are dropped.
	OnError func(error)
}

// Locker locks keys in Redis. Goroutines may share it.
//
// A command has one second, whatever the options of the client. When it has no answer by then, Redis counts as down:
// every call fails within a few milliseconds, with an error that matches ErrDown, until a probe has been answered. Calls start
// the probes, one at a time and at most four a second, so that nothing runs when nobody asks. While others
// are answered a command has three: it is this process then, and not Redis, that has more to do than it can.
type Locker struct {
	client  redis.UniversalClient
	prefix  string
	onError func(error)
	breaker breaker
	waiting listener

	ctx    context.Context // ends with Close
	cancel context.CancelFunc

	mu      sync.Mutex
	closed  bool
	running sync.WaitGroup // renewals and the listener
}

// New returns a Locker that uses client, which remains the caller's to close, after the Locker. It does not
// connect: a Redis that is down shows in TryLock. It panics if client is nil.
func New(client redis.UniversalClient, opts Options) *Locker {
	if client == nil {
		panic("redis: New needs a client")
	}
	if c, ok := client.(*redis.Client); ok {
		// The same connections with a shorter patience, so that what has been given up is soon over; but not a shorter one than ours,
		// since the client would then try again.
		client = c.WithTimeout(2 * commandTimeout)
	}
	l := &Locker{client: client, prefix: opts.Prefix, onError: opts.OnError}
	if l.prefix == "" {
		l.prefix = DefaultPrefix
	}
	l.ctx, l.cancel = context.WithCancel(context.Background())
	l.breaker.probe = l.probe
	l.waiting.listen = l.listen
	return l
}

// Close ends every Wait, all renewals and the Pub/Sub connection, and returns when they have ended. Locks that are held
// expire after their ttl; unlocking them earlier works as before. A program that has unlocked everything and waits for
// nothing needs no Close. It may be called again, and always returns nil.
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

// report hands err to whoever wants to know.
func (l *Locker) report(err error) {
	if l.onError != nil {
		l.onError(err)
	}
}
