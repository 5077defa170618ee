package thumbnail

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"strings"
	"sync/atomic"
	"time"
)

// hints are warnings of mistakes that programmers make: one of each kind in ten seconds at most.
type hints struct {
	prefix, unknown, missing rateLimiter
	looked                   atomic.Int64 // when a wrong secret was last looked at, in nanoseconds
}

// maxDropped is how many leading segments of a path are dropped in search of one whose secret fits.
const maxDropped = 8

// hint logs why a request failed, where the path is signed and a program's mistake is likely. Wrong
// secrets, which anybody can send, are looked at once a second.
func (h *Handler) hint(ctx context.Context, e *Event) {
	switch {
	case e.Err == nil || e.secret == "":
	case errors.Is(e.Err, ErrSignature):
		h.hintPrefix(ctx, e)
	case errors.Is(e.Err, ErrInvalid) && h.sometimes():
		if h.verifies(e.Spec, e.secret) && h.hints.unknown.now() {
			h.log(ctx, slog.LevelWarn, "thumbnail: a signed path asks for what Config does not have", "path", e.Path, "error", e.Err)
		}
	case errors.Is(e.Err, fs.ErrNotExist) && StatusCode(e.Err) == 404:
		if h.hints.missing.now() {
			h.log(ctx, slog.LevelWarn, "thumbnail: a page links to an original that Config.Source does not have", "source", e.Spec.Source)
		}
	}
}

// hintPrefix finds a handler that is mounted without http.StripPrefix.
func (h *Handler) hintPrefix(ctx context.Context, e *Event) {
	if !h.sometimes() {
		return
	}
	s, dropped := e.Spec, ""
	for range maxDropped {
		segment, rest, ok := strings.Cut(s.Source, "/")
		if !ok {
			return
		}
		s.Source, dropped = rest, dropped+"/"+segment
		if h.verifies(s, e.secret) {
			if h.hints.prefix.now() {
				h.log(ctx, slog.LevelWarn, "thumbnail: the secret fits without the beginning of the path: http.StripPrefix is missing",
					"path", e.Path, "prefix", dropped)
			}
			return
		}
	}
}

// verifies is Verify of a Signer that may panic.
func (h *Handler) verifies(s Spec, secret string) (ok bool) {
	_ = h.safely(context.Background(), "", "verify", func() error {
		ok = h.cfg.Signer.Verify(s, secret)
		return nil
	})
	return ok
}

// sometimes says yes once a second.
func (h *Handler) sometimes() bool {
	now, last := time.Now().UnixNano(), h.hints.looked.Load()
	return (last == 0 || now-last >= int64(time.Second)) && h.hints.looked.CompareAndSwap(last, now)
}
