package thumbnail

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// A Preset describes how a picture looks, in one place for templates and jobs. Its JSON has the names of
// the fields:
//
//	{"Size": "400x300", "Method": "crop", "Ext": ".jpg", "Formats": [".webp"], "Densities": [1, 2]}
type Preset struct {
	// Size is the size on the page, in CSS pixels.
	Size Size
	// Method is "crop" by default.
	Method string `json:",omitempty"`
	// Ext is the extension of the file for browsers that support none of Formats; ".jpg" by default.
	Ext string `json:",omitempty"`
	// Formats are the extensions of better formats, the best first, such as ".avif" and ".webp". A browser
	// takes the first one that it supports.
	Formats []string `json:",omitempty"`

	// Widths are the widths of the files that a browser chooses from, in pixels. By default they are
	// Size.Width, twice Size.Width, and those of 320, 480, 640, 960, 1280, 1920 and 2560 that are smaller and
	// differ from every other width by at least a quarter. If the size of the original is known, no file is
	// larger than it: its width replaces the larger ones.
	Widths []int `json:",omitempty"`
	// Densities replace Widths for a picture of fixed size, for example an avatar. Each density is the
	// number of pixels of the file per CSS pixel, 0.1 to 10, such as 1 and 2. Densities 1 and 2 are also used if the
	// widths of the files are not known in advance.
	Densities []float64 `json:",omitempty"`
	// Sizes is the attribute sizes of a picture with Widths. By default the picture is as wide as the
	// viewport, but not wider than the file at 1x: "(min-width: 640px) 640px, 100vw". The file at 1x is as
	// wide as Size.Width, or narrower, for example if the picture is fitted into Size. The default requires
	// img { max-width: 100%; height: auto } in the page's style sheet.
	Sizes string `json:",omitempty"`
}

// Presets maps names to presets.
type Presets map[string]Preset

// withDefaults returns p with its empty fields filled in.
func (p Preset) withDefaults() Preset {
	if p.Method == "" {
		p.Method = "crop"
	}
	if p.Ext == "" {
		p.Ext = ".jpg"
	}
	return p
}

// maxCandidates bounds the number of files of a picture in one format, since each is made and stored.
const maxCandidates = 32

// checkPreset returns an error for what can't be served in a preset.
func (l Links) checkPreset(p Preset) error {
	p = p.withDefaults()
	for _, ext := range append([]string{p.Ext}, p.Formats...) {
		if err := l.knows(p.Method, ext); err != nil {
			return err
		}
	}
	if err := l.fits(p.Size, p.Method, p.Ext); err != nil {
		return err
	}
	width, _ := l.limits()
	for _, w := range p.Widths {
		if w < 1 || w > width {
			return fmt.Errorf("%w: width %d is not 1 to %d", ErrInvalid, w, width)
		}
	}
	for _, d := range p.Densities {
		if !(d >= 0.1 && d <= 10) {
			return fmt.Errorf("%w: density %v is not 0.1 to 10", ErrInvalid, d)
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

// Check returns an error for a base, a signer or a preset of l that can't work. [NewHandler] checks
// Config.Presets in the same way.
func (l Links) Check() error {
	if l.Signer == nil {
		return errNoSigner
	}
	return errors.Join(checkBase(l.Base), l.checkPresets())
}

// checkPresets returns the errors of all presets.
func (l Links) checkPresets() error {
	var errs []error
	for _, name := range slices.Sorted(maps.Keys(l.Presets)) {
		if err := l.checkPreset(l.Presets[name]); err != nil {
			errs = append(errs, within(fmt.Sprintf("thumbnail: %s: preset %q", l.field("Presets"), name), err))
		}
	}
	return errors.Join(errs...)
}

// preset finds a preset by its name.
func (l Links) preset(name string) (Preset, error) {
	p, ok := l.Presets[name]
	if !ok {
		return p, fmt.Errorf("%w: preset %q is not one of %s (%s)", ErrInvalid, name, listOf(slices.Sorted(maps.Keys(l.Presets))), l.field("Presets"))
	}
	if err := l.checkPreset(p); err != nil {
		return p, within(fmt.Sprintf("thumbnail: preset %q", name), err)
	}
	return p.withDefaults(), nil
}

// A locatedError is an error whose text begins with the place of the mistake, instead of "invalid path or spec".
type locatedError struct {
	where string
	err   error
}

// within adds the place of the mistake to an error.
func within(where string, err error) error { return &locatedError{where, err} }

func (e *locatedError) Error() string {
	return e.where + ": " + strings.TrimPrefix(strings.TrimPrefix(e.err.Error(), ErrInvalid.Error()+": "), "thumbnail: ")
}

func (e *locatedError) Unwrap() error { return e.err }

func listOf(names []string) string {
	if len(names) == 0 {
		return "none"
	}
	return strings.Join(names, ", ")
}
