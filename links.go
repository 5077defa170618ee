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
// extension of s, if the size exceeds its limits, or if its base is invalid, the error says so and matches
// [ErrInvalid].
func (l Links) URL(s Spec) (string, error) {
	if err := checkBase(l.Base); err != nil {
		return "", err
	}
	if err := l.knows(s.Method, s.Ext); err != nil {
		return "", err
	}
	if width, height := l.limits(); s.Size.Width > width || s.Size.Height > height {
		return "", l.fits(s.Size, s.Method, s.Ext)
	}
	return URL(l.Base, l.Signer, s)
}

// knows returns an error for an unknown method or extension.
func (l Links) knows(method, ext string) error {
	if l.Methods == nil || l.processors != nil {
		if _, err := l.known().resolve(method); err != nil {
			return fmt.Errorf("%w (%s)", err, l.field("Methods"))
		}
	} else if name, _, _ := strings.Cut(method, "_"); !slices.Contains(l.Methods, method) && !slices.Contains(l.Methods, name) {
		return fmt.Errorf("%w: method %q is not one of %s (%s)", ErrInvalid, method, l.methods(), l.field("Methods"))
	}
	if !slices.Contains(l.extensionList(), ext) {
		return fmt.Errorf("%w: extension %q is not one of %s (%s)", ErrInvalid, ext, l.extensions(), l.field("Extensions"))
	}
	return nil
}

// methods lists the methods for an error.
func (l Links) methods() string {
	if l.Methods == nil || l.processors != nil {
		return listOf(keys(l.known()))
	}
	return listOf(l.Methods)
}

func (l Links) extensionList() []string {
	if l.Extensions == nil {
		return defaultExtensions
	}
	return l.Extensions
}

// extensions lists the extensions for an error.
func (l Links) extensions() string { return listOf(l.extensionList()) }

// field returns where a program sets a field of l: Handler.Links copies the fields from Config.
func (l Links) field(name string) string {
	if l.processors == nil {
		return "Links." + name
	}
	switch name {
	case "Methods":
		return "Config.Processors"
	case "Extensions":
		return "Config.Encoders"
	}
	return "Config." + name
}

// fits returns an error for a size that the handler refuses, whatever the original.
func (l Links) fits(size Size, method, ext string) error {
	if !size.valid() {
		return fmt.Errorf("%w: %w", ErrInvalid, size.check())
	}
	width, height := l.limits()
	if size.Width > width || size.Height > height {
		return fmt.Errorf("%w: size %v is more than MaxWidth × MaxHeight, %dx%d (%s)", ErrInvalid, size, width, height, l.field("MaxWidth"))
	}
	planner, _ := ability.Find[processors.Planner](l.processor(method))
	if limit := l.pixelLimit(ext); limit > 0 && planner != nil {
		file := surelyPlanned(planner, size.Width, size.Height)
		if n := int64(file.X) * int64(file.Y); n > limit {
			return fmt.Errorf("%w: size %v has %d pixels, and the limit for %s is %d (%s)", ErrInvalid, size, n, ext, limit, l.pixelLimitField())
		}
	}
	return nil
}

func (l Links) pixelLimitField() string {
	if l.processors == nil {
		return "Links.PixelLimits"
	}
	return "the PixelLimit of its Encoder"
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
