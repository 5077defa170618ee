package icc

import (
	"context"
	"crypto/sha256"
	"slices"
	"sync"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
)

// A Cache keeps the Transforms of the profiles that were used last: 32 of them, and 32 MiB beside the
// last one, which no account of a generation has. The zero Cache is empty and ready. Goroutines may
// share it.
type Cache struct {
	mu      sync.Mutex
	entries []cached // the last used one first
}

type cached struct {
	key       [sha256.Size]byte
	transform *Transform
}

const (
	cacheEntries = 32
	cacheBytes   = 32 << 20
)

// Memory returns how many bytes it takes to parse a profile of n bytes, at most.
func Memory(n int) int64 {
	const node, sample = 4 * 4, 3 // bytes in memory of what has as many in the profile, at least
	return int64(min(n, MaxProfile))*node/sample + 6*4*int64(len(post{})) + 16<<10
}

// Parse is [Parse], remembered. The account of ctx has the memory of the Transform from then on,
// since the cache may drop it while it is in use. The error matches [ErrProfile], or
// codec.ErrTooLarge if the account is empty.
func (c *Cache) Parse(ctx context.Context, profile []byte) (*Transform, error) {
	if len(profile) > MaxProfile {
		return nil, broken("%d bytes", len(profile))
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

// charge is what the account has to have for a Transform.
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
