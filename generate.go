package thumbnail

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/rest-thumbnails/thumbnail/internal/ability"
	"github.com/rest-thumbnails/thumbnail/storage"
)

// Generate makes a thumbnail now, unless it is already stored. As with requests, only one process makes it.
// While the thumbnail is locked elsewhere, Generate waits until ctx ends, and then returns [ErrBusy]. A
// generation that has begun is bounded by Config.Timeout; the end of ctx does not stop it. If the thumbnail
// can't be stored, Generate returns an error. [StatusCode] classifies the errors.
//
// Call Generate after an upload. If the original has changed, thumbnails that other calls in this process
// are making from the old content are not stored. Failures that are remembered for the original are
// forgotten.
//
// To replace a thumbnail, call [Handler.Remove] first or, better, give the new original a new Spec.Version.
func (h *Handler) Generate(ctx context.Context, s Spec) error {
	_, err := h.generate(ctx, s, true)
	return err
}

// generate implements Generate. fresh says that the original may have changed.
func (h *Handler) generate(ctx context.Context, s Spec, fresh bool) (Outcome, error) {
	start := time.Now()
	e := Event{Op: OpGenerate, Spec: s}
	e.Err = h.safely(ctx, "", "generate", func() error { return h.generateNow(ctx, s, fresh, &e) })
	e.Duration = time.Since(start)
	h.observe(ctx, &e)
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
	c := &call{ctx: ctx, order: o, key: key, wait: noLimit, store: true}
	defer c.end()
	a, err := h.obtain(c)
	a.record(e)
	if err != nil {
		return err
	}
	return a.file.Close()
}

// Remove deletes every thumbnail of a source, whatever its size, method and version, and the thumbnails of
// the sources below it. Thumbnails of these sources that this process is making are not stored. If the Storage is not a
// [Remover], the error matches [errors.ErrUnsupported]. If source is not a valid key, the error matches
// [ErrInvalid]. Copies in browsers and CDNs stay until they expire; only a new Spec.Version replaces them.
//
// Another process that is making such a thumbnail during the call may still store it. If the Source is a
// directory, every process checks the original again just before it stores a thumbnail, so this can only
// happen within the time of one Put. For other sources, give a new original a new version.
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
		return fmt.Errorf("thumbnail: remove from a %T, which is no storage.Remover: it needs a method RemoveAll: %w", h.cfg.Storage, errors.ErrUnsupported)
	}
	if err := remover.RemoveAll(ctx, source); err != nil {
		return serverError("remove", err)
	}
	return nil
}

// expire ends the validity of every flight and every remembered failure of a source that began before the
// call. It cancels Puts in progress and waits for them.
func (h *Handler) expire(ctx context.Context, source string, below bool, to validity) error {
	pending := h.flights.expire(source, below, to)
	h.negative.Forget(source)
	for _, done := range pending {
		select {
		case <-done:
		case <-ctx.Done():
			return serverError("end what is being stored", ctx.Err())
		}
	}
	return nil
}

// storageKey returns the path of a spec under a signer.
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
