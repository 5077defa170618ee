package thumbnail

import (
	"errors"
	"fmt"
	"hash/maphash"
	"io/fs"
	"net/http"
	"strings"
	"time"

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
// that call is canceled once it has begun: the work is worth keeping when the client is gone. Work that
// is queued and that nobody waits for any more is dropped. [http.Server.Shutdown] waits for it, and no
// goroutine outlives its call. A panic of anything that Config names costs one request, 500.
//
// No request takes longer than Config.Wait + QueueTimeout + Timeout until its answer begins, if what
// Config names ends when its context does.
//
// Originals that are missing, damaged, unsupported, beyond a limit or too slow to decode are remembered
// for a minute, in this process, so that their URLs cost one look a minute. Generate and Remove forget
// it: call Generate after an upload. An original that changes while a thumbnail is made of it is looked
// at again, as far as its Stat tells, and the thumbnail of what it was is not stored.
//
// A stored thumbnail that is empty, or that ends before its format says so, is made anew, once: the crash
// of another program may have left it. To see that, the handler reads a few bytes of each file that it
// opens; it makes no further call for it to a storage over a network.
//
// If the Storage fails to store a thumbnail, the request is answered from memory all the same, with
// Cache-Control: no-store, and by [response.Stream] if the Responder is another.
type Handler struct {
	cfg                       Config
	flights                   flights
	negative                  negativeCache
	seen                      seen
	halves                    halves
	generator                 *generator
	stats                     counters
	lockLog, storeLog         rateLimiter // when it was last said that the Locker or the Storage fails
	hints                     hints
	storageLocal, sourceLocal bool
	contentTypes              map[string]string // by extension
}

var nosniff = []string{"nosniff"}

// NewHandler returns a handler that works as cfg says. The error names a field that is missing or
// impossible.
func NewHandler(cfg Config) (*Handler, error) {
	cfg, err := cfg.withDefaults()
	if err != nil {
		return nil, err
	}
	e, err := engine.New(cfg.Formats, cfg.Tolerant)
	if err != nil {
		return nil, fmt.Errorf("thumbnail: Config.Formats: %w", err)
	}
	e.NaiveCMYK = cfg.NaiveCMYK
	h := &Handler{cfg: cfg, seen: seen{seed: maphash.MakeSeed()}, contentTypes: map[string]string{}}
	h.generator = &generator{
		source: cfg.Source, engine: e,
		admission: &admission{maxMemory: cfg.MaxMemory, workers: cfg.Workers, maxQueue: cfg.MaxQueue},
		limits: limits{
			sourceBytes: cfg.MaxSourceBytes, pixels: cfg.MaxPixels, memory: cfg.MaxMemory,
			width: cfg.MaxWidth, height: cfg.MaxHeight, timeout: cfg.Timeout,
		},
	}
	_, h.storageLocal = cfg.Storage.(storage.Local)
	_, h.sourceLocal = cfg.Source.(storage.Local)
	for ext, e := range cfg.Encoders {
		h.contentTypes[ext] = contentType(ext, e)
	}
	if err := h.Links("/").Check(); err != nil {
		return nil, fmt.Errorf("thumbnail: Config.Presets: %w", err)
	}
	h.logAbilities()
	return h, nil
}

// ServeHTTP answers a request for a thumbnail. It proceeds as follows:
//
//	 1 GET or HEAD                                                  else 405
//	 2 the path matches the grammar; method and extension are known else 400
//	 3 the secret is right; no I/O has happened so far              else 401
//	 4 the thumbnail is stored: go to 12
//	 5 the size asked for is within MaxWidth and MaxHeight          else 400
//	 6 the lock is free, or becomes so within Wait                  else 404, not to be cached
//	 7 the thumbnail is stored by now: go to 12
//	 8 the source exists                                            else 404
//	 9 its format is known, and its size within the limits          else 415, 422
//	10 memory and a worker are free, or become so in time           else 503; 422 if there will never be enough memory
//	11 decode, process, encode, store, unlock                       else 422 if the source is damaged
//	12 answer
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h.serveWith(w, r, func(c *call, e *Event) error {
		return h.parse(c, strings.TrimPrefix(r.URL.Path, "/"), e)
	})
}

// serveWith answers a request for what ask puts into the call.
func (h *Handler) serveWith(w http.ResponseWriter, r *http.Request, ask func(*call, *Event) error) {
	e := Event{Op: OpRequest}
	start := time.Now()
	out := &trackedWriter{ResponseWriter: w}
	out.Header()["X-Content-Type-Options"] = nosniff
	ctx := r.Context()
	e.Err = h.safely(ctx, "", "serve", func() error { return h.serve(out, r, ask, &e) })
	h.hint(ctx, &e)
	if e.Err != nil && !out.wrote {
		if err := h.safely(ctx, e.Path, "answer", func() error { h.fail(out, r, e.Path, e.Err); return nil }); err != nil && !out.wrote {
			errorHeader(out.Header(), http.StatusInternalServerError, err)
			failPlainly(out, http.StatusInternalServerError)
		}
	}
	e.Bytes, e.Duration = out.bytes, time.Since(start)
	h.observe(ctx, e)
	if out.aborted {
		panic(http.ErrAbortHandler) // what was written is not to be taken for the whole
	}
}

// serve answers with a thumbnail, or writes nothing and returns an error.
func (h *Handler) serve(w *trackedWriter, r *http.Request, ask func(*call, *Event) error, e *Event) error {
	if r.Method != http.MethodGet && r.Method != http.MethodHead { // 1
		w.Header().Set("Allow", "GET, HEAD")
		return &statusError{http.StatusMethodNotAllowed, "serve", fmt.Errorf("method %q", r.Method)}
	}
	c := &call{wait: h.cfg.Wait, budget: &budget{left: h.cfg.Timeout}}
	var cancel func()
	c.ctx, cancel = c.budget.bind(r.Context())
	defer cancel()
	if err := ask(c, e); err != nil {
		return err
	}
	if onlyIfCached(r) {
		return errOnlyIfCached
	}
	return h.safely(r.Context(), c.key, "generate", func() error { return h.answer(w, r, c, e) })
}

// answer does steps 4 to 12.
func (h *Handler) answer(w *trackedWriter, r *http.Request, c *call, e *Event) error {
	a, err := h.obtain(c) // 4 to 11
	a.record(e)
	if h.cfg.ServerTiming {
		if timing := e.Timing.header(); timing != "" {
			w.Header().Set("Server-Timing", timing)
		}
	}
	if err != nil {
		return err
	}
	defer func() { _ = h.safely(r.Context(), c.key, "close", a.file.Close) }()
	w.Header().Set("Content-Type", h.contentTypes[c.spec.Ext])
	if c.cacheControl == "" {
		c.cacheControl = h.cacheControl(c.spec)
	}
	w.Header().Set("Cache-Control", c.cacheControl)
	responder := h.cfg.Responder
	if a.passing {
		w.Header().Set("Cache-Control", "no-store")
		responder = streamOf(responder)
	}
	err = h.safely(r.Context(), c.key, "respond", func() error { return h.respond(w, r, responder, c.key, a.file) }) // 12
	if err != nil {
		w.aborted = w.aborted || w.wrote
		var f *statusError
		if errors.As(err, &f) {
			return err
		}
		return serverError("respond", err)
	}
	return nil
}

// respond passes on a Responder's wish to end the connection.
func (h *Handler) respond(w *trackedWriter, r *http.Request, responder Responder, key string, f fs.File) error {
	defer func() {
		if p := recover(); p == http.ErrAbortHandler { //nolint:errorlint // as net/http compares it
			w.aborted, w.wrote = true, true
		} else if p != nil {
			panic(p)
		}
	}()
	return responder.Respond(w, r, key, seekable(f))
}

// parse does steps 2 and 3.
func (h *Handler) parse(c *call, path string, e *Event) error {
	spec, secret, err := ParsePath(path)
	if err != nil {
		return err
	}
	e.Path, e.Spec = path, spec
	c.key, e.secret = path, secret
	if err := h.knows(spec); err != nil {
		return err
	}
	if !h.cfg.Signer.Verify(spec, secret) {
		return ErrSignature
	}
	c.order, err = h.order(spec)
	return err
}

func (h *Handler) cacheControl(s Spec) string {
	if s.Version != "" {
		return h.cfg.CacheControlVersioned
	}
	return h.cfg.CacheControl
}

// record leaves in e what is known of an answer.
func (a *answer) record(e *Event) {
	e.Outcome, e.Timing, e.Source, e.StoreErr = a.outcome, a.effort.timing, a.effort.source, a.err
}
