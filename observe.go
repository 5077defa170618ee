package thumbnail

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
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
	Path      string        // the request's path, or empty if it does not match the grammar
	Spec      Spec          // what Path says, or zero
	Err       error         // nil, or an error for StatusCode
	Generated bool          // this very request made the thumbnail
	Duration  time.Duration // from the request's arrival until it was answered
	Timing    Timing        // the parts of Duration that took time
}

// Timing says how long the steps took. All but Wait are 0 if the request did not try to generate the
// thumbnail.
type Timing struct {
	Wait    time.Duration // for another request's generation, or for the lock
	Queue   time.Duration // for memory
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
func (h *Handler) logError(ctx context.Context, j *job, err error) {
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
	h.cfg.Logger.Log(ctx, level, "thumbnail", "status", status, "path", j.key, "error", err)
}
