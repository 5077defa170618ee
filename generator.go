package thumbnail

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"sync"
	"time"

	"github.com/rest-thumbnails/thumbnail/internal/admission"
	"github.com/rest-thumbnails/thumbnail/internal/codec"
	"github.com/rest-thumbnails/thumbnail/internal/engine"
	"github.com/rest-thumbnails/thumbnail/internal/negative"
	"github.com/rest-thumbnails/thumbnail/internal/yield"
)

// A generator makes thumbnails, from the source to the encoded bytes: steps 8 to 11 without storing. It
// knows nothing about HTTP, storage or locks.
type generator struct {
	source    Source
	engine    *engine.Engine
	admission *admission.Control
	limits    limits
}

type limits struct {
	sourceBytes, pixels, memory int64
	width, height               int
	timeout                     time.Duration
}

// An order is a thumbnail that is to be made.
type order struct {
	spec      Spec
	processor Processor
	encoder   Encoder
}

// made is an encoded thumbnail, with the FileInfo of the original when it was read.
type made struct {
	encoded *bytes.Buffer
	origin  fs.FileInfo
	memory  *admission.Reservation // of encoded
}

// An effort is what it took to make a thumbnail, successfully or not.
type effort struct {
	timing Timing
	source SourceInfo
}

// SourceInfo describes an original. It is known once the header has been read.
type SourceInfo struct {
	Format        string // "jpeg"
	Width, Height int    // pixels, upright
	Bytes         int64  // size of the file; 0 if the source does not say
}

// maxAttempts is how often a generation may start. It starts again when the original changes while it is
// read, or when it needs more memory than was free at once.
const maxAttempts = 4

// headBytes is how much memory reading a header may take at first.
const headBytes = 1 << 20

// The reasons to start an attempt again: it needs more memory, or the original has changed.
var (
	errRestart = errors.New("start again")
	errChanged = errors.New("start again with another original")
)

// generate makes a thumbnail. It waits for memory and for a worker in p.
func (g *generator) generate(ctx context.Context, o order, p *place) (m *made, e effort, err error) {
	if g.admission.Full() {
		return nil, e, admission.ErrQueueFull
	}
	src, err := timed(&e.timing.Source, func() (*sourceFile, error) { return g.open(ctx, o.spec.Source) })
	if err != nil {
		return nil, e, err
	}
	defer func() {
		if src != nil {
			closed := false
			defer func() {
				if !closed && m != nil { // Close panicked
					m.memory.Release()
				}
			}()
			src.Close()
			closed = true
		}
	}()
	need := min(headBytes, g.limits.memory)
	for attempt := range maxAttempts {
		if attempt > 0 {
			if src, err = g.again(ctx, src, err == errRestart); err != nil {
				return nil, e, err
			}
		}
		m, need, err = g.attempt(ctx, src, o, need, p, &e)
		e.timing.Queue = p.waited
		if err != errRestart && err != errChanged {
			return m, e, err
		}
	}
	if err == errRestart {
		return nil, e, fmt.Errorf("%w: the memory for %q, %d bytes, was not free in time", ErrOverloaded, o.spec.Source, need)
	}
	return nil, e, &statusError{http.StatusServiceUnavailable, "read source", fmt.Errorf("%q changes while it is read", o.spec.Source)}
}

// again rewinds a source so that it can be read from its beginning. It reopens a source that has changed or
// can't seek.
func (g *generator) again(ctx context.Context, src *sourceFile, same bool) (*sourceFile, error) {
	if same && src.seeker != nil {
		if _, err := src.seeker.Seek(0, io.SeekStart); err == nil {
			return src, nil
		}
	}
	src.Close()
	return g.open(ctx, src.key)
}

// attempt makes a thumbnail with need bytes of memory. If that is too little and more is not free at once,
// it releases its memory and returns errRestart and the amount that it needs.
func (g *generator) attempt(ctx context.Context, src *sourceFile, o order, need int64, p *place, e *effort) (m *made, more int64, err error) {
	memory, err := g.admission.Reserve(need, p)
	if err != nil {
		return nil, 0, err
	}
	defer func() { memory.Release() }()
	if err := ctx.Err(); err != nil {
		return nil, 0, err
	}
	total, head, err := g.measure(ctx, src, o, need, e)
	if err != nil {
		return nil, total, err
	}
	if !memory.Grow(total) {
		return nil, total, errRestart
	}
	ctx = codec.WithAccount(ctx, codec.NewAccount(memory.Size()))
	start := time.Now()
	data, grew, err := src.read(ctx, head)
	e.timing.Source += time.Since(start)
	if err != nil {
		return nil, 0, err
	}
	if info, statErr := src.Stat(); grew || statErr == nil && changed(src.info, info, false) {
		if grew && statErr == nil && info.Size() == src.info.Size() {
			return nil, 0, g.tooLong(src)
		}
		return nil, total, errChanged
	}
	if src.known && int64(len(data)) < src.size {
		return nil, total, src.cutError()
	}
	header, err := g.engine.Header(ctx, codec.NewBytesReader(ctx, data)) // this header is the final one
	if err != nil {
		return nil, 0, g.headerError(o, err)
	}
	plan, total, err := g.plan(header, o, max(int64(cap(data)), src.held()))
	if err != nil {
		return nil, 0, err
	}
	if !memory.Grow(total) {
		return nil, total, errRestart
	}
	m, err = g.work(ctx, o, plan, data, p, e)
	if err != nil {
		return nil, 0, err
	}
	m.origin, m.memory = src.info, memory.Move()
	return m, 0, nil
}

// measure does step 9. It returns how many bytes the generation will need, including the file. If the file
// can't seek back, it also returns the part that it has read.
func (g *generator) measure(ctx context.Context, src *sourceFile, o order, need int64, e *effort) (total int64, head []byte, err error) {
	defer addTime(&e.timing.Source)()
	ctx = codec.WithAccount(ctx, codec.NewAccount(need))
	whole := moves(o.encoder) && src.seeker != nil && src.size <= 16<<20 // a still picture does not wait for the memory of an animation
	in := &headReader{o: src}
	r := codec.NewReader(ctx, in.reader(), whole)
	header, err := g.engine.Header(ctx, r)
	if err != nil && in.cut {
		return need, nil, src.cutError()
	}
	if errors.Is(err, ErrTooLarge) && need < min(3*src.held()+headBytes, g.limits.memory) {
		return min(3*src.held()+headBytes, g.limits.memory), nil, errRestart // the header is unusually long
	}
	if err != nil {
		return 0, nil, g.headerError(o, err)
	}
	size := header.Size()
	e.source = SourceInfo{Format: header.Format.Name, Width: size.X, Height: size.Y, Bytes: src.info.Size()}
	head = r.Retained()
	_, total, err = g.plan(header, o, src.held()+int64(cap(head)))
	return total, head, err
}

// held returns how many bytes of memory it takes to read the file. If its size is unknown, the buffer grows:
// while its content is copied to the next larger buffer, both take memory. The estimate is for at most 64 MiB;
// a larger file of unknown size does not fit.
func (o *sourceFile) held() int64 {
	if o.known {
		return o.size + 1
	}
	most, room, held := min(o.size, 64<<20), int64(firstRoom), int64(firstRoom)
	for room <= most {
		next := roomAfter(room, most)
		room, held = next, room+next
	}
	return held
}

// firstRoom is the size of the first buffer of a file of unknown size, in bytes.
const firstRoom = 256 << 10

// roomAfter returns the size of the buffer that replaces a full one of n bytes. That is 2·n, unless 2·n is close to
// the size of the largest file, which is most. In that case the next buffer is the last one, and has most+1 bytes.
func roomAfter(n, most int64) int64 {
	if 2*n+n/8 > most {
		return most + 1
	}
	return 2 * n
}

// plan checks every limit and returns how many bytes of memory the generation takes in total.
func (g *generator) plan(header *codec.Header, o order, file int64) (*engine.Plan, int64, error) {
	plan, err := g.engine.Plan(header, engine.Request{
		Processor: o.processor, Encoder: o.encoder, Width: o.spec.Size.Width, Height: o.spec.Size.Height,
		FileBytes: file,
		Limits:    engine.Limits{Pixels: g.limits.pixels, Width: g.limits.width, Height: g.limits.height, Memory: g.limits.memory},
	})
	size := header.Size()
	switch {
	case err != nil && int64(size.X)*int64(size.Y) > g.limits.pixels:
		return nil, 0, originalError(negative.OfSource, o, err)
	case err != nil:
		return nil, 0, originalError(negative.OfThumbnail, o, err)
	}
	return plan, plan.Bytes + file, nil
}

// work does step 11 without storing, on one of Config.Workers.
func (g *generator) work(ctx context.Context, o order, plan *engine.Plan, data []byte, p *place, e *effort) (*made, error) {
	release, err := g.admission.Worker(p)
	if err != nil {
		return nil, err
	}
	defer release()
	ctx = codec.WithAccount(yield.Context(ctx), codec.NewAccount(plan.Bytes))
	encoded := newBuffer()
	var t engine.Timing
	err = g.engine.Make(ctx, data, plan, encoded, &t)
	e.timing.Decode, e.timing.Process, e.timing.Encode = e.timing.Decode+t.Decode, e.timing.Process+t.Process, e.timing.Encode+t.Encode
	if err == nil {
		err = ctx.Err() // a processor may have ignored the end of ctx
	}
	if err != nil { // an encoder of others may go on writing, so the buffer is not used again
		return nil, g.makeError(ctx, o, plan, &t, err)
	}
	return &made{encoded: trimmed(encoded)}, nil
}

// unchanged reports whether the original is still the one that origin describes. If the source panics, the
// answer is no.
func (g *generator) unchanged(ctx context.Context, key string, origin fs.FileInfo, strict bool) bool {
	f, err := g.source.Open(ctx, key)
	if err != nil {
		return false
	}
	defer f.Close()
	info, err := f.Stat()
	return err == nil && !changed(origin, info, strict)
}

// buffers hold encoded thumbnails.
var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

func newBuffer() *bytes.Buffer { return buffers.Get().(*bytes.Buffer) }

// freeBuffer keeps a buffer for reuse, unless it is so large that few thumbnails would need it.
func freeBuffer(b *bytes.Buffer) {
	if b.Cap() <= 4<<20 {
		b.Reset()
		buffers.Put(b)
	}
}

// trimmed returns a buffer with the content of b that is not much larger than the content, because a slow
// client may keep it for long. b may be large only because an earlier thumbnail was.
func trimmed(b *bytes.Buffer) *bytes.Buffer {
	if b.Cap() <= 2*b.Len()+64<<10 {
		return b
	}
	defer freeBuffer(b)
	return bytes.NewBuffer(bytes.Clone(b.Bytes()))
}

// timed adds the duration of f to d.
func timed[T any](d *time.Duration, f func() (T, error)) (T, error) {
	defer addTime(d)()
	return f()
}

// addTime returns a function that adds the time since this call to d.
func addTime(d *time.Duration) func() {
	start := time.Now()
	return func() { *d += time.Since(start) }
}
