package thumbnail

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"

	"github.com/rest-thumbnails/thumbnail/internal/ability"
	"github.com/rest-thumbnails/thumbnail/internal/mediatype"
	"github.com/rest-thumbnails/thumbnail/processors"
)

// A withArgs is a [Processor] whose method may have arguments, "focus_42_67": With returns the Processor
// for what follows the first "_". Like all abilities it is also found behind Unwrap; a wrapper that
// changes pictures therefore has a With of its own.
type withArgs interface {
	With(args string) (Processor, error)
}

// knows checks that there is a processor and an encoder for a spec. It calls neither.
func (h *Handler) knows(s Spec) error {
	if _, ok := h.cfg.Processors[s.Method]; !ok {
		name, _, args := strings.Cut(s.Method, "_")
		p, ok := h.cfg.Processors[name]
		if !args || !ok || !ability.Has[withArgs](p) {
			return fmt.Errorf("%w: unknown method %q", ErrInvalid, s.Method)
		}
	}
	if _, ok := h.cfg.Encoders[s.Ext]; !ok {
		return fmt.Errorf("%w: unknown extension %q", ErrInvalid, s.Ext)
	}
	return nil
}

// order returns what a spec asks for, which knows has checked. Exact names of methods win.
func (h *Handler) order(s Spec) (order, error) {
	o := order{spec: s, encoder: h.cfg.Encoders[s.Ext]}
	var ok bool
	if o.processor, ok = h.cfg.Processors[s.Method]; ok {
		return o, nil
	}
	name, args, _ := strings.Cut(s.Method, "_")
	with, _ := ability.Find[withArgs](h.cfg.Processors[name])
	var err error
	if o.processor, err = with.With(args); err != nil {
		return o, fmt.Errorf("%w: method %q: %w", ErrInvalid, s.Method, err)
	}
	if ability.IsNil(o.processor) {
		return o, serverError("process", fmt.Errorf("With(%q) of %q returned no Processor", args, name))
	}
	return o, nil
}

// contentType returns the media type that an encoder says, or else that of its extension.
func contentType(ext string, e Encoder) string {
	if typed, ok := ability.Find[interface{ ContentType() string }](e); ok {
		if t := typed.ContentType(); t != "" {
			return t
		}
	}
	return mediatype.Of(ext)
}

// logAbilities says which optional abilities were found.
func (h *Handler) logAbilities() {
	c := h.cfg
	h.log(context.Background(), slog.LevelDebug, "thumbnail: abilities",
		"storage removes", ability.Has[Remover](c.Storage), "storage is local", h.storageLocal, "locker waits", ability.Has[Waiter](c.Locker),
		"signer formats sizes", ability.Has[SizeFormatter](c.Signer),
		"methods that plan", having[processors.Planner](c.Processors), "locate", having[processors.Locator](c.Processors), "have arguments", having[withArgs](c.Processors),
		"extensions that animate", having[processors.Animator](c.Encoders), "have contexts", having[processors.ContextEncoder](c.Encoders),
		"have media types", having[interface{ ContentType() string }](c.Encoders))
}

// having returns the keys of the values that have an ability.
func having[T any, M ~map[string]V, V any](m M) []string {
	var found []string
	for key, v := range m {
		if ability.Has[T](v) {
			found = append(found, key)
		}
	}
	slices.Sort(found)
	return found
}
