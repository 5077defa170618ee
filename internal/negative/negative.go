// Package negative remembers which originals are missing, damaged, unsupported, beyond a limit, or too slow
// to decode.
package negative

import (
	"errors"
	"strings"
	"sync"
	"time"
)

const (
	ttl       = time.Minute
	maxErrors = 1024 // errors, about 300 kB
)

// A Scope says which thumbnails an error applies to.
type Scope int

// The scopes, the narrowest first.
const (
	OfThumbnail Scope = iota // only this thumbnail: its size, method or extension is part of the cause
	OfMoving                 // all thumbnails of the source that show all frames of an animation
	OfSource                 // all thumbnails of the source
)

// An Error is an error of an original. Only such errors are remembered.
type Error struct {
	Scope Scope
	Err   error
}

func (e *Error) Error() string { return e.Err.Error() }
func (e *Error) Unwrap() error { return e.Err }

// A Thumbnail identifies the thumbnail of an error.
type Thumbnail struct {
	Key             string // storage key
	Source, Version string
	Moves           bool // the thumbnail shows all frames of an animation
}

// in returns the map key of an error with a scope. NUL separates the parts, because no path contains a NUL.
func (t Thumbnail) in(s Scope) string {
	switch s {
	case OfSource:
		return t.Source + "\x00" + t.Version
	case OfMoving:
		return t.Source + "\x00" + t.Version + "\x00moving"
	}
	return t.Key
}

// A Cache remembers for a minute the errors of originals. So the requests for a bad original cause only one
// access to it per minute, even if a page requests it in ten sizes. The zero Cache is empty. Any number of
// goroutines may share it.
type Cache struct {
	mu    sync.Mutex
	byKey map[string]remembered
}

type remembered struct {
	source string
	err    error
	until  time.Time
}

// Remember stores err, if it wraps an [Error].
func (c *Cache) Remember(t Thumbnail, err error, now time.Time) {
	var scoped *Error
	if !errors.As(err, &scoped) {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.byKey == nil {
		c.byKey = map[string]remembered{}
	}
	if len(c.byKey) >= maxErrors {
		c.makeRoom(now)
	}
	c.byKey[t.in(scoped.Scope)] = remembered{t.Source, err, now.Add(ttl)}
}

// makeRoom drops expired errors, and then other errors, until half of the cache is free.
func (c *Cache) makeRoom(now time.Time) {
	for key, r := range c.byKey {
		if !now.Before(r.until) {
			delete(c.byKey, key)
		}
	}
	for key := range c.byKey {
		if len(c.byKey) <= maxErrors/2 {
			break
		}
		delete(c.byKey, key)
	}
}

// Recall returns the remembered error for a thumbnail, or nil.
func (c *Cache) Recall(t Thumbnail, now time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.byKey) == 0 {
		return nil
	}
	for s := OfThumbnail; s <= OfSource; s++ {
		if s == OfMoving && !t.Moves {
			continue
		}
		if r, ok := c.byKey[t.in(s)]; ok && now.Before(r.until) {
			return r.err
		}
	}
	return nil
}

// Forget drops the remembered errors of a source and of the sources below it.
func (c *Cache) Forget(source string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for key, r := range c.byKey {
		if r.source == source || strings.HasPrefix(r.source, source+"/") {
			delete(c.byKey, key)
		}
	}
}

// Len returns the number of remembered errors, including expired ones.
func (c *Cache) Len() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.byKey)
}
