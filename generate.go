package thumbnail

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
	"github.com/rest-thumbnails/thumbnail/internal/engine"
	"github.com/rest-thumbnails/thumbnail/processors"
	"github.com/rest-thumbnails/thumbnail/storage"
)

// A job is one thumbnail that is wanted, and what became of it.
type job struct {
	start     time.Time
	key       string // under which it is stored: its path
	spec      Spec
	plan      *engine.Plan // what was admitted
	generated bool
	timing    Timing
}

// storageKey returns the path that a spec has under a signer.
func storageKey(signer Signer, s Spec) (string, error) {
	if err := s.validate(); err != nil {
		return "", err
	}
	size, err := formatSize(signer, s.Size)
	if err != nil {
		return "", err
	}
	key := string(s.path(nil, size, signer.Sign(s)))
	_, _, err = ParsePath(key)
	return key, err
}

// generate makes a thumbnail and stores it: steps 8 to 11, within Config.Timeout. Then it cancels
// ctx, which is the lock's as well, so that a generation that hangs all the same loses its lock.
func (h *Handler) generate(ctx context.Context, cancel context.CancelFunc, j *job) error {
	deadline := time.AfterFunc(h.cfg.Timeout, cancel) // for the header; admit sets it anew
	defer deadline.Stop()
	err := h.generateWithin(ctx, deadline, j)
	if err != nil && ctx.Err() != nil {
		return broken("generate", fmt.Errorf("%w after %v: %w", context.DeadlineExceeded, h.cfg.Timeout, err))
	}
	j.generated = err == nil
	return err
}

func (h *Handler) generateWithin(ctx context.Context, deadline *time.Timer, j *job) error {
	src, err := h.openSource(ctx, j) // 8
	if err != nil {
		return err
	}
	defer src.Close()
	need, err := h.measure(ctx, src, j) // 9
	if err != nil {
		return err
	}
	release, err := h.admit(ctx, deadline, need, j) // 10
	if err != nil {
		return err
	}
	defer release()
	encoded := newBuffer()
	defer freeBuffer(encoded)
	if err := h.make(ctx, deadline, src, encoded, j); err != nil { // 11
		return err
	}
	if err := ctx.Err(); err != nil { // a processor that took no notice
		return err
	}
	defer addTime(&j.timing.Store)()
	if err := h.cfg.Storage.Put(storage.WithoutSync(ctx), j.key, bytes.NewReader(encoded.Bytes())); err != nil {
		return broken("store", err)
	}
	return nil
}

// buffers hold originals and encoded thumbnails, which would be most of what a generation
// allocates.
var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

func newBuffer() *bytes.Buffer { return buffers.Get().(*bytes.Buffer) }

// freeBuffer keeps a buffer for later, unless it is so large that few would need it.
func freeBuffer(b *bytes.Buffer) {
	if b.Cap() <= 32<<20 {
		b.Reset()
		buffers.Put(b)
	}
}

// measure does step 9: it returns how many bytes the generation will need, before any pixel has
// memory.
func (h *Handler) measure(ctx context.Context, src *source, j *job) (need int64, err error) {
	defer addTime(&j.timing.Source)()
	whole := h.moves(j) && src.rereadable() // a still picture should not have to wait for the memory of an animation
	header, err := h.engine.Header(ctx, codec.NewReader(ctx, src.header(), whole))
	if err != nil {
		return 0, sourceError(err)
	}
	if j.plan, err = h.plan(header, src.size, j); err != nil {
		return 0, err
	}
	return j.plan.Bytes + src.size, nil
}

// sourceError tells a source that fails from one that is no image.
func sourceError(err error) error {
	if read := new(codec.ReadError); errors.As(err, &read) {
		return broken("read source", read.Err)
	}
	return err
}

// plan checks the limits of what is to be made of a file of so many bytes.
func (h *Handler) plan(header *codec.Header, size int64, j *job) (*engine.Plan, error) {
	p, err := h.engine.Plan(header, engine.Request{
		Processor: h.cfg.Processors[j.spec.Method], Encoder: h.cfg.Encoders[j.spec.Ext],
		Width: j.spec.Size.Width, Height: j.spec.Size.Height,
		Limits: engine.Limits{
			Pixels: h.cfg.MaxPixels, Width: h.cfg.MaxWidth, Height: h.cfg.MaxHeight,
			Memory: h.cfg.MaxMemory,
		},
		FileBytes: size,
	})
	if err != nil {
		return nil, fmt.Errorf("source %q: %w", j.spec.Source, err)
	}
	return p, nil
}

// moves reports whether the thumbnail of an animation is to be one.
func (h *Handler) moves(j *job) bool {
	a, ok := h.cfg.Encoders[j.spec.Ext].(processors.Animator)
	return ok && a.Animates()
}

// admit does step 10: it waits until so many bytes are free, and starts the generation's time.
func (h *Handler) admit(ctx context.Context, deadline *time.Timer, need int64, j *job) (release func(), err error) {
	defer addTime(&j.timing.Queue)()
	if need > h.cfg.MaxMemory || need < 0 {
		return nil, fmt.Errorf("%w: the thumbnail of %q needs %d bytes of memory, more than Config.MaxMemory (%d)",
			ErrTooLarge, j.spec.Source, need, h.cfg.MaxMemory)
	}
	deadline.Stop()
	if !h.memory.TryAcquire(need) {
		select {
		case h.queue <- struct{}{}:
			defer func() { <-h.queue }()
		default:
			return nil, fmt.Errorf("%w: Config.MaxQueue (%d) of them wait already", ErrOverloaded, h.cfg.MaxQueue)
		}
		ctx, cancel := context.WithTimeout(ctx, h.cfg.QueueTimeout)
		defer cancel()
		if err := h.memory.Acquire(ctx, need); err != nil {
			return nil, fmt.Errorf("%w: no memory was free within Config.QueueTimeout (%v)", ErrOverloaded, h.cfg.QueueTimeout)
		}
	}
	deadline.Reset(h.cfg.Timeout)
	return func() { h.memory.Release(need) }, nil
}

// make does step 11 but for storing: it leaves the encoded thumbnail in encoded.
func (h *Handler) make(ctx context.Context, deadline *time.Timer, src *source, encoded *bytes.Buffer, j *job) error {
	original := newBuffer()
	defer freeBuffer(original)
	data, err := timed(&j.timing.Source, func() ([]byte, error) { return src.readAll(original, h.cfg.MaxSourceBytes) })
	if err != nil {
		return err
	}
	// Some formats have the orientation, and all have frames, after the pixels: only now the plan is certain.
	header, err := h.engine.Header(ctx, codec.NewBytesReader(ctx, data))
	if err != nil {
		return err
	}
	plan, err := h.plan(header, src.size, j)
	if err != nil {
		return err
	}
	if more := plan.Bytes - j.plan.Bytes; more > 0 {
		release, err := h.admit(ctx, deadline, more, j)
		if err != nil {
			return err
		}
		defer release()
	}
	ctx = codec.WithAccount(ctx, codec.NewAccount(max(plan.Bytes, j.plan.Bytes)))
	var t engine.Timing
	err = h.engine.Make(ctx, data, plan, encoded, &t)
	j.timing.Decode += t.Decode
	j.timing.Process += t.Process
	j.timing.Encode += t.Encode
	if step := new(engine.StepError); errors.As(err, &step) {
		return broken(step.Step, step.Err)
	}
	return err
}

// timed adds the time that f takes to d.
func timed[T any](d *time.Duration, f func() (T, error)) (T, error) {
	defer addTime(d)()
	return f()
}
