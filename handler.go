package thumbnail

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"strings"
	"time"

	"golang.org/x/sync/semaphore"

	"github.com/rest-thumbnails/thumbnail/internal/engine"
	"github.com/rest-thumbnails/thumbnail/storage"
)

// A Handler makes thumbnails on request. The path of a request matches the grammar in the package
// documentation, with or without one leading slash: mount the handler with [http.StripPrefix], or
// at the root of a host of its own. Query and host change nothing; of the headers only those of
// conditional and range requests (RFC 9110) do, and Cache-Control: only-if-cached, which gets 504
// (see package doctor).
//
// A generation runs in the call of ServeHTTP or Generate that started it, and goes on if the context of
// that call is cancelled: the work is worth keeping when the client is gone. [http.Server.Shutdown]
// waits for it, and no goroutine outlives its call.
//
// A missing or damaged original is remembered for a minute, in this process, so that its URLs cost the
// source no more than one look a minute. Generate and Remove forget it: call Generate after an upload.
type Handler struct {
	engine   *engine.Engine
	cfg      Config
	flights  flights
	failures failures
	memory   *semaphore.Weighted // of MaxMemory bytes
	queue    chan struct{}       // of MaxQueue places
	lockLog  sometimes           // when it was last said that the Locker fails
}

var nosniff = []string{"nosniff"}

// NewHandler returns a handler that works as cfg says. The error names a field that is missing or
// impossible.
func NewHandler(cfg Config) (*Handler, error) {
	cfg, err := cfg.withDefaults()
	if err != nil {
		return nil, err
	}
	e, err := engine.New(cfg.Formats, false)
	if err != nil {
		return nil, err
	}
	return &Handler{
		cfg:    cfg,
		engine: e,
		memory: semaphore.NewWeighted(cfg.MaxMemory),
		queue:  make(chan struct{}, cfg.MaxQueue),
	}, nil
}

// ServeHTTP answers a request for a thumbnail. It proceeds as follows:
//
//	 1 GET or HEAD                                                  else 405
//	 2 the path matches the grammar; method and extension are known else 400
//	 3 the secret is right; no I/O has happened so far              else 401
//	 4 the thumbnail is stored: go to 12
//	 5 the size asked for is within the limits                      else 400
//	 6 the lock is free, or becomes so within Wait                  else 404, not to be cached
//	 7 the thumbnail is stored by now: go to 12
//	 8 the source exists                                            else 404
//	 9 its format is known, and its size within the limits          else 415, 422
//	10 memory is free, or becomes so in time                        else 503; 422 if there will never be enough
//	11 decode, process, encode, store, unlock                       else 422 if the source is damaged
//	12 answer
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header()["X-Content-Type-Options"] = nosniff
	j := &job{start: time.Now()}
	err := h.serve(w, r, j)
	if err != nil {
		h.fail(w, r, j, err)
	}
	h.observe(r.Context(), j, err)
}

// serve answers with a thumbnail, or writes nothing and returns an error.
func (h *Handler) serve(w http.ResponseWriter, r *http.Request, j *job) error {
	if r.Method != http.MethodGet && r.Method != http.MethodHead { // 1
		w.Header().Set("Allow", "GET, HEAD")
		return &failure{http.StatusMethodNotAllowed, "serve", fmt.Errorf("method %q", r.Method)}
	}
	if err := h.parse(j, strings.TrimPrefix(r.URL.Path, "/")); err != nil {
		return err
	}
	if onlyIfCached(r) {
		return errOnlyIfCached
	}
	f, err := h.obtain(r.Context(), h.cfg.Wait, j) // 4 to 11
	if h.cfg.ServerTiming {
		if timing := j.timing.header(); timing != "" {
			w.Header().Set("Server-Timing", timing)
		}
	}
	if err != nil {
		return err
	}
	defer f.Close()
	w.Header().Set("Content-Type", contentType(j.spec.Ext))
	w.Header().Set("Cache-Control", h.cacheControl(j.spec))
	if err := h.cfg.Responder.Respond(w, r, j.key, f); err != nil { // 12
		return broken("respond", err)
	}
	return nil
}

// parse does steps 2 and 3.
func (h *Handler) parse(j *job, path string) error {
	spec, secret, err := ParsePath(path)
	if err != nil {
		return err
	}
	j.key, j.spec = path, spec
	if err := h.knows(spec); err != nil {
		return err
	}
	if !h.cfg.Signer.Verify(spec, secret) {
		return ErrSignature
	}
	return nil
}

// knows checks that there is a processor and an encoder for a spec.
func (h *Handler) knows(s Spec) error {
	if _, ok := h.cfg.Processors[s.Method]; !ok {
		return fmt.Errorf("%w: unknown method %q", ErrInvalid, s.Method)
	}
	if _, ok := h.cfg.Encoders[s.Ext]; !ok {
		return fmt.Errorf("%w: unknown extension %q", ErrInvalid, s.Ext)
	}
	return nil
}

// Generate makes a thumbnail now, unless it is stored already. As for a request, only one of all
// processes makes it: while it is locked elsewhere, Generate waits until ctx ends, and then returns
// [ErrBusy]. A generation that has begun is bounded by Config.Timeout and not stopped by ctx.
// [StatusCode] tells the errors apart.
//
// To make a thumbnail anew, call [Handler.Remove] first or, better, give the new original a new
// Spec.Version.
func (h *Handler) Generate(ctx context.Context, s Spec) error {
	j := &job{start: time.Now(), spec: s}
	err := h.generateNow(ctx, j)
	h.observe(ctx, j, err)
	return err
}

func (h *Handler) generateNow(ctx context.Context, j *job) error {
	key, err := storageKey(h.cfg.Signer, j.spec)
	if err != nil {
		return err
	}
	j.key = key
	if err := h.knows(j.spec); err != nil {
		return err
	}
	h.failures.forget(j.spec.Source)
	f, err := h.obtain(ctx, asLongAsContext, j)
	if err != nil {
		return err
	}
	return f.Close()
}

// Remove deletes every thumbnail of a source, whatever its size, method and version. If the Storage is
// not a [Remover], the error matches [errors.ErrUnsupported]; if source is not a valid key,
// [ErrInvalid]. Copies in browsers and CDNs stay until they expire; only a new Spec.Version replaces
// those.
func (h *Handler) Remove(ctx context.Context, source string) error {
	if !storage.ValidKey(source) {
		return fmt.Errorf("%w: source %q", ErrInvalid, source)
	}
	h.failures.forget(source)
	remover, ok := h.cfg.Storage.(Remover)
	if !ok {
		return fmt.Errorf("thumbnail: remove from a %T: %w", h.cfg.Storage, errors.ErrUnsupported)
	}
	if err := remover.RemoveAll(ctx, source); err != nil {
		return broken("remove", err)
	}
	return nil
}

// asLongAsContext is the wait of a call that only its context bounds.
const asLongAsContext = -1

// obtain opens the thumbnail, which it makes first if need be: steps 4 to 11. Others' work is
// waited for as long as wait says.
func (h *Handler) obtain(ctx context.Context, wait time.Duration, j *job) (fs.File, error) {
	f, err := h.open(ctx, j) // 4
	if f != nil || err != nil {
		return f, err
	}
	if j.spec.Size.Width > h.cfg.MaxWidth || j.spec.Size.Height > h.cfg.MaxHeight { // 5
		return nil, fmt.Errorf("%w: size %v is more than Config.MaxWidth × Config.MaxHeight (%dx%d)", ErrInvalid, j.spec.Size, h.cfg.MaxWidth, h.cfg.MaxHeight)
	}
	patience, cancel := ctx, context.CancelFunc(func() {})
	if wait != asLongAsContext {
		patience, cancel = context.WithTimeout(ctx, wait)
	}
	defer cancel()
	for made := 0; made < 3; {
		if err := h.failures.recall(j, time.Now()); err != nil {
			return nil, err
		}
		err := h.join(ctx, patience, j)
		switch {
		case err == nil:
			made++
		case errors.Is(err, errAgain), errors.Is(err, ErrBusy) && patience.Err() == nil:
			// The lock was free for a moment, or somebody less patient gave up.
		default:
			return nil, err
		}
		if f, err := h.open(ctx, j); f != nil || err != nil {
			return f, err
		}
	}
	return nil, broken("open thumbnail", fmt.Errorf("%q was stored, three times, and is not there", j.key))
}

// open opens the thumbnail. A nil file is one that is not there.
func (h *Handler) open(ctx context.Context, j *job) (fs.File, error) {
	f, err := h.cfg.Storage.Open(ctx, j.key)
	switch {
	case err == nil:
		return f, nil
	case ctx.Err() != nil: // the client is gone
		return nil, ctx.Err()
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	}
	return nil, broken("open thumbnail", err)
}

// join takes part in the one flight of this process for a thumbnail: leads it if there is none,
// else waits for it.
func (h *Handler) join(ctx, patience context.Context, j *job) error {
	fl, leads := h.flights.join(j.key)
	if leads {
		return h.lead(ctx, patience, j, fl)
	}
	defer addTime(&j.timing.Wait)()
	return fl.wait(patience)
}

func (h *Handler) cacheControl(s Spec) string {
	if s.Version != "" {
		return h.cfg.CacheControlVersioned
	}
	return h.cfg.CacheControl
}

func (h *Handler) observe(ctx context.Context, j *job, err error) {
	if h.cfg.Observer != nil {
		h.cfg.Observer.Observe(ctx, Event{
			Path: j.key, Spec: j.spec, Err: err, Generated: j.generated, Duration: time.Since(j.start), Timing: j.timing,
		})
	}
}

// contentType returns the media type of an extension.
func contentType(ext string) string { return engine.MediaType(ext) }
