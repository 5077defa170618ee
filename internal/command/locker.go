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

// locking is the parsed value of -lock.
type locking struct {
	dir   string           // file:DIR
	redis *goredis.Options // redis://…
}

// parseLock parses memory, file:DIR or redis://…; its errors do not contain a password.
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
			err = errors.New("invalid URL; expected redis://[user:password@]host:port/db")
		}
		return locking{redis: options}, err
	}
	kind, _, _ := strings.Cut(s, ":")
	return locking{}, fmt.Errorf("unknown lock %q; expected memory, file:DIR, or redis://host:port", kind)
}

// locker is the Locker that the processes share.
type locker struct {
	thumbnail.Locker
	close func() error
}

// openLock opens the lock that -lock selects. It does not connect to Redis: the program also works without
// Redis, and logs that.
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
		shared := redis.New(client, redis.Config{OnError: func(err error) { logger.Warn("the lock failed", "error", err) }})
		return &locker{shared, func() error { return errors.Join(shared.Close(), client.Close()) }}, nil
	}
	return &locker{lock.NewMemory(), func() error { return nil }}, nil
}
