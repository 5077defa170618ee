package command

import (
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"strings"

	goredis "github.com/redis/go-redis/v9"

	"github.com/rest-thumbnails/thumbnail"
	"github.com/rest-thumbnails/thumbnail/lock"
	"github.com/rest-thumbnails/thumbnail/lock/redis"
)

// locking is what -lock says.
type locking struct {
	dir   string           // file:DIR
	redis *goredis.Options // redis://…
}

// parseLock reads memory, file:DIR or redis://…; its error does not repeat a password.
func parseLock(s string) (locking, error) {
	dir, isFile := strings.CutPrefix(s, "file:")
	switch {
	case s == "memory":
		return locking{}, nil
	case isFile && dir != "":
		return locking{dir: dir}, nil
	case strings.HasPrefix(s, "redis://"), strings.HasPrefix(s, "rediss://"), strings.HasPrefix(s, "unix://"):
		options, err := goredis.ParseURL(s)
		if e := (*url.Error)(nil); errors.As(err, &e) {
			err = errors.New("not a URL: redis://[user:password@]host:port/db")
		}
		return locking{redis: options}, err
	}
	kind, _, _ := strings.Cut(s, ":")
	return locking{}, fmt.Errorf("%q is none of memory, file:DIR and redis://host:port", kind)
}

// locker is the lock that the processes share.
type locker struct {
	thumbnail.Locker
	close func() error
}

// openLock opens what -lock names. Redis is not asked for anything yet: the program works without,
// and says so.
func openLock(s string, logger *slog.Logger) (*locker, error) {
	l, err := parseLock(s)
	if err != nil {
		return nil, fmt.Errorf("-lock: %w", err)
	}
	switch {
	case l.dir != "":
		file, err := lock.NewFile(l.dir)
		if err != nil {
			return nil, fmt.Errorf("-lock: %w", err)
		}
		return &locker{file, func() error { return nil }}, nil
	case l.redis != nil:
		l.redis.ContextTimeoutEnabled = true
		client := goredis.NewClient(l.redis)
		shared := redis.New(client, redis.Config{OnError: func(err error) { logger.Warn("the lock", "error", err) }})
		return &locker{shared, func() error { return errors.Join(shared.Close(), client.Close()) }}, nil
	}
	return &locker{lock.NewMemory(), func() error { return nil }}, nil
}
