package thumbnail

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/rest-thumbnails/thumbnail/internal/ability"
	"github.com/rest-thumbnails/thumbnail/storage"
)

// Generate makes a thumbnail now, unless it is stored already. As for a request, only one of all
// processes makes it: while it is locked elsewhere, Generate waits until ctx ends, and then returns
// [ErrBusy]. A generation that has begun is bounded by Config.Timeout and not stopped by ctx. A
// thumbnail that can't be stored is an error. [StatusCode] tells the errors apart.
//
// Call it after an upload: what other calls in this process have read of the original so far is not
// stored if it has changed, and what is remembered of its failures is forgotten.
//
// To make a thumbnail anew, call [Handler.Remove] first or, better, give the new original a new
// Spec.Version.
func (h *Handler) Generate(ctx context.Context, s Spec) error {
	_, err := h.generate(ctx, s, true)
	return err
}

// generate is Generate. fresh says that the original may be another than it was.
func (h *Handler) generate(ctx context.Context, s Spec, fresh bool) (Outcome, error) {
	start := time.Now()
	e := Event{Op: OpGenerate, Spec: s}
	e.Err = h.safely(ctx, "", "generate", func() error { return h.generateNow(ctx, s, fresh, &e) })
	e.Duration = time.Since(start)
	h.observe(ctx, e)
	return e.Outcome, e.Err
}

func (h *Handler) generateNow(ctx context.Context, s Spec, fresh bool, e *Event) error {
	key, err := storageKey(h.cfg.Signer, s)
	if err != nil {
		return err
	}
	e.Path = key
	if err := h.knows(s); err != nil {
		return err
	}
	o, err := h.order(s)
	if err != nil {
		return err
	}
	if fresh {
		if err := h.expire(ctx, s.Source, false, suspect); err != nil {
			return err
		}
	}
	c := &call{order: o, key: key, wait: noLimit, budget: &budget{left: h.cfg.Timeout}, store: true}
	var cancel func()
	c.ctx, cancel = c.budget.bind(ctx)
	defer cancel()
	a, err := h.obtain(c)
	a.record(e)
	if err != nil {
		return err
	}
	return a.file.Close()
}

// Remove deletes every thumbnail of a source, whatever its size, method and version, and those of the
// sources below it. What is being made of them in this process is not stored. If the Storage is not a
// [Remover], the error matches [errors.ErrUnsupported]; if source is not a valid key, [ErrInvalid].
// Copies in browsers and CDNs stay until they expire; only a new Spec.Version replaces those.
//
// Another process that is making such a thumbnail may still store it. One whose Source is a directory
// does not, unless it has looked at the original for the last time already, within the time that a
// Put takes; for other sources, give a new original a new version.
func (h *Handler) Remove(ctx context.Context, source string) error {
	return h.safely(ctx, source, "remove", func() error { return h.remove(ctx, source) })
}

func (h *Handler) remove(ctx context.Context, source string) error {
	if !storage.ValidKey(source) {
		return sourceError(source)
	}
	if err := h.expire(ctx, source, true, removed); err != nil {
		return err
	}
	remover, ok := ability.Find[Remover](h.cfg.Storage)
	if !ok {
		return fmt.Errorf("thumbnail: remove from a %T: %w", h.cfg.Storage, errors.ErrUnsupported)
	}
	if err := remover.RemoveAll(ctx, source); err != nil {
		return serverError("remove", err)
	}
	return nil
}

// expire ends the validity of every flight and remembered failure of a source that began before. It
// waits for Puts in progress, which it has stopped.
func (h *Handler) expire(ctx context.Context, source string, below bool, to validity) error {
	pending := h.flights.expire(source, below, to)
	h.negative.forget(source)
	for _, done := range pending {
		select {
		case <-done:
		case <-ctx.Done():
			return serverError("end what is being stored", ctx.Err())
		}
	}
	return nil
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
