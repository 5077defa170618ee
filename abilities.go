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
	"github.com/rest-thumbnails/thumbnail/response"
	"github.com/rest-thumbnails/thumbnail/storage"
)

// A withArgs is a [Processor] whose method may have arguments, as in "focus_42_67". With returns the
// Processor for the text after the first "_". Like all optional interfaces, withArgs is also found behind
// Unwrap. A wrapper that changes pictures therefore needs its own With.
type withArgs interface {
	With(args string) (Processor, error)
}

// find returns the Processor whose name is exactly method. Otherwise it returns the withArgs for method and
// the arguments for its With. It calls neither.
func (all Processors) find(method string) (exact Processor, with withArgs, args string) {
	if p, ok := all[method]; ok {
		return p, nil, ""
	}
	name, args, ok := strings.Cut(method, "_")
	if p := all[name]; ok && p != nil {
		with, _ = ability.Find[withArgs](p)
	}
	return nil, with, args
}

// resolve returns the Processor of a method. An exact name takes precedence.
func (all Processors) resolve(method string) (Processor, error) {
	exact, with, args := all.find(method)
	switch {
	case exact != nil:
		return exact, nil
	case with == nil:
		return nil, all.unknown(method)
	}
	p, err := with.With(args)
	if err != nil {
		return nil, fmt.Errorf("%w: method %q: %w", ErrInvalid, method, err)
	}
	if ability.IsNil(p) {
		return nil, serverError("process", fmt.Errorf("method %q: With(%q) of a %T returned no Processor", method, args, with))
	}
	return p, nil
}

// unknown returns the error for a method that find does not find.
func (all Processors) unknown(method string) error {
	if name, _, ok := strings.Cut(method, "_"); ok && all[name] != nil {
		return fmt.Errorf("%w: method %q: %s takes no arguments", ErrInvalid, method, name)
	}
	return fmt.Errorf("%w: method %q is not one of %s", ErrInvalid, method, listOf(keys(all)))
}

// knows checks that there is a processor and an encoder for a spec. It calls neither.
func (h *Handler) knows(s Spec) error {
	if exact, with, _ := h.cfg.Processors.find(s.Method); exact == nil && with == nil {
		return h.cfg.Processors.unknown(s.Method)
	}
	if _, ok := h.cfg.Encoders[s.Ext]; !ok {
		return fmt.Errorf("%w: extension %q is not one of %s", ErrInvalid, s.Ext, listOf(keys(h.cfg.Encoders)))
	}
	return nil
}

// order returns the order for a spec. The method knows must have accepted the spec.
func (h *Handler) order(s Spec) (o order, err error) {
	o = order{spec: s, encoder: h.cfg.Encoders[s.Ext]}
	o.processor, err = h.cfg.Processors.resolve(s.Method)
	return o, err
}

// contentType returns the media type that an encoder declares, or else the media type of its extension.
func contentType(ext string, e Encoder) string {
	if typed, ok := ability.Find[interface{ ContentType() string }](e); ok {
		if t := typed.ContentType(); t != "" {
			return t
		}
	}
	return mediatype.Of(ext)
}

// logAbilities logs which optional interfaces were found.
func (h *Handler) logAbilities() {
	c := h.cfg
	h.log(context.Background(), slog.LevelDebug, "thumbnail: abilities",
		"storage removes all", ability.Has[Remover](c.Storage), "storage lists", ability.Has[storage.Lister](c.Storage), "storage removes one", ability.Has[storage.Deleter](c.Storage),
		"storage is local", h.storageLocal, "source is local", h.sourceLocal, "locker waits", ability.Has[Waiter](c.Locker), "locker remembers", ability.Has[Historian](c.Locker),
		"signer formats sizes", ability.Has[SizeFormatter](c.Signer), "responder streams", ability.Has[response.Stream](c.Responder),
		"methods that plan", having[processors.Planner](c.Processors), "locate", having[processors.Locator](c.Processors), "have arguments", having[withArgs](c.Processors),
		"extensions that animate", having[processors.Animator](c.Encoders), "have contexts", having[processors.ContextEncoder](c.Encoders),
		"have media types", having[interface{ ContentType() string }](c.Encoders), "have originals", having[processors.OriginalEncoder](c.Encoders),
		"keep originals", having[processors.Keeper](c.Encoders), "estimate memory", having[processors.MemoryEstimator](c.Encoders),
		"limit pixels", having[PixelLimiter](c.Encoders))
}

// having returns the keys of the values that implement an optional interface.
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

// moves reports whether an encoder shows all frames of an animation.
func moves(e Encoder) bool {
	a, ok := ability.Find[processors.Animator](e)
	return ok && a.Animates()
}
