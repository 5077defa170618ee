package negative

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestForgetDropsTheErrorsOfASourceAndOfThoseBelowIt(t *testing.T) {
	var c Cache
	now := time.Now()
	sources := []string{"a", "a/b", "ab", "b/a", "a.jpg", "A"}
	bad := &Error{OfSource, errors.New("bad")}
	for _, source := range sources {
		c.Remember(Thumbnail{Key: source + "/1x1/crop/x.jpg", Source: source}, fmt.Errorf("wrapped: %w", bad), now)
	}
	c.Remember(Thumbnail{Key: "other", Source: "other"}, errors.New("not the original's fault"), now)
	assert.Equal(t, len(sources), c.Len())
	c.Forget("a")
	for _, source := range sources {
		err := c.Recall(Thumbnail{Key: "another thumbnail", Source: source}, now)
		assert.Equal(t, source == "a" || source == "a/b", err == nil, source)
	}
}

func TestAnErrorIsRecalledInItsScopeForAMinute(t *testing.T) {
	now := time.Now()
	spec, versioned := Thumbnail{Source: "k"}, Thumbnail{Source: "k", Version: "2"}
	as := func(t Thumbnail, key string, moves bool) Thumbnail {
		t.Key, t.Moves = key, moves
		return t
	}
	for scope, holds := range map[Scope]map[string]bool{
		OfThumbnail: {"this": true},
		OfMoving:    {"this moves": true, "other moves": true},
		OfSource:    {"this": true, "this moves": true, "other": true, "other moves": true},
	} {
		var c Cache
		c.Remember(as(spec, "this", false), &Error{scope, errors.New("bad")}, now)
		for name, ask := range map[string]func(s Thumbnail, now time.Time) error{
			"this":        func(s Thumbnail, now time.Time) error { return c.Recall(as(s, "this", false), now) },
			"other":       func(s Thumbnail, now time.Time) error { return c.Recall(as(s, "other", false), now) },
			"other moves": func(s Thumbnail, now time.Time) error { return c.Recall(as(s, "other", true), now) },
		} {
			assert.Equal(t, holds[name], ask(spec, now) != nil, "%v %s", scope, name)
			assert.Equal(t, holds[name], ask(spec, now.Add(ttl-1)) != nil, "%v %s", scope, name)
			assert.NoError(t, ask(spec, now.Add(ttl)), "%v %s after a minute", scope, name)
			if scope != OfThumbnail { // the key of OfThumbnail contains the version
				assert.NoError(t, ask(versioned, now), "%v %s of another version", scope, name)
			}
		}
	}
}

func TestExpiredErrorsAreDroppedFirst(t *testing.T) {
	var c Cache
	start := time.Now()
	bad := &Error{OfSource, errors.New("bad")}
	for i := range maxErrors {
		at := start
		if i >= maxErrors-100 {
			at = start.Add(30 * time.Second)
		}
		c.Remember(Thumbnail{Key: "x", Source: fmt.Sprint(i)}, bad, at)
	}
	assert.Equal(t, maxErrors, c.Len())
	c.Remember(Thumbnail{Key: "x", Source: "one more"}, bad, start.Add(ttl))
	assert.Equal(t, 101, c.Len(), "those that hold stay")
	for i := range maxErrors {
		c.Remember(Thumbnail{Key: "x", Source: fmt.Sprint("new", i)}, bad, start.Add(ttl))
		assert.LessOrEqual(t, c.Len(), maxErrors)
	}
	assert.GreaterOrEqual(t, c.Len(), maxErrors/2)
}
