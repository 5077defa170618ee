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

// A scope says for which thumbnails an error holds.
type scope int

const (
	ofThumbnail scope = iota // for this one: its size, method or extension has to do with it
	ofMoving                 // for those of the source that show all frames of an animation
	ofSource                 // for all of the source
)

// A scopedError is an error of an original, which is remembered.
type scopedError struct {
	scope scope
	error
}

func (e *scopedError) Unwrap() error { return e.error }

// A negativeCache remembers for a minute which originals are missing, damaged, unsupported, beyond a limit, or
// took too much time, so that a URL that will not work costs one look a minute, and a page with ten
// sizes of a bad original costs no more.
type negativeCache struct {
	mu    sync.Mutex
	byKey map[string]remembered
}

type remembered struct {
	source string
	err    error
	until  time.Time
}

// negativeKey is under what an error is remembered. No path has a NUL.
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

// makeRoom drops what is out of date, and then more, until half of the room is free.
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

// recall returns the error that is remembered for a thumbnail, or nil.
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

// forget drops what is remembered of a source, and of those below it.
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
