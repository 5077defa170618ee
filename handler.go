package thumbnail

import (
	"context"
	"fmt"
	"hash/maphash"
	"io/fs"
	"net/http"
	"strings"
	"time"

	"github.com/rest-thumbnails/thumbnail/internal/ability"
	"github.com/rest-thumbnails/thumbnail/internal/admission"
	"github.com/rest-thumbnails/thumbnail/internal/engine"
	"github.com/rest-thumbnails/thumbnail/internal/negative"
	"github.com/rest-thumbnails/thumbnail/storage"
)

// A Handler makes thumbnails on request. The path of a request matches the grammar in the package
// documentation, with or without one leading slash: mount the handler with [http.StripPrefix], or at the
// root of its own host. The handler ignores the query and the host. It reads only the headers of
// conditional and range requests (RFC 9110), and Cache-Control. A request with Cache-Control: only-if-cached
// always gets 504, because only a cache in front of the handler may answer it. Package doctor detects caches by
// such requests.
//
// A generation runs in the call of ServeHTTP or Generate that started it. Once it has begun, it goes on
// even if the context of that call is canceled: the thumbnail is worth keeping although the client is gone.
// Queued work is dropped when nobody waits for it any more. [http.Server.Shutdown] waits for generations,
// and no goroutine outlives its call. A panic in anything that Config names affects only one request, which
// gets 500.
//
// Every answer begins within Config.Wait + QueueTimeout + Timeout of the request, provided that everything
// that Config names ends when its context does.
//
// If a generation fails because its original is missing, damaged, unsupported, beyond a limit or too slow
// to decode, the process remembers that failure for a minute, so each such URL causes at most one access
// per minute. Generate and Remove clear these failures: call Generate after an upload. If an original
// changes while its thumbnail is being made, as reported by its Stat, it is read again, and the thumbnail
// of the old content is not stored.
//
// A stored thumbnail that is empty or truncated, perhaps by a crash of another program, is made again,
// once. To detect that, the handler reads a few bytes of each file that it opens. A storage over a network
// gets no additional request for that.
//
// If the Storage fails to store a thumbnail, the request is still answered from memory, with Cache-Control:
// no-store. [response.Stream] answers it, whatever the Responder is.
type Handler struct {
	cfg                       Config
	flights                   flights
	negative                  negative.Cache
	seen                      seen
	halves                    halves
	generator                 *generator
	stats                     counters
	lockLog, storeLog         rateLimiter // when a failure of the Locker or the Storage was last logged
	hints                     hints
	storageLocal, sourceLocal bool
	storageQuick              bool      // Open does not wait for anything that a context could end
	stream                    Responder // for what is not stored
	streams                   bool      // Config.Responder sends the file itself

	// Values of headers, shared by all answers.
	contentTypes                 map[string][]string // by extension
	cacheControl, cacheVersioned []string
}

var (
	nosniff = []string{"nosniff"}
	noStore = []string{"no-store"}
)

// NewHandler returns a handler with the configuration cfg. The error names a field that is missing or
// invalid.
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
	h := &Handler{cfg: cfg, seen: seen{seed: maphash.MakeSeed()}, contentTypes: map[string][]string{}}
	h.cacheControl, h.cacheVersioned = []string{cfg.CacheControl}, []string{cfg.CacheControlVersioned}
	h.generator = &generator{
		source: cfg.Source, engine: e,
		admission: admission.New(admission.Limits{Memory: cfg.MaxMemory, Workers: cfg.Workers, Queue: cfg.MaxQueue}),
		limits: limits{
			sourceBytes: cfg.MaxSourceBytes, pixels: cfg.MaxPixels, memory: cfg.MaxMemory,
			width: cfg.MaxWidth, height: cfg.MaxHeight, timeout: cfg.Timeout,
		},
	}
	h.storageLocal, h.sourceLocal = ability.Has[storage.Local](cfg.Storage), ability.Has[storage.Local](cfg.Source)
	h.stream, h.streams = streamOf(cfg.Responder)
	switch cfg.Storage.(type) {
	case *storage.Dir, *storage.Memory:
		h.storageQuick = true
	}
	for ext, e := range cfg.Encoders {
		h.contentTypes[ext] = []string{contentType(ext, e)}
	}
	if err := h.Links("/").checkPresets(); err != nil {
		return nil, err
	}
	if err := cfg.start(); err != nil {
		return nil, err
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
//	 5 the requested size is within MaxWidth and MaxHeight          else 400
//	 6 the lock is free, or becomes free within Wait                else 404, not to be cached
//	 7 the thumbnail is stored by now: go to 12
//	 8 the source exists                                            else 404
//	 9 its format is known, and it is within the limits             else 415, 422
//	10 memory and a worker become free within QueueTimeout          else 503; 422 if it needs more than MaxMemory
//	11 decode, process, encode, store, unlock                       else 422 if the source is damaged
//	12 answer
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h.serveWith(w, r, nil, "")
}

// A request holds everything that serving a request needs, so that it takes only one allocation.
type request struct {
	w trackedWriter
	r *http.Request
	c call
	e Event
}

// serveWith answers a request with the thumbnail of spec, or of the request's path if spec is nil. cacheControl
// replaces that of Config, unless it is empty.
func (h *Handler) serveWith(w http.ResponseWriter, r *http.Request, spec *Spec, cacheControl string) {
	start := time.Now()
	q := &request{
		w: trackedWriter{ResponseWriter: w}, r: r,
		c: call{ctx: r.Context(), wait: h.cfg.Wait, cacheControl: cacheControl}, e: Event{Op: OpRequest},
	}
	out, e, ctx := &q.w, &q.e, r.Context()
	out.Header()["X-Content-Type-Options"] = nosniff
	e.Err = h.serve(q, spec)
	if e.Err != nil {
		_ = h.safely(ctx, e.Path, "hint", func() error { h.hint(ctx, e); return nil })
	}
	if e.Err != nil && !out.wrote {
		h.answerFailure(q)
	}
	e.Bytes, e.Duration = out.bytes, time.Since(start)
	h.observe(ctx, e)
	if out.aborted {
		panic(http.ErrAbortHandler) // so that the client detects that the response is incomplete
	}
}

// answerFailure answers with the error of a request.
func (h *Handler) answerFailure(q *request) {
	err := h.safely(q.r.Context(), q.e.Path, "answer", func() error { h.fail(&q.w, q.r, q.e.Path, q.e.Err); return nil })
	if err != nil && !q.w.wrote {
		errorHeader(q.w.Header(), http.StatusInternalServerError, err)
		failPlainly(&q.w, http.StatusInternalServerError)
	}
}

// serve answers with a thumbnail, or writes nothing and returns an error.
func (h *Handler) serve(q *request, spec *Spec) (err error) {
	defer h.recovered(q.r.Context(), &q.e.Path, "serve", &err)
	if err := h.accept(q, spec); err != nil {
		return err
	}
	defer q.c.end()
	return h.answer(q)
}

// accept does steps 1 to 3.
func (h *Handler) accept(q *request, spec *Spec) error {
	r := q.r
	if r.Method != http.MethodGet && r.Method != http.MethodHead { // 1
		q.w.Header().Set("Allow", "GET, HEAD")
		return &statusError{http.StatusMethodNotAllowed, "serve", fmt.Errorf("method %q", r.Method)}
	}
	var err error
	if spec == nil {
		err = h.parse(&q.c, strings.TrimPrefix(r.URL.Path, "/"), &q.e)
	} else {
		err = h.ask(&q.c, *spec, &q.e)
	}
	if err == nil && onlyIfCached(r) {
		return errOnlyIfCached
	}
	return err
}

// answer does steps 4 to 12.
func (h *Handler) answer(q *request) error {
	f, responder, err := h.prepare(q)
	if err != nil {
		return err
	}
	defer h.closeFile(q.r.Context(), &q.c.key, f)
	if err = h.respond(q, responder, f); err != nil { // 12
		q.w.aborted = q.w.aborted || q.w.wrote
		return err
	}
	return nil
}

// prepare does steps 4 to 11 and sets the headers of the answer. It is not a part of answer, because then
// its large frame would be on the stack while the file is sent, and the stack of each connection would
// have to grow from 8 to 16 kB.
func (h *Handler) prepare(q *request) (f fs.File, responder Responder, err error) {
	a, err := h.obtain(&q.c)
	a.record(&q.e)
	header := q.w.Header()
	if h.cfg.ServerTiming {
		if timing := q.e.Timing.header(); timing != "" {
			header.Set("Server-Timing", timing)
		}
	}
	if err != nil {
		return nil, nil, err
	}
	header["Content-Type"] = h.contentTypes[q.c.spec.Ext]
	header["Cache-Control"] = h.cacheControlOf(&q.c)
	if a.passing {
		header["Cache-Control"] = noStore
		return a.file, h.stream, nil
	}
	return a.file, h.cfg.Responder, nil
}

func (h *Handler) closeFile(ctx context.Context, key *string, f fs.File) {
	var err error
	defer h.recovered(ctx, key, "close", &err)
	_ = f.Close()
}

// respond calls the Responder and lets it abort the connection.
func (h *Handler) respond(q *request, responder Responder, f fs.File) (err error) {
	w := &q.w
	w.cacheControl = w.Header().Get("Cache-Control")
	defer func() { w.cacheControl = "" }()
	defer h.recovered(q.r.Context(), &q.c.key, "respond", &err)
	defer func() {
		if p := recover(); p == http.ErrAbortHandler { //nolint:errorlint // net/http also compares by ==
			w.aborted, w.wrote = true, true
		} else if p != nil {
			panic(p)
		}
	}()
	if err := responder.Respond(w, q.r, q.c.key, seekable(f)); err != nil {
		return serverError("respond", err)
	}
	return nil
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
	if !h.hints.verified.Load() {
		h.hints.verified.Store(true)
	}
	c.order, err = h.order(spec)
	return err
}

// cacheControlOf returns the Cache-Control of a stored thumbnail.
func (h *Handler) cacheControlOf(c *call) []string {
	switch {
	case c.cacheControl != "":
		return []string{c.cacheControl}
	case c.spec.Version != "":
		return h.cacheVersioned
	}
	return h.cacheControl
}

// record copies into e what is known about an answer.
func (a *answer) record(e *Event) {
	e.Outcome, e.Timing, e.Source, e.StoreErr = a.outcome, a.effort.timing, a.effort.source, a.err
}
