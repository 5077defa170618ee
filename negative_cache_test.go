package thumbnail

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestWhatIsRememberedIsForgottenForOneSourceAndThoseBelowIt(t *testing.T) {
	var c negativeCache
	now := time.Now()
	sources := []string{"a", "a/b", "ab", "b/a", "a.jpg", "A"}
	bad := &scopedError{ofSource, errors.New("bad")}
	for _, source := range sources {
		c.remember(source+"/1x1/crop/x.jpg", Spec{Source: source}, fmt.Errorf("wrapped: %w", bad), now)
	}
	c.remember("other", Spec{Source: "other"}, errors.New("not the original's fault"), now)
	assert.Equal(t, len(sources), c.count())
	c.forget("a")
	for _, source := range sources {
		err := c.recall("another thumbnail", Spec{Source: source}, false, now)
		assert.Equal(t, source == "a" || source == "a/b", err == nil, source)
	}
}

func TestAnErrorHoldsForItsScopeAndAMinute(t *testing.T) {
	now := time.Now()
	spec, versioned := Spec{Source: "k"}, Spec{Source: "k", Version: "2"}
	for scope, holds := range map[scope]map[string]bool{
		ofThumbnail: {"this": true},
		ofMoving:    {"this moves": true, "other moves": true},
		ofSource:    {"this": true, "this moves": true, "other": true, "other moves": true},
	} {
		var c negativeCache
		c.remember("this", spec, &scopedError{scope, errors.New("bad")}, now)
		for name, ask := range map[string]func(s Spec, now time.Time) error{
			"this":        func(s Spec, now time.Time) error { return c.recall("this", s, false, now) },
			"other":       func(s Spec, now time.Time) error { return c.recall("other", s, false, now) },
			"other moves": func(s Spec, now time.Time) error { return c.recall("other", s, true, now) },
		} {
			assert.Equal(t, holds[name], ask(spec, now) != nil, "%v %s", scope, name)
			assert.Equal(t, holds[name], ask(spec, now.Add(negativeTTL-1)) != nil, "%v %s", scope, name)
			assert.NoError(t, ask(spec, now.Add(negativeTTL)), "%v %s after a minute", scope, name)
			if scope != ofThumbnail { // of which the key has the version
				assert.NoError(t, ask(versioned, now), "%v %s of another version", scope, name)
			}
		}
	}
}

func TestWhatIsOutOfDateMakesRoomFirst(t *testing.T) {
	var c negativeCache
	start := time.Now()
	bad := &scopedError{ofSource, errors.New("bad")}
	for i := range maxNegative {
		at := start
		if i >= maxNegative-100 {
			at = start.Add(30 * time.Second)
		}
		c.remember("x", Spec{Source: fmt.Sprint(i)}, bad, at)
	}
	assert.Equal(t, maxNegative, c.count())
	c.remember("x", Spec{Source: "one more"}, bad, start.Add(negativeTTL))
	assert.Equal(t, 101, c.count(), "those that hold stay")
	for i := range maxNegative {
		c.remember("x", Spec{Source: fmt.Sprint("new", i)}, bad, start.Add(negativeTTL))
		assert.LessOrEqual(t, c.count(), maxNegative)
	}
	assert.GreaterOrEqual(t, c.count(), maxNegative/2)
}
