package redis

import (
	"context"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/rest-thumbnails/thumbnail/lock/redis/internal/breaker"
	"github.com/rest-thumbnails/thumbnail/lock/redis/internal/waiting"
)

// The scripts compare and act in one step. KEYS[1] is the lock, ARGV[1] the token of whoever claims
// to hold it.
var (
	// acquireScript sets the lock for ARGV[2] ms, unless another caller holds it. It can be repeated with the
	// same token, as go-redis does when a connection breaks: if Redis had set the lock and only the reply was
	// lost, the lock is already ours.
	acquireScript = redis.NewScript(`
		local holder = redis.call('GET', KEYS[1])
		if holder and holder ~= '' and holder ~= ARGV[1] then return 0 end
		redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
		if holder then return 1 end
		return 2`)

	// renewScript sets the expiry to ARGV[2] ms, if the lock is still ours.
	renewScript = redis.NewScript(`
		if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
		return redis.call('PEXPIRE', KEYS[1], ARGV[2])`)

	// releaseScript replaces the lock, if it is still ours, by an empty value for ARGV[3] ms, and publishes
	// the release on the channel ARGV[2].
	releaseScript = redis.NewScript(`
		local holder = redis.call('GET', KEYS[1])
		if not holder or holder == '' then return 0 end
		if holder ~= ARGV[1] then return -1 end
		redis.call('SET', KEYS[1], '', 'PX', ARGV[3])
		redis.call('PUBLISH', ARGV[2], ARGV[1] .. ':' .. KEYS[1])
		return 1`)

	// lookScript returns the holder of the lock, or '', and its expiry in ms: -1 if it has none. It is a script because a client may send plain reads to a replica, which lags
	// behind.
	lookScript = redis.NewScript(`
		return {redis.call('GET', KEYS[1]) or '', redis.call('PTTL', KEYS[1])}`)
)

// What acquireScript found.
const (
	acquiredNot   = 0 // another caller holds the key
	acquiredAfter = 1 // another caller held the key until recently
	acquiredFresh = 2
)

// What releaseScript found.
const (
	releasedOurs   = 1
	releasedAbsent = 0
	releasedOthers = -1
)

// acquire sets the lock, unless another caller holds it.
func (l *Locker) acquire(ctx context.Context, name, token string, ttl time.Duration) (int, error) {
	acquire := func() (int, error) {
		return acquireScript.Run(ctx, l.client, []string{name}, token, milliseconds(ttl)).Int()
	}
	found, err := acquire()
	if breaker.Unavailable(err) && ctx.Err() == nil { // retry once, for clients without retries (MaxRetries -1)
		found, err = acquire()
	}
	return found, err
}

// renew extends the lock to its ttl, if it is still ours.
func (l *Locker) renew(ctx context.Context, name, token string, ttl time.Duration) (bool, error) {
	n, err := renewScript.Run(ctx, l.client, []string{name}, token, milliseconds(ttl)).Int()
	return n == 1, err
}

// release replaces the token by an empty value, if the lock is still ours.
func (l *Locker) release(ctx context.Context, name, token string) (int, error) {
	return releaseScript.Run(ctx, l.client, []string{name}, token, l.channel(), milliseconds(remembered)).Int()
}

// look returns the holder of the lock; ok is false if there is none.
func (l *Locker) look(ctx context.Context, name string) (h waiting.Holder, ok bool, err error) {
	type seen struct {
		holder waiting.Holder
		ok     bool
	}
	s, err := breaker.Run(ctx, &l.breaker, name, func(ctx context.Context) (seen, error) {
		reply, err := lookScript.Run(ctx, l.client, []string{name}).Slice()
		if err != nil {
			return seen{}, err
		}
		token, _ := reply[0].(string)
		ms, _ := reply[1].(int64)
		return seen{waiting.Holder{Token: token, Expires: time.Duration(ms) * time.Millisecond}, token != ""}, nil
	}, nil)
	return s.holder, s.ok, err
}

// probe sends a write that changes nothing, because no lock is a hash. So the command goes to the node of
// the key, and is refused wherever a lock would be: by a replica, a loading node, and a cluster that is
// down.
func (l *Locker) probe(ctx context.Context, name string) error {
	return l.client.HDel(ctx, name, "probe").Err()
}

// milliseconds rounds up, so that a lock does not expire early.
func milliseconds(d time.Duration) int64 {
	return int64((d + time.Millisecond - 1) / time.Millisecond)
}
