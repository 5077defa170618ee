package thumbnail

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// A Preset says how a picture looks, once, for templates and for jobs. Its JSON has the names of the
// fields:
//
//	{"Size": "400x300", "Method": "crop", "Ext": ".jpg", "Formats": [".webp"], "Densities": [1, 2]}
type Preset struct {
	// Size is the size on the page, in CSS pixels.
	Size Size
	// Method is "crop" by default.
	Method string `json:",omitempty"`
	// Ext is the extension of the file that every browser can show; ".jpg" by default.
	Ext string `json:",omitempty"`
	// Formats are the extensions of better formats, the best first, such as ".avif" and ".webp". A
	// browser takes the first that it knows.
	Formats []string `json:",omitempty"`

	// Widths are the widths of the files that a browser chooses from, in pixels. By default they are
	// Size.Width, twice that, and those of 320, 480, 640, 960, 1280, 1920 and 2560 that are smaller and
	// not within a quarter of another. No file is larger than the original where its size is known.
	Widths []int `json:",omitempty"`
	// Densities are used instead of widths for a picture of fixed size, an avatar for instance: the
	// files for screens of so many pixels per CSS pixel, such as 1 and 2. They are also used, and are 1
	// and 2, where the widths of the files are not known in advance.
	Densities []float64 `json:",omitempty"`
	// Sizes is the attribute sizes of a picture with widths. By default the picture is as wide as the
	// window, and at most Size.Width: "(min-width: 640px) 640px, 100vw".
	Sizes string `json:",omitempty"`
}

// Presets are presets by their names.
type Presets map[string]Preset

// withDefaults returns p with what it leaves out.
func (p Preset) withDefaults() Preset {
	if p.Method == "" {
		p.Method = "crop"
	}
	if p.Ext == "" {
		p.Ext = ".jpg"
	}
	return p
}

// maxCandidates bounds the files of a picture in one format: each is made and stored.
const maxCandidates = 32

// check reports what of a preset can't be served.
func (l Links) checkPreset(p Preset) error {
	p = p.withDefaults()
	if !p.Size.valid() {
		return fmt.Errorf("%w: %w", ErrInvalid, p.Size.check())
	}
	width, height := l.limits()
	if p.Size.Width > width || p.Size.Height > height {
		return fmt.Errorf("%w: size %v is more than MaxWidth × MaxHeight (%dx%d)", ErrInvalid, p.Size, width, height)
	}
	for _, ext := range append([]string{p.Ext}, p.Formats...) {
		if err := l.knows(p.Method, ext); err != nil {
			return err
		}
	}
	for _, w := range p.Widths {
		if w < 1 || w > width {
			return fmt.Errorf("%w: width %d is not 1 to %d", ErrInvalid, w, width)
		}
	}
	for _, d := range p.Densities {
		if !(d > 0 && d <= 10) {
			return fmt.Errorf("%w: density %v is not above 0 and up to 10", ErrInvalid, d)
		}
	}
	switch {
	case len(p.Widths) > 0 && len(p.Densities) > 0:
		return fmt.Errorf("%w: a preset has Widths or Densities, not both", ErrInvalid)
	case len(p.Widths) > maxCandidates || len(p.Densities) > maxCandidates:
		return fmt.Errorf("%w: Widths or Densities name more than %d files", ErrInvalid, maxCandidates)
	case len(p.Widths) > 0 && p.Size.Width == 0:
		return fmt.Errorf("%w: Widths need a Size with a width", ErrInvalid)
	}
	return nil
}

// Check reports what of l can't work: the base, the signer, and every preset that the handler can't
// serve. [NewHandler] checks Config.Presets in the same way.
func (l Links) Check() error {
	if l.Signer == nil {
		return errNoSigner
	}
	errs := []error{checkBase(l.Base)}
	for _, name := range slices.Sorted(maps.Keys(l.Presets)) {
		if err := l.checkPreset(l.Presets[name]); err != nil {
			errs = append(errs, fmt.Errorf("preset %q: %w", name, err))
		}
	}
	return errors.Join(errs...)
}

// preset finds a preset by its name.
func (l Links) preset(name string) (Preset, error) {
	p, ok := l.Presets[name]
	if !ok {
		return p, fmt.Errorf("%w: preset %q is not one of %s (Links.Presets)", ErrInvalid, name, listOf(slices.Sorted(maps.Keys(l.Presets))))
	}
	if err := l.checkPreset(p); err != nil {
		return p, fmt.Errorf("preset %q: %w", name, err)
	}
	return p.withDefaults(), nil
}

func listOf(names []string) string {
	if len(names) == 0 {
		return "none"
	}
	return strings.Join(names, ", ")
}
