package thumbnail

import (
	"cmp"
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/rest-thumbnails/thumbnail/internal/mediatype"
)

// An Image is the data of a picture on a page, for APIs and for templates other than html/template. Its
// fields are the attributes of HTML's img element.
type Image struct {
	Src     string        `json:"src"`
	Srcset  string        `json:"srcset,omitempty"`  // empty if there is only one file
	Sizes   string        `json:"sizes,omitempty"`   // empty unless Srcset has widths; it begins with "auto" if the picture is loaded lazily
	Width   int           `json:"width,omitempty"`   // of Src, in pixels; 0 if not known
	Height  int           `json:"height,omitempty"`  // likewise
	Type    string        `json:"type"`              // media type of Src
	Sources []ImageSource `json:"sources,omitempty"` // better formats, the best first
	Color   string        `json:"color,omitempty"`   // "#rrggbb", from Info
}

// An ImageSource is one format of an [Image]: HTML's source.
type ImageSource struct {
	Type   string `json:"type"`
	Srcset string `json:"srcset"`
	Sizes  string `json:"sizes,omitempty"`
}

// Image returns the Image of a source in a preset. source is a string or has a method Name() string; it may
// have a method ImageInfo() Info. The zero Image stands for an empty source. If source is invalid, or the
// preset can't be served, the error matches [ErrInvalid].
func (l Links) Image(source any, preset string) (Image, error) {
	p, err := l.preset(preset)
	if err != nil {
		return Image{}, err
	}
	o, err := originalOf(source)
	if err != nil || o.name == "" {
		return Image{}, err
	}
	return l.image(o, p, true)
}

// image makes an Image. lazy says that the browser may load the picture when it comes near the viewport.
func (l Links) image(o original, p Preset, lazy bool) (Image, error) {
	lay := l.layoutOf(p, o.info)
	base := lay.base()
	src, err := l.URL(lay.spec(o, base, p.Ext))
	if err != nil {
		return Image{}, err
	}
	file := lay.plan(base.Width, base.Height)
	img := Image{Src: src, Type: mediatype.Of(p.Ext), Color: o.info.Color}
	if file.X > 0 && file.Y > 0 {
		img.Width, img.Height = file.X, file.Y
	}
	sizes := lay.sizes(cmp.Or(file.X, p.Size.Width), lazy && img.Width > 0)
	if img.Srcset, err = l.srcset(o, lay, p.Ext); err != nil {
		return Image{}, err
	}
	if !strings.Contains(img.Srcset, " ") {
		img.Srcset = "" // the same file as Src
	}
	if byWidth(img.Srcset) {
		img.Sizes = sizes
	}
	for i, ext := range p.Formats {
		if ext == p.Ext || slices.Contains(p.Formats[:i], ext) {
			continue // browsers would never take this format
		}
		s := ImageSource{Type: mediatype.Of(ext)}
		if s.Srcset, err = l.srcset(o, lay, ext); err != nil {
			return Image{}, err
		}
		if byWidth(s.Srcset) {
			s.Sizes = sizes
		}
		if s.Srcset != "" {
			img.Sources = append(img.Sources, s)
		}
	}
	return img, nil
}

// spec returns the Spec of one file.
func (lay layout) spec(o original, size Size, ext string) Spec {
	return Spec{Source: o.name, Size: size, Method: lay.method, Ext: ext, Version: o.info.Version}
}

// sizes returns the attribute sizes of a picture that is width CSS pixels wide, or as wide as the viewport if that
// is narrower. With auto, a browser that lays out the page before it loads the picture uses the actual width.
func (lay layout) sizes(width int, auto bool) string {
	sizes := withoutAuto(lay.preset.Sizes)
	if sizes == "" {
		sizes = fmt.Sprintf("(min-width: %dpx) %dpx, 100vw", width, width)
	}
	if auto {
		sizes = "auto, " + sizes
	}
	return sizes
}

// withoutAuto returns the rest of an attribute sizes that begins with auto, which HTML allows only for pictures
// that are loaded lazily.
func withoutAuto(sizes string) string {
	if first, rest, _ := strings.Cut(sizes, ","); strings.EqualFold(strings.TrimSpace(first), "auto") {
		return strings.TrimSpace(rest)
	}
	return sizes
}

// byWidth reports whether an attribute srcset has width descriptors.
func byWidth(srcset string) bool {
	return strings.Contains(srcset, " ") && strings.HasSuffix(srcset, "w")
}

// srcset returns the attribute srcset for the files in one format. If the only file is the one at 1x, srcset is the
// file without a descriptor.
func (l Links) srcset(o original, lay layout, ext string) (string, error) {
	all := l.candidates(lay, ext)
	return l.srcsetOf(o, lay, ext, all, len(all) != 1 || all[0].size != lay.base())
}

// srcsetOf returns the attribute srcset for candidates, with or without descriptors.
func (l Links) srcsetOf(o original, lay layout, ext string, all []candidate, descriptors bool) (string, error) {
	var b strings.Builder
	for i, c := range all {
		url, err := l.URL(lay.spec(o, c.size, ext))
		if err != nil {
			return "", err
		}
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(url)
		if descriptors {
			b.WriteByte(' ')
			b.WriteString(c.descriptor)
		}
	}
	return b.String(), nil
}

// Specs iterates over every file that a source has in presets, or in all presets if none is named, so that
// jobs can make the files that pages request. Unknown presets and invalid sources yield nothing.
func (l Links) Specs(source any, presets ...string) iter.Seq[Spec] {
	return func(yield func(Spec) bool) {
		o, err := originalOf(source)
		if err != nil || o.name == "" {
			return
		}
		if len(presets) == 0 {
			for name := range l.Presets {
				presets = append(presets, name)
			}
			slices.Sort(presets)
		}
		seen := map[Spec]bool{}
		for _, name := range presets {
			p, err := l.preset(name)
			if err != nil {
				continue
			}
			for _, s := range l.specs(o, p) {
				if seen[s] {
					continue
				}
				seen[s] = true
				if !yield(s) {
					return
				}
			}
		}
	}
}

// specs lists the files of one preset.
func (l Links) specs(o original, p Preset) (all []Spec) {
	lay := l.layoutOf(p, o.info)
	all = append(all, lay.spec(o, lay.base(), p.Ext))
	for _, ext := range append([]string{p.Ext}, p.Formats...) {
		for _, c := range l.candidates(lay, ext) {
			if s := lay.spec(o, c.size, ext); s.validate() == nil && !slices.Contains(all, s) {
				all = append(all, s)
			}
		}
	}
	if all[0].validate() != nil {
		return nil
	}
	return all
}
