package icc

import (
	"crypto/sha256"
	"slices"
	"sync"
)

// A Cache keeps the Transforms of the profiles that were used last. The zero Cache is empty and
// ready. Goroutines may share it.
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

// Parse is [Parse], remembered.
func (c *Cache) Parse(profile []byte) (*Transform, error) {
	if len(profile) > MaxProfile {
		return nil, broken("%d bytes", len(profile))
	}
	key := sha256.Sum256(profile)
	if t := c.get(key); t != nil {
		return t, nil
	}
	t, err := Parse(profile)
	if err != nil {
		return nil, err
	}
	c.put(key, t)
	return t, nil
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
