package icc

import (
	"context"
	"crypto/sha256"
	"slices"
	"sync"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
)

// A Cache keeps the Transforms of the 32 most recently used profiles, in at most 32 MiB besides the most recent one. This
// memory is not charged to any account. The zero Cache is empty and ready to use. Goroutines may share a Cache.
type Cache struct {
	mu      sync.Mutex
	entries []cached // most recently used first
}

type cached struct {
	key       [sha256.Size]byte
	transform *Transform
}

const (
	cacheEntries = 32
	cacheBytes   = 32 << 20
)

// Memory returns the maximum memory in bytes for parsing a profile of n bytes.
func Memory(n int) int64 {
	const node, sample = 4 * 4, 3 // n bytes of nodes (at least 3 bytes each) take node/sample times as many bytes in memory
	return int64(min(n, MaxProfile))*node/sample + 6*4*int64(len(post{})) + 16<<10
}

// Parse is like the function [Parse], with a cache. It takes the memory of the Transform from the account of ctx, because
// the cache may drop the Transform while it is in use. The error matches [errProfile], or codec.ErrTooLarge if the
// account is empty.
func (c *Cache) Parse(ctx context.Context, profile []byte) (*Transform, error) {
	if len(profile) > MaxProfile {
		return nil, broken("a profile of %d bytes", len(profile))
	}
	account := codec.AccountOf(ctx)
	key := sha256.Sum256(profile)
	if t := c.get(key); t != nil {
		return t, account.Take(t.charge())
	}
	need := Memory(len(profile))
	if err := account.Take(need); err != nil {
		return nil, err
	}
	defer func() { account.Give(need) }()
	t, err := Parse(profile)
	if err != nil {
		return nil, err
	}
	c.put(key, t)
	need -= t.charge()
	return t, nil
}

// charge returns the memory to take from the account for a Transform.
func (t *Transform) charge() int64 {
	if n := int64(t.size()); n > codec.Free {
		return n
	}
	return 0
}

func (c *Cache) get(key [sha256.Size]byte) *Transform {
	c.mu.Lock()
	defer c.mu.Unlock()
	i := slices.IndexFunc(c.entries, func(e cached) bool { return e.key == key })
	if i < 0 {
		return nil
	}
	e := c.entries[i]
	copy(c.entries[1:i+1], c.entries[:i])
	c.entries[0] = e
	return e.transform
}

func (c *Cache) put(key [sha256.Size]byte, t *Transform) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.entries = slices.DeleteFunc(c.entries, func(e cached) bool { return e.key == key })
	c.entries = slices.Insert(c.entries, 0, cached{key, t})
	bytes := 0
	for i, e := range c.entries {
		if bytes += e.transform.size(); i > 0 && (i >= cacheEntries || bytes > cacheBytes) {
			clear(c.entries[i:])
			c.entries = c.entries[:i]
			return
		}
	}
}
