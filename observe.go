package thumbnail

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strings"
	"time"
)

// An Observer is told what a [Handler] did, for metrics and traces. Observe is called after a
// request was answered, by any number of goroutines at once. It should return soon.
type Observer interface {
	Observe(ctx context.Context, e Event)
}

// An Event is one request that was answered, or one call of [Handler.Generate] that returned.
type Event struct {
	Op        Op            // what was called
	Path      string        // the request's path, or empty if it does not match the grammar
	Spec      Spec          // what Path says, or zero
	Outcome   Outcome       // how it ended
	Err       error         // nil, or an error for StatusCode
	StoreErr  error         // why the thumbnail could not be stored, although it was made
	Generated bool          // this very call made the thumbnail
	Bytes     int64         // of the response's body that were written
	Source    SourceInfo    // of the original, if this call read its header
	Duration  time.Duration // from the request's arrival until it was answered
	Timing    Timing        // the parts of Duration that took time

	secret string // of Path
}

// An Op is a way to ask for a thumbnail.
type Op string

// The operations.
const (
	OpRequest  Op = "request"
	OpGenerate Op = "generate"
)

// An Outcome is how a call ended.
type Outcome string

// The outcomes.
const (
	Stored    Outcome = "stored"    // the thumbnail was there already
	Generated Outcome = "generated" // this call made it
	Shared    Outcome = "shared"    // another call made it while this one waited
	Failed    Outcome = "failed"    // with an error
	Gone      Outcome = "gone"      // the client went away, or the context of Generate ended, before there was an answer
)

// Timing says how long the steps took. All but Wait are 0 if the request did not try to generate the
// thumbnail.
type Timing struct {
	Wait    time.Duration // for another request's generation, or for the lock
	Queue   time.Duration // for memory and a worker
	Source  time.Duration // opening and reading the original
	Decode  time.Duration
	Process time.Duration
	Encode  time.Duration // of an animation, also for making the frames after the first
	Store   time.Duration
}

// header is the value of a Server-Timing header, with durations in milliseconds. "" if nothing took
// any time.
func (t Timing) header() string {
	var b strings.Builder
	for _, m := range []struct {
		name string
		d    time.Duration
	}{{"wait", t.Wait}, {"queue", t.Queue}, {"source", t.Source}, {"decode", t.Decode}, {"process", t.Process}, {"encode", t.Encode}, {"store", t.Store}} {
		if m.d > 0 {
			if b.Len() > 0 {
				b.WriteString(", ")
			}
			fmt.Fprintf(&b, "%s;dur=%.3f", m.name, float64(m.d)/float64(time.Millisecond))
		}
	}
	return b.String()
}

// logError logs what the client is not told: the server's faults as errors, overload and a source's
// faults as warnings, and what any client can cause at level Debug.
func (h *Handler) logError(ctx context.Context, key string, err error) {
	status := StatusCode(err)
	level := slog.LevelDebug
	switch status {
	case http.StatusInternalServerError, http.StatusNotImplemented:
		level = slog.LevelError
	case http.StatusUnsupportedMediaType, http.StatusUnprocessableEntity, http.StatusServiceUnavailable:
		level = slog.LevelWarn
	}
	if ctx.Err() != nil { // the client has gone
		level = slog.LevelDebug
	}
	h.log(ctx, level, "thumbnail", "status", status, "path", key, "error", err)
}

// log logs, and survives a Logger that panics.
func (h *Handler) log(ctx context.Context, level slog.Level, msg string, args ...any) {
	defer func() { _ = recover() }()
	h.cfg.Logger.Log(ctx, level, msg, args...)
}

// observe tells the Observer, and survives one that panics.
func (h *Handler) observe(ctx context.Context, e Event) {
	switch {
	case e.Err != nil && ctx.Err() != nil:
		e.Outcome = Gone
	case e.Err != nil:
		e.Outcome = Failed
	}
	e.Generated = e.Outcome == Generated
	h.stats.count(e)
	if h.cfg.Observer != nil {
		_ = h.safely(ctx, e.Path, "observe", func() error {
			h.cfg.Observer.Observe(ctx, e)
			return nil
		})
	}
}

// safely calls f. A panic becomes an error, and its stack is logged.
func (h *Handler) safely(ctx context.Context, key, op string, f func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			h.log(ctx, slog.LevelError, "thumbnail: panic", "path", key, "panic", p, "stack", string(debug.Stack()))
			err = &statusError{http.StatusInternalServerError, op, fmt.Errorf("panic: %v", p)}
		}
	}()
	return f()
}

// isOverload reports whether an error is for want of memory or workers.
func isOverload(err error) bool {
	var f *statusError
	return errors.Is(err, ErrOverloaded) && !errors.As(err, &f)
}
