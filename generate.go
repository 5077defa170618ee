package thumbnail

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"sync"
	"time"

	"github.com/rest-thumbnails/thumbnail/processors"
	"github.com/rest-thumbnails/thumbnail/storage"
)

// A job is one thumbnail that is wanted, and what became of it.
type job struct {
	start     time.Time
	key       string // under which it is stored: its path
	spec      Spec
	need      int64 // bytes, admitted for all but that
	animation int64 // bytes admitted for an animation; 0: it will be a still picture, or is not known to be one
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
	p := h.cfg.Processors[j.spec.Method]
	need, err := h.measure(ctx, src, p, j) // 9
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
	if err := h.make(ctx, deadline, src, p, encoded, j); err != nil { // 11
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
func (h *Handler) measure(ctx context.Context, src *source, p Processor, j *job) (need int64, err error) {
	defer addTime(&j.timing.Source)()
	whole := h.moves(j) && src.rereadable() // a still picture should not have to wait for the memory of an animation
	r := src.header()
	header, err := processors.ReadHeader(ctx, r, h.cfg.Formats, whole)
	switch {
	case r.err != nil:
		return 0, broken("read source", r.err)
	case err != nil:
		return 0, err
	case int64(header.Size.X)*int64(header.Size.Y) > h.cfg.MaxPixels:
		return 0, fmt.Errorf("%w: source %q has %dx%d pixels, more than Config.MaxPixels (%d)",
			ErrTooLarge, j.spec.Source, header.Size.X, header.Size.Y, h.cfg.MaxPixels)
	}
	width, height := j.spec.Size.Width, j.spec.Size.Height
	j.need = header.DecodeBytes(processors.MinDecode(p, header.Size, width, height)) + src.size
	if result, ok := h.resultSize(header, p, j); ok {
		j.need += bytesPerPixel * int64(result.X) * int64(result.Y)
	}
	if h.moves(j) {
		j.animation = header.AnimationBytes(h.animationLimit(header, p, j))
	}
	return j.need + j.animation, nil
}

// resultSize returns the size of a thumbnail that will not be refused for it, if that is known
// before it is made.
func (h *Handler) resultSize(header processors.Header, p Processor, j *job) (size image.Point, ok bool) {
	size, ok = processors.ResultSize(p, header.Size, j.spec.Size.Width, j.spec.Size.Height)
	return image.Pt(min(size.X, h.cfg.MaxWidth), min(size.Y, h.cfg.MaxHeight)), ok
}

// moves reports whether the thumbnail of an animation is to be one.
func (h *Handler) moves(j *job) bool { return processors.Animates(h.cfg.Encoders[j.spec.Ext]) }

// animationLimit is for [processors.Header.AnimationBytes].
func (h *Handler) animationLimit(header processors.Header, p Processor, j *job) (image.Point, processors.AnimationLimit) {
	limit := processors.AnimationLimit{Pixels: h.cfg.MaxPixels, Bytes: max(0, h.cfg.MaxMemory-j.need)}
	result, ok := h.resultSize(header, p, j)
	if !ok {
		limit.Bytes = min(limit.Bytes, h.cfg.MaxMemory/4)
	}
	return result, limit
}

// admitAnimation waits for the memory of an animation whose frames only now are known. It keeps what
// was admitted before: should all that have memory wait so, Config.QueueTimeout ends it.
func (h *Handler) admitAnimation(ctx context.Context, deadline *time.Timer, header processors.Header, p Processor, j *job) (release func(), err error) {
	if j.animation > 0 || !h.moves(j) {
		return func() {}, nil
	}
	j.animation = header.AnimationBytes(h.animationLimit(header, p, j))
	if j.animation == 0 {
		return func() {}, nil
	}
	return h.admit(ctx, deadline, j.animation, j)
}

// bytesPerPixel is what a pixel of a thumbnail takes while it is made, at most.
const bytesPerPixel = 8

// checkPlan refuses an original of which too large a thumbnail would be made.
func (h *Handler) checkPlan(header processors.Header, p Processor, j *job) error {
	if result, ok := processors.ResultSize(p, header.Size, j.spec.Size.Width, j.spec.Size.Height); ok {
		return h.checkResult(result, j)
	}
	return nil
}

func (h *Handler) checkResult(size image.Point, j *job) error {
	if size.X > h.cfg.MaxWidth || size.Y > h.cfg.MaxHeight {
		return fmt.Errorf("%w: the thumbnail of %q would have %dx%d pixels, more than Config.MaxWidth × Config.MaxHeight (%dx%d)",
			ErrTooLarge, j.spec.Source, size.X, size.Y, h.cfg.MaxWidth, h.cfg.MaxHeight)
	}
	return nil
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
func (h *Handler) make(ctx context.Context, deadline *time.Timer, src *source, p Processor, encoded *bytes.Buffer, j *job) error {
	original := newBuffer()
	defer freeBuffer(original)
	data, err := timed(&j.timing.Source, func() ([]byte, error) { return src.readAll(original, h.cfg.MaxSourceBytes) })
	if err != nil {
		return err
	}
	// Some formats have the orientation after the pixels: only now is the upright size certain.
	header, err := processors.ReadHeader(ctx, bytes.NewReader(data), h.cfg.Formats, true)
	if err != nil {
		return err
	}
	if err := h.checkPlan(header, p, j); err != nil {
		return err
	}
	release, err := h.admitAnimation(ctx, deadline, header, p, j)
	if err != nil {
		return err
	}
	defer release()
	width, height := j.spec.Size.Width, j.spec.Size.Height
	pic, err := timed(&j.timing.Decode, func() (*processors.Picture, error) {
		return processors.Decode(ctx, data, header, processors.MinDecode(p, header.Size, width, height))
	})
	if err != nil {
		return err
	}
	defer pic.Release()
	thumb, err := timed(&j.timing.Process, func() (image.Image, error) {
		if j.animation > 0 {
			return pic.Animate(ctx, p, width, height, processors.AnimationLimit{Pixels: h.cfg.MaxPixels, Bytes: j.animation})
		}
		return pic.Apply(ctx, p, width, height)
	})
	if err != nil {
		return stepError("process", err)
	}
	if thumb == nil {
		return broken("process", errors.New("returned no image"))
	}
	if err := h.checkResult(thumb.Bounds().Size(), j); err != nil {
		return err
	}
	defer addTime(&j.timing.Encode)()
	if err := pic.Encode(encoded, h.cfg.Encoders[j.spec.Ext], thumb); err != nil {
		return stepError("encode", err)
	}
	return nil
}

// stepError lets a processor, and the frames of an animation, which are made while it is encoded,
// say that it is the source's fault. All else is the step's.
func stepError(step string, err error) error {
	if errors.Is(err, ErrFormat) || errors.Is(err, ErrCorrupt) || errors.Is(err, ErrTooLarge) {
		return err
	}
	return broken(step, err)
}

// timed adds the time that f takes to d.
func timed[T any](d *time.Duration, f func() (T, error)) (T, error) {
	defer addTime(d)()
	return f()
}
