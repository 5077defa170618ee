package thumbnail_test

import (
	"context"
	"fmt"
	"image"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail"
	"github.com/rest-thumbnails/thumbnail/lock"
	"github.com/rest-thumbnails/thumbnail/processors"
)

func TestAnEventHasTheWaitForASharedGeneration(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		s.Wait = time.Minute
		o := &observer{}
		s.Observer = o
		s.Processors = thumbnail.Processors{"work": working(10 * time.Second)}
		h := s.handler(t)
		url := s.url(t, "k.jpg", "5x5", "work", ".jpg")
		done := make(chan int, 2)
		go func() { done <- get(h, url).Code }()
		time.Sleep(4 * time.Second)
		assert.Equal(t, 200, get(h, url).Code)
		assert.Equal(t, 200, <-done)
		waits := map[thumbnail.Outcome]time.Duration{}
		for _, e := range o.events {
			waits[e.Outcome] = e.Timing.Wait
		}
		assert.Equal(t, map[thumbnail.Outcome]time.Duration{thumbnail.OutcomeGenerated: 0, thumbnail.OutcomeShared: 6 * time.Second}, waits)
	})
}

func TestAnEventHasTheWaitForALock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		memory := lock.NewMemory()
		s.Locker, s.Wait = memory, time.Minute
		o := &observer{}
		s.Observer = o
		url := s.url(t, "k.jpg", "5x5", "crop", ".jpg")
		unlock, ok, err := memory.TryLock(t.Context(), url[1:], time.Hour)
		require.NoError(t, err)
		require.True(t, ok)
		time.AfterFunc(7*time.Second, func() { _ = unlock() })
		assert.Equal(t, 200, get(s.handler(t), url).Code)
		assert.Equal(t, 7*time.Second, o.events[0].Timing.Wait)
	})
}

func TestAnEventOfASpecHasItsPathAndSpec(t *testing.T) {
	s := newSite(t)
	o := &observer{}
	s.Observer = o
	h := s.handler(t)
	sp := spec(t, "k.jpg", "5x5", "crop", ".jpg")
	h.ServeSpec(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/any", nil), sp)
	require.NoError(t, h.Generate(t.Context(), sp))
	require.Len(t, o.events, 2)
	for _, e := range o.events {
		assert.Equal(t, sp, e.Spec, e.Op)
		assert.Equal(t, s.url(t, "k.jpg", "5x5", "crop", ".jpg"), "/"+e.Path, e.Op)
	}
}

// slowFile takes a second for each Read and each Close.
type slowFile struct{ fs.File }

func (f slowFile) Read(p []byte) (int, error) { time.Sleep(time.Second); return f.File.Read(p) }

func TestAnEventHasTheDurationOfEachStep(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		o := &observer{}
		s.Observer, s.ServerTiming, s.Timeout = o, true, time.Hour
		s.source.open = func(ctx context.Context, key string) (fs.File, error) {
			time.Sleep(2 * time.Second)
			f, err := s.source.source.Open(ctx, key)
			return slowFile{f}, err
		}
		s.storage.failPut = func() error { time.Sleep(30 * time.Second); return nil }
		s.Processors = thumbnail.Processors{"work": working(5 * time.Second)}
		s.Encoders = thumbnail.Encoders{".jpg": encoderFunc(func(w io.Writer, img image.Image) error {
			time.Sleep(7 * time.Second)
			return processors.JPEG{}.Encode(w, img)
		})}
		w := get(s.handler(t), s.url(t, "k.jpg", "5x5", "work", ".jpg"))
		require.Equal(t, 200, w.Code)
		timing := o.events[0].Timing
		reads := timing.Source - 2*time.Second
		assert.Zero(t, reads%time.Second)
		assert.GreaterOrEqual(t, reads, 2*time.Second, "the header, and the whole")
		assert.Equal(t, thumbnail.Timing{Source: timing.Source, Process: 5 * time.Second, Encode: 7 * time.Second, Store: 30 * time.Second}, timing)
		assert.Equal(t, timing.Source+42*time.Second, o.events[0].Duration)
		assert.Equal(t, fmt.Sprintf("source;dur=%d000.000, process;dur=5000.000, encode;dur=7000.000, store;dur=30000.000", timing.Source/time.Second), w.Header().Get("Server-Timing"))
	})
}

func TestAnEventHasTheBytesOfTheAnswerAndWhyItWasNotStored(t *testing.T) {
	s := newSite(t)
	o := &observer{}
	s.Observer = o
	h := s.handler(t)
	url := s.url(t, "k.jpg", "50x50", "crop", ".jpg")
	last := func() thumbnail.Event { return o.events[len(o.events)-1] }
	s.storage.failPut = func() error { return errBoom }
	for range 2 {
		w := get(h, url)
		require.Equal(t, 200, w.Code)
		assert.EqualValues(t, w.Body.Len(), last().Bytes)
		assert.ErrorIs(t, last().StoreErr, errBoom)
		assert.NoError(t, last().Err)
		assert.Empty(t, w.Header().Get("Server-Timing"), "nobody asked for it")
	}
	s.storage.failPut = nil
	for range 2 {
		w := get(h, url)
		assert.EqualValues(t, w.Body.Len(), last().Bytes)
		assert.NoError(t, last().StoreErr)
	}
	w := get(h, s.url(t, "absent.jpg", "50x50", "crop", ".jpg"))
	assert.EqualValues(t, w.Body.Len(), last().Bytes)
	assert.EqualValues(t, 2, h.Stats().StoreErrors)
}

func TestStatsCountGenerationsInProgress(t *testing.T) {
	s := newSite(t)
	g, _ := openedBy(s, fstest.MapFS{"k.jpg": {Data: photo(t, 200, 100)}, "l.jpg": {Data: photo(t, 200, 100)}})
	h := s.handler(t)
	done := make(chan int)
	for i, source := range []string{"k.jpg", "l.jpg"} {
		go func() { done <- get(h, s.url(t, source, "50x50", "crop", ".jpg")).Code }()
		g.await(t, int64(i+1))
		assert.Equal(t, i+1, h.Stats().Flights)
	}
	close(g.open)
	assert.Equal(t, 200, <-done)
	assert.Equal(t, 200, <-done)
	assert.Zero(t, h.Stats().Flights)
}

func TestStatsCountClientsThatHaveGone(t *testing.T) {
	s := newSite(t)
	h := s.handler(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(ctx, http.MethodGet, s.url(t, "k.jpg", "5x5", "crop", ".jpg"), nil))
	assert.EqualValues(t, 1, h.Stats().Gone)
	assert.Zero(t, h.Stats().Failed)
}

// freed is a Locker whose locks are always held, until somebody waits for them.
type freed struct{ wait func() }

func (freed) TryLock(context.Context, string, time.Duration) (func() error, bool, error) {
	return nil, false, nil
}

func (f freed) Wait(context.Context, string) error { f.wait(); return nil }

func TestAClientThatLeavesWhileALockBecomesFreeIsOutcomeGone(t *testing.T) {
	s := newSite(t)
	o := &observer{}
	ctx, cancel := context.WithCancel(t.Context())
	s.Observer, s.Locker = o, freed{cancel}
	h := s.handler(t)
	r := httptest.NewRequest(http.MethodGet, s.url(t, "k.jpg", "50x50", "crop", ".jpg"), nil).WithContext(ctx)
	h.ServeHTTP(httptest.NewRecorder(), r)
	require.Len(t, o.events, 1)
	assert.Equal(t, thumbnail.OutcomeGone, o.events[0].Outcome)
	assert.ErrorIs(t, o.events[0].Err, context.Canceled)
	assert.NotErrorIs(t, o.events[0].Err, context.DeadlineExceeded)
}

func TestTheAbilitiesOfAConfigAreLogged(t *testing.T) {
	s := newSite(t)
	s.Logger = slog.New(slog.NewTextHandler(s.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	s.handler(t)
	assert.Contains(t, s.log.String(), `"have arguments"="[focus pad]"`)
	assert.Contains(t, s.log.String(), `"extensions that animate"="[.gif .webp]"`)
}
