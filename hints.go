package thumbnail

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"net/http"
	"strings"
	"sync/atomic"
	"time"
)

// hints are warnings about common mistakes of programmers. Besides the hints, one warning says that every
// secret was wrong so far. A Handler logs it only once.
type hints struct {
	prefix, method, extension, size, missing hint

	verified atomic.Bool  // a secret was right
	wrong    atomic.Int32 // secrets that were wrong before
}

// If the first manyWrong secrets are all wrong, the pages probably sign with another key than the handler.
const manyWrong = 10

// A hint is one kind of warning. It is logged at most once in ten seconds.
type hint struct {
	said   rateLimiter
	looked rateLimiter // when a request was last examined
}

// maxDropped is how many leading segments of a path are dropped in search of a path whose secret is valid.
const maxDropped = 8

// hint logs why a request failed if its path is signed, so that a mistake in the program is likely. Anybody
// can send wrong secrets, so hint examines them only once a second for each kind.
func (h *Handler) hint(ctx context.Context, e *Event) {
	switch {
	case e.secret == "":
	case errors.Is(e.Err, ErrSignature):
		h.hintPrefix(ctx, e)
		if !h.hints.verified.Load() && h.hints.wrong.Add(1) == manyWrong {
			h.log(ctx, slog.LevelWarn, "thumbnail: every secret was wrong so far: pages have to sign with the key of this handler", "path", e.Path, "requests", manyWrong)
		}
	case errors.Is(e.Err, ErrInvalid):
		kind := &h.hints.extension
		if _, err := h.cfg.Processors.resolve(e.Spec.Method); err != nil {
			kind = &h.hints.method
		}
		if kind.looks() && h.verifies(e.Spec, e.secret) && kind.said.now() {
			h.log(ctx, slog.LevelWarn, "thumbnail: a signed path asks for what Config does not have", "path", e.Path, "error", e.Err)
		}
	case errors.Is(e.Err, ErrTooLarge) && StatusCode(e.Err) == http.StatusBadRequest:
		if h.hints.size.said.now() {
			h.log(ctx, slog.LevelWarn, "thumbnail: a signed path asks for more than Config allows", "path", e.Path, "error", e.Err)
		}
	case errors.Is(e.Err, fs.ErrNotExist) && StatusCode(e.Err) == http.StatusNotFound:
		if h.hints.missing.said.now() {
			h.log(ctx, slog.LevelWarn, "thumbnail: a page links to an original that Config.Source does not have", "source", e.Spec.Source)
		}
	}
}

// hintPrefix finds a handler that is mounted without http.StripPrefix.
func (h *Handler) hintPrefix(ctx context.Context, e *Event) {
	if !h.hints.prefix.looks() {
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
			h.hints.verified.Store(true) // the key is right
			if h.hints.prefix.said.now() {
				h.log(ctx, slog.LevelWarn, "thumbnail: the secret is valid without the beginning of the path: http.StripPrefix is missing",
					"path", e.Path, "prefix", dropped)
			}
			return
		}
	}
}

// verifies calls Verify of a Signer that may panic.
func (h *Handler) verifies(s Spec, secret string) (ok bool) {
	_ = h.safely(context.Background(), "", "verify", func() error {
		ok = h.cfg.Signer.Verify(s, secret)
		return nil
	})
	return ok
}

// looks returns true once a second.
func (k *hint) looks() bool { return k.looked.onceIn(time.Second) }
