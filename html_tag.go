package thumbnail

import (
	"fmt"
	"html/template"
	"reflect"
	"strconv"
	"strings"
)

// img is the template function img.
func (f functions) img(args ...any) (template.HTML, error) { return f.tag("img", args) }

// picture is the template function picture.
func (f functions) picture(args ...any) (template.HTML, error) { return f.tag("picture", args) }

// tag writes an img element, or a picture element if there are better formats.
func (f functions) tag(name string, args []any) (template.HTML, error) {
	source, p, pairs, call, err := f.begin(name, args)
	if err != nil {
		return "", err
	}
	if name == "img" {
		p.Formats = nil
	}
	attrs, err := parseAttributes(pairs)
	if err != nil {
		return "", within(call, err)
	}
	if attrs.sizes != "" {
		p.Sizes = attrs.sizes
	}
	img, err := f.imageOf(source, p, attrs)
	if f.tolerate(err) || err == nil && img.Src == "" {
		return "", nil
	}
	if err != nil {
		return "", within(call, err)
	}
	var w tagWriter
	if len(img.Sources) > 0 {
		w.WriteString("<picture>")
		for _, s := range img.Sources {
			w.open("source")
			w.attr("type", s.Type)
			w.attr("srcset", s.Srcset)
			w.attrUnlessEmpty("sizes", s.Sizes)
			w.WriteString(">")
		}
	}
	w.img(img, attrs)
	if len(img.Sources) > 0 {
		w.WriteString("</picture>")
	}
	return template.HTML(w.String()), nil
}

// begin reads the source and the preset of a call of a function. It returns how errors spell the call.
func (f functions) begin(name string, args []any) (source any, p Preset, pairs []any, call string, err error) {
	call = "{{" + name + "}}"
	missing := func(what string) error {
		return within(call, fmt.Errorf(`%w: %s; it is {{%s .Photo "preset"%s}}, with one of the presets %s (%s)`,
			ErrInvalid, what, name, attributesOf[name], listOf(keys(f.Presets)), f.field("Presets")))
	}
	if len(args) < 2 {
		return nil, p, nil, call, missing("a picture or a preset is missing")
	}
	preset := reflect.ValueOf(args[1])
	if preset.Kind() != reflect.String {
		return nil, p, nil, call, missing(fmt.Sprintf("%v is not the name of a preset", args[1]))
	}
	call = fmt.Sprintf("{{%s … %q}}", name, preset)
	if p, err = f.preset(preset.String()); err != nil {
		return nil, p, nil, call, within(call, err)
	}
	return args[0], p, args[2:], call, nil
}

// attributesOf shows, for errors, which attributes a function needs.
var attributesOf = map[string]string{"img": ` "alt" .Title`, "picture": ` "alt" .Title`}

// settingsOf are the optional arguments of the functions that write no img element. They determine which file a
// browser loads, so a page passes the same values as to its img.
var settingsOf = map[string][]string{"preload": {"sizes", "version"}, "srcset": {"version"}}

// settings parses the arguments of a function that writes no img element.
func (f functions) settings(name, call string, pairs []any) (attributes, error) {
	a, err := parsePairs(pairs, settingsOf[name])
	if err != nil {
		return a, within(call, err)
	}
	return a, nil
}

// originalOf reads a source, with the version in attrs, if there is one.
func (a attributes) originalOf(source any) (original, error) {
	o, err := originalOf(source)
	if err == nil && o.name != "" && a.version != nil {
		o, err = o.withVersion(a.version[0])
	}
	return o, err
}

func (f functions) imageOf(source any, p Preset, attrs attributes) (Image, error) {
	o, err := attrs.originalOf(source)
	if err != nil || o.name == "" {
		return Image{}, err
	}
	return f.image(o, p, !attrs.priority && attrs.loading != "eager")
}

// preload is the template function preload. It prints the whole element, because html/template takes
// imagesrcset for a single URL. A browser that does not support the type of the best format ignores it.
func (f functions) preload(args ...any) (template.HTML, error) {
	source, p, pairs, call, err := f.begin("preload", args)
	if err != nil {
		return "", err
	}
	attrs, err := f.settings("preload", call, pairs)
	if err != nil {
		return "", err
	}
	if attrs.sizes != "" {
		p.Sizes = attrs.sizes
	}
	attrs.priority = true
	img, err := f.imageOf(source, p, attrs)
	if f.tolerate(err) || err == nil && img.Src == "" {
		return "", nil
	}
	if err != nil {
		return "", within(call, err)
	}
	best := ImageSource{Type: img.Type, Srcset: img.Srcset, Sizes: img.Sizes}
	if len(img.Sources) > 0 {
		best = img.Sources[0]
	}
	var w tagWriter
	w.open("link")
	w.attr("rel", "preload")
	w.attr("as", "image")
	switch {
	case best.Srcset == "":
		w.attr("href", img.Src)
	case strings.Contains(best.Srcset, " "):
		w.attr("imagesrcset", best.Srcset)
		w.attrUnlessEmpty("imagesizes", best.Sizes)
	default: // one file
		w.attr("href", best.Srcset)
	}
	w.attr("type", best.Type)
	w.attr("fetchpriority", "high")
	w.WriteString(">")
	return template.HTML(w.String()), nil
}

// A tagWriter writes HTML.
type tagWriter struct{ strings.Builder }

func (w *tagWriter) open(name string) {
	w.WriteByte('<')
	w.WriteString(name)
}

// attr writes an attribute. The value is escaped.
func (w *tagWriter) attr(name, value string) {
	w.WriteByte(' ')
	w.WriteString(name)
	w.WriteString(`="`)
	w.WriteString(template.HTMLEscapeString(value))
	w.WriteByte('"')
}

func (w *tagWriter) attrUnlessEmpty(name, value string) {
	if value != "" {
		w.attr(name, value)
	}
}

// img writes the img of a picture.
func (w *tagWriter) img(img Image, attrs attributes) {
	w.open("img")
	w.attr("src", img.Src)
	w.attrUnlessEmpty("srcset", img.Srcset)
	w.attrUnlessEmpty("sizes", img.Sizes)
	if img.Width > 0 {
		w.attr("width", strconv.Itoa(img.Width))
		w.attr("height", strconv.Itoa(img.Height))
	}
	w.attr("alt", attrs.alt)
	switch {
	case attrs.priority:
		w.attr("loading", "eager")
		w.attr("fetchpriority", "high")
	default:
		loading := "lazy"
		if attrs.loading != "" {
			loading = attrs.loading
		}
		w.attr("loading", loading)
		if !attrs.has("decoding") {
			w.attr("decoding", "async")
		}
	}
	if attrs.placeholder && img.Color != "" {
		w.attr("style", "background-color:"+img.Color)
	}
	for _, a := range attrs.others {
		if a.bare {
			w.WriteByte(' ')
			w.WriteString(a.name)
			continue
		}
		w.attr(a.name, a.value)
	}
	w.WriteString(">")
}
