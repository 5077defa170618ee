package thumbnail

import (
	"errors"
	"strings"
	"sync"
	"time"

	"github.com/rest-thumbnails/thumbnail/internal/ability"
	"github.com/rest-thumbnails/thumbnail/processors"
)

const (
	negativeTTL = time.Minute
	maxNegative = 1024 // about 300 kB
)

// A scope says which thumbnails an error applies to.
type scope int

const (
	ofThumbnail scope = iota // only this one: its size, method or extension is part of the cause
	ofMoving                 // all of the source that show all frames of an animation
	ofSource                 // all of the source
)

// A scopedError is an error of an original. The negativeCache remembers it.
type scopedError struct {
	scope scope
	error
}

func (e *scopedError) Unwrap() error { return e.error }

// A negativeCache remembers for a minute which originals are missing, damaged, unsupported, beyond a limit,
// or too slow to decode. A URL that can't work then causes one access per minute, and a page with ten sizes
// of a bad original causes no more.
type negativeCache struct {
	mu    sync.Mutex
	byKey map[string]remembered
}

type remembered struct {
	source string
	err    error
	until  time.Time
}

// negativeKey returns the key under which an error is remembered. No path contains a NUL.
func negativeKey(s scope, key string, spec Spec) string {
	switch s {
	case ofSource:
		return spec.Source + "\x00" + spec.Version
	case ofMoving:
		return spec.Source + "\x00" + spec.Version + "\x00moving"
	}
	return key
}

func (f *negativeCache) remember(key string, spec Spec, err error, now time.Time) {
	var scoped *scopedError
	if !errors.As(err, &scoped) {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.byKey == nil {
		f.byKey = map[string]remembered{}
	}
	if len(f.byKey) >= maxNegative {
		f.makeRoom(now)
	}
	f.byKey[negativeKey(scoped.scope, key, spec)] = remembered{spec.Source, err, now.Add(negativeTTL)}
}

// makeRoom drops expired errors, and then others, until half of the cache is free.
func (f *negativeCache) makeRoom(now time.Time) {
	for key, r := range f.byKey {
		if !now.Before(r.until) {
			delete(f.byKey, key)
		}
	}
	for key := range f.byKey {
		if len(f.byKey) <= maxNegative/2 {
			break
		}
		delete(f.byKey, key)
	}
}

// recall returns the remembered error for a thumbnail, or nil.
func (f *negativeCache) recall(key string, spec Spec, moves bool, now time.Time) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.byKey) == 0 {
		return nil
	}
	for s := ofThumbnail; s <= ofSource; s++ {
		if s == ofMoving && !moves {
			continue
		}
		if r, ok := f.byKey[negativeKey(s, key, spec)]; ok && now.Before(r.until) {
			return r.err
		}
	}
	return nil
}

// forget drops the remembered errors of a source and of the sources below it.
func (f *negativeCache) forget(source string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for key, r := range f.byKey {
		if r.source == source || strings.HasPrefix(r.source, source+"/") {
			delete(f.byKey, key)
		}
	}
}

func (f *negativeCache) count() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.byKey)
}

// moves reports whether an encoder shows all frames of an animation.
func moves(e Encoder) bool {
	a, ok := ability.Find[processors.Animator](e)
	return ok && a.Animates()
}
