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

// An Observer receives an [Event] for every call of a [Handler], for metrics and traces. Observe is called
// after a request has been answered. Any number of goroutines may call it at once. It should return
// quickly.
type Observer interface {
	Observe(ctx context.Context, e Event)
}

// An Event describes one request that was answered, or one call of [Handler.Generate] that returned.
type Event struct {
	Op        Op            // the operation
	Path      string        // the request's path, or empty if it does not match the grammar
	Spec      Spec          // the Spec in Path, or zero
	Outcome   Outcome       // how the call ended
	Err       error         // nil, or an error that StatusCode maps to a status
	StoreErr  error         // why the thumbnail could not be stored, although it was made
	Generated bool          // the same as Outcome == OutcomeGenerated
	Bytes     int64         // number of bytes of the response body that were written
	Source    SourceInfo    // describes the original, if this call read its header
	Duration  time.Duration // from the request's arrival until it was answered
	Timing    Timing        // how long the steps took

	secret string // of Path
}

// An Op is an operation of a Handler.
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
	OutcomeStored    Outcome = "stored"    // the thumbnail was already stored
	OutcomeGenerated Outcome = "generated" // this call made the thumbnail
	OutcomeShared    Outcome = "shared"    // another call made the thumbnail while this one waited
	OutcomeFailed    Outcome = "failed"    // the call ended with an error
	OutcomeGone      Outcome = "gone"      // the client disconnected, or the context of Generate ended, before there was an answer
)

// Timing says how long the steps of a call took. If the call did not try to generate the thumbnail, all
// fields but Wait are 0.
type Timing struct {
	Wait    time.Duration // waiting for another request's generation, or for the lock
	Queue   time.Duration // waiting for memory and a worker
	Source  time.Duration // opening and reading the original
	Decode  time.Duration
	Process time.Duration
	Encode  time.Duration // for an animation, includes making the frames after the first
	Store   time.Duration
}

// header returns the value of a Server-Timing header, with durations in milliseconds. It is "" if no step
// took any time.
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

// logError logs the error, which the client does not see: server faults at level Error, overload and faults
// of a source at level Warn, and errors that any client can cause at level Debug.
func (h *Handler) logError(ctx context.Context, key string, err error) {
	status := StatusCode(err)
	level := slog.LevelDebug
	switch status {
	case http.StatusInternalServerError:
		level = slog.LevelError
	case http.StatusUnsupportedMediaType, http.StatusUnprocessableEntity, http.StatusServiceUnavailable:
		level = slog.LevelWarn
	}
	if ctx.Err() != nil { // the client has gone
		level = slog.LevelDebug
	}
	h.log(ctx, level, "thumbnail", "status", status, "path", key, "error", err)
}

// log logs a message. It recovers from a panic of the Logger.
func (h *Handler) log(ctx context.Context, level slog.Level, msg string, args ...any) {
	defer func() { _ = recover() }()
	h.cfg.Logger.Log(ctx, level, msg, args...)
}

// observe calls the Observer. It recovers from a panic of the Observer.
func (h *Handler) observe(ctx context.Context, e *Event) {
	switch {
	case e.Err != nil && ctx.Err() != nil:
		e.Outcome = OutcomeGone
	case e.Err != nil:
		e.Outcome = OutcomeFailed
	}
	e.Generated = e.Outcome == OutcomeGenerated
	h.stats.count(e, h.isOverload(ctx, e.Err))
	if h.cfg.Observer != nil {
		_ = h.safely(ctx, e.Path, "observe", func() error {
			h.cfg.Observer.Observe(ctx, *e)
			return nil
		})
	}
}

// safely calls f. A panic becomes an error, and its stack is logged.
func (h *Handler) safely(ctx context.Context, key, op string, f func() error) (err error) {
	defer h.recovered(ctx, &key, op, &err)
	return f()
}

// recovered, when it is deferred, turns a panic into the error err, and logs its stack.
func (h *Handler) recovered(ctx context.Context, key *string, op string, err *error) {
	if p := recover(); p != nil {
		h.log(ctx, slog.LevelError, "thumbnail: panic", "path", *key, "panic", p, "stack", string(debug.Stack()))
		*err = &statusError{http.StatusInternalServerError, op, fmt.Errorf("panic: %v", p)}
	}
}

// isOverload reports whether an error is caused by a lack of memory or workers.
func (h *Handler) isOverload(ctx context.Context, err error) (overload bool) {
	if err == nil {
		return false
	}
	_ = h.safely(ctx, "", "observe", func() error { // an error may panic, if it is a nil pointer
		var f *statusError
		overload = errors.Is(err, ErrOverloaded) && !errors.As(err, &f)
		return nil
	})
	return overload
}
