package thumbnail

import (
	"cmp"
	"fmt"
	"image"
	"slices"
	"strings"

	"github.com/rest-thumbnails/thumbnail/internal/ability"
	"github.com/rest-thumbnails/thumbnail/processors"
)

// Links makes the URLs of one site's thumbnails. It is a plain value that any number of goroutines may use
// at once. [Handler.Links] makes a Links that knows what the handler supports; a program that only links to
// a handler elsewhere fills in the fields itself.
type Links struct {
	Base   string // where the handler is mounted: "/…", "//host…", "http://…", "https://…" or "./…"; required
	Signer Signer // required

	// Methods and Extensions are what the handler supports. Any other method or extension is an error in the
	// template instead of a broken image on the page. nil means what a handler supports by default. If the
	// handler has Config.Processors or Config.Encoders, list theirs here.
	Methods    []string
	Extensions []string

	// Presets are the presets that templates and jobs use by name.
	Presets Presets

	// MaxWidth and MaxHeight are the handler's limits for a thumbnail, in pixels; default 4096. Pictures do
	// not offer larger files.
	MaxWidth, MaxHeight int
	// PixelLimits limit width × height of files by their extension. Pictures do not offer larger files. nil
	// means 1.5 million for ".avif", which is slow to encode.
	PixelLimits map[string]int64

	// OnError is called with the error for a source that no path can name. Such a source is data and must
	// not stop a page, so the functions of FuncMap print nothing for it. By default such errors are logged
	// as warnings with package slog, at most once a minute.
	OnError func(error)

	processors Processors // the handler's; nil means the defaults
}

// Links returns the Links of h, which is mounted at base: with its signer, methods, extensions, limits and
// presets.
func (h *Handler) Links(base string) Links {
	return Links{
		Base: base, Signer: h.cfg.Signer, Presets: h.cfg.Presets,
		Methods: keys(h.cfg.Processors), Extensions: keys(h.cfg.Encoders), processors: h.cfg.Processors,
		MaxWidth: h.cfg.MaxWidth, MaxHeight: h.cfg.MaxHeight, PixelLimits: pixelLimits(h.cfg.Encoders),
	}
}

func keys[V any](m map[string]V) []string {
	all := make([]string, 0, len(m))
	for key := range m {
		all = append(all, key)
	}
	slices.Sort(all)
	return all
}

// A PixelLimiter is an [Encoder] that limits the pixels of a picture. PixelLimit returns the largest number
// of pixels that Encode accepts; 0 means no limit.
type PixelLimiter interface {
	PixelLimit() int64
}

func pixelLimits(encoders Encoders) map[string]int64 {
	limits := map[string]int64{}
	for ext, e := range encoders {
		if limited, ok := ability.Find[PixelLimiter](e); ok && limited.PixelLimit() > 0 {
			limits[ext] = limited.PixelLimit()
		}
	}
	return limits
}

var (
	defaultExtensions  = []string{".jpg", ".jpeg", ".png", ".gif", ".webp"}
	defaultPixelLimits = map[string]int64{".avif": 1_500_000}
	defaultProcessors  = Processors{
		"crop": processors.Crop{}, "scale": processors.Scale{}, "smart": processors.Smart{}, "fit": processors.Fit{}, "entropy": processors.Entropy{},
		"focus": processors.Focus{}, "pad": processors.Pad{},
	}
)

// URL calls the function [URL] with the base and the signer of l. If l does not have the method or the
// extension of s, or its base is invalid, the error says so and matches [ErrInvalid].
func (l Links) URL(s Spec) (string, error) {
	if err := checkBase(l.Base); err != nil {
		return "", err
	}
	if err := l.knows(s.Method, s.Ext); err != nil {
		return "", err
	}
	return URL(l.Base, l.Signer, s)
}

// checkBase refuses a base that a browser would resolve relative to the page.
func checkBase(base string) error {
	for _, prefix := range []string{"/", "./", "http://", "https://"} {
		if strings.HasPrefix(base, prefix) {
			return nil
		}
	}
	return fmt.Errorf("%w: base %q does not begin with /, //, http://, https:// or ./ (Links.Base)", ErrInvalid, base)
}

// knows reports an unknown method or extension.
func (l Links) knows(method, ext string) error {
	methods, extensions := l.Methods, l.Extensions
	if extensions == nil {
		extensions = defaultExtensions
	}
	if l.Methods == nil || l.processors != nil {
		if _, err := l.known().resolve(method); err != nil {
			return fmt.Errorf("%w (Links.Methods)", err)
		}
	} else if name, _, _ := strings.Cut(method, "_"); !slices.Contains(methods, method) && !slices.Contains(methods, name) {
		return fmt.Errorf("%w: method %q is not one of %s (Links.Methods)", ErrInvalid, method, listOf(methods))
	}
	if !slices.Contains(extensions, ext) {
		return fmt.Errorf("%w: extension %q is not one of %s (Links.Extensions)", ErrInvalid, ext, strings.Join(extensions, ", "))
	}
	return nil
}

// known returns the processors that this program has.
func (l Links) known() Processors {
	if l.processors == nil {
		return defaultProcessors
	}
	return l.processors
}

// processor returns the processor of a method, or nil if this program does not have it.
func (l Links) processor(method string) Processor {
	p, err := l.known().resolve(method)
	if err != nil {
		return nil
	}
	return p
}

// focusMethod returns the method that crops around a focal point, if method supports that and the point is
// known.
func (l Links) focusMethod(method string, focus image.Point) (string, bool) {
	if focus == (image.Point{}) {
		return "", false
	}
	f, ok := ability.Find[interface{ FocusArgs(x, y int) string }](l.processor(method))
	if !ok || strings.Contains(method, "_") {
		return "", false
	}
	focused := method + "_" + f.FocusArgs(focus.X, focus.Y)
	return focused, isMethod(focused) && l.processor(focused) != nil
}

func (l Links) limits() (width, height int) {
	return cmp.Or(l.MaxWidth, 4096), cmp.Or(l.MaxHeight, 4096)
}

func (l Links) pixelLimit(ext string) int64 {
	if l.PixelLimits == nil {
		return defaultPixelLimits[ext]
	}
	return l.PixelLimits[ext]
}
