package thumbnail

import (
	"errors"
	"io/fs"
	"strings"
	"sync"
	"time"
)

const (
	failureTTL  = time.Minute
	maxFailures = 1024 // some 300 kB
)

// failures remembers for a minute which sources are missing and which thumbnails can't be made, so
// that a URL that will not work costs the source one look a minute. A missing source is missing in
// all sizes; a damaged one may do for some, since a reduced decode does not read all of it.
type failures struct {
	mu    sync.Mutex
	byKey map[string]remembered
}

type remembered struct {
	source string
	err    error
	until  time.Time
}

// missingKey is the key of a missing source. No path has a NUL.
func missingKey(s Spec) string { return s.Source + "\x00" + s.Version }

func (f *failures) remember(j *job, err error, now time.Time) {
	var key string
	var broken *failure
	switch {
	case err == nil || errors.As(err, &broken):
		return
	case errors.Is(err, fs.ErrNotExist):
		key = missingKey(j.spec)
	case errors.Is(err, ErrFormat), errors.Is(err, ErrCorrupt):
		key = j.key
	default:
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.byKey == nil {
		f.byKey = map[string]remembered{}
	}
	if len(f.byKey) >= maxFailures {
		f.makeRoom(now)
	}
	f.byKey[key] = remembered{j.spec.Source, err, now.Add(failureTTL)}
}

// makeRoom drops what is out of date, and if that is nothing, half of what there is.
func (f *failures) makeRoom(now time.Time) {
	for key, r := range f.byKey {
		if now.After(r.until) {
			delete(f.byKey, key)
		}
	}
	for key := range f.byKey {
		if len(f.byKey) <= maxFailures/2 {
			break
		}
		delete(f.byKey, key)
	}
}

// recall returns the error that is remembered for a job, or nil.
func (f *failures) recall(j *job, now time.Time) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.byKey) == 0 {
		return nil
	}
	for _, key := range []string{missingKey(j.spec), j.key} {
		if r, ok := f.byKey[key]; ok && now.Before(r.until) {
			return r.err
		}
	}
	return nil
}

// forget drops what is remembered of a source, and of those below it.
func (f *failures) forget(source string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for key, r := range f.byKey {
		if r.source == source || strings.HasPrefix(r.source, source+"/") {
			delete(f.byKey, key)
		}
	}
}
