package redis_test

import (
	"context"
	"testing"
	"time"

	goredis "github.com/redis/go-redis/v9"

	"github.com/rest-thumbnails/thumbnail/lock/redis"
	"github.com/rest-thumbnails/thumbnail/lock/redis/internal/redistest"
)

// BenchmarkLock compares locking and unlocking with the minimum of two commands, over the same client. Run
// go test -bench Lock -count 5, and compare the minimum times.
func BenchmarkLock(b *testing.B) {
	s := redistest.StartServer(b)
	client := goredis.NewClient(&goredis.Options{Addr: s.Addr()})
	defer client.Close()
	l := redis.New(client, redis.Config{})
	defer l.Close()
	ctx := context.Background()
	b.Run("commands", func(b *testing.B) {
		release := goredis.NewScript(`if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0`)
		for b.Loop() {
			if err := client.SetNX(ctx, "raw", "token", 10*time.Second).Err(); err != nil {
				b.Fatal(err)
			}
			if err := release.Run(ctx, client, []string{"raw"}, "token").Err(); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("locker", func(b *testing.B) {
		for b.Loop() {
			unlock, ok, err := l.TryLock(ctx, key, 10*time.Second)
			if !ok {
				b.Fatal(err)
			}
			if err := unlock(); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("held", func(b *testing.B) {
		unlock, _, err := l.TryLock(ctx, "held", time.Minute)
		if err != nil {
			b.Fatal(err)
		}
		defer unlock()
		for b.Loop() {
			if _, ok, err := l.TryLock(ctx, "held", 10*time.Second); ok || err != nil {
				b.Fatal(ok, err)
			}
		}
	})
}

// BenchmarkHandOver measures the time from the unlock in one process until a waiter in another one has the
// lock.
func BenchmarkHandOver(b *testing.B) {
	s := redistest.StartServer(b)
	holder, waiter := start(b, redistest.Single(s.Addr()), redis.Config{}), start(b, redistest.Single(s.Addr()), redis.Config{})
	ctx := context.Background()
	var total time.Duration
	for b.Loop() {
		unlock, _, err := holder.TryLock(ctx, key, time.Minute)
		if err != nil {
			b.Fatal(err)
		}
		have := make(chan time.Time)
		go func() {
			for {
				if err := waiter.Wait(ctx, key); err != nil {
					b.Error(err)
				}
				if unlock, ok, _ := waiter.TryLock(ctx, key, time.Minute); ok {
					at := time.Now()
					unlock()
					have <- at
					return
				}
			}
		}()
		time.Sleep(5 * time.Millisecond) // until Wait blocks
		began := time.Now()
		unlock()
		total += (<-have).Sub(began)
	}
	b.ReportMetric(float64(total.Microseconds())/float64(b.N), "µs/handover")
}
