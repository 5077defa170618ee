package thumbnail

import (
	"fmt"
	"html/template"
	"log/slog"
	"time"
)

// A Link is the result of the template function thumbnail. It prints as its URL; its other fields describe
// the thumbnail. A nil *Link prints as nothing, and is false in {{if}} and {{with}}.
type Link struct {
	URL    string
	Width  int // pixels of the file, or 0 if not known in advance
	Height int
	Spec
}

// String returns the URL, or "" for a nil link.
func (l *Link) String() string {
	if l == nil {
		return ""
	}
	return l.URL
}

// MarshalText returns the URL, so scripts in a template and JSON get the URL. A nil link is null there.
func (l Link) MarshalText() ([]byte, error) { return []byte(l.URL), nil }

// FuncMap returns the template functions for [html/template], with the methods and extensions that a
// handler has by default, and without presets. It is shorthand for [Links.FuncMap].
func FuncMap(base string, signer Signer) template.FuncMap {
	return Links{Base: base, Signer: signer}.FuncMap()
}

// FuncMap returns the functions for [html/template]:
//
//	{{img     .Photo "avatar" "alt" .Name}}                 <img src srcset width height alt loading decoding>
//	{{picture .Photo "hero" "alt" .Title "priority" true}}  <picture> with a <source> for each of Preset.Formats
//	{{preload .Photo "hero"}}                               <link rel="preload" as="image">, for the head of the page
//	{{srcset  .Photo "avatar"}}                             the attribute alone
//	{{thumbnail .Photo "avatar"}}                           a [Link]
//	{{thumbnail .Photo "100x100" "crop" ".jpg"}}            a [Link] without a preset
//
// The picture is a string or has a method Name() string, on a value or a pointer receiver. For an empty
// string or nil the functions print nothing. If the picture has a method ImageInfo() [Info], the functions
// use its size, version, focal point and color. thumbnail takes a version as an additional argument: a
// string, an integer, a [time.Time], or a pointer to one.
//
// The other arguments of img and picture are attributes of the img element, as pairs of a name and a value.
// alt is required; it may be "". The value true writes an attribute without a value; false and nil write
// nothing. Some attributes have a special meaning:
//
//	"priority" true      the most important picture of the page: the browser loads it at once, not lazily
//	"version" .Changed   replaces the version of Info
//	"sizes" "50vw"       replaces Preset.Sizes
//	"placeholder" true   the color of Info until the picture is there, by the attribute style, which a
//	                     Content-Security-Policy has to allow
//
// preload takes "version" and "sizes" too, and srcset takes "version". Give them the same values as the img or
// picture. Otherwise a browser preloads another file than it shows.
//
// An invalid preset, size, method, extension or attribute stops the template with an error that lists the
// valid ones; [Links.CheckTemplate] finds it earlier. An invalid source or version is data: the function
// prints nothing, and Links.OnError is called.
func (l Links) FuncMap() template.FuncMap {
	f := functions{Links: l, logged: new(rateLimiter)}
	return template.FuncMap{
		"thumbnail": f.thumbnail, "srcset": f.srcsetAlone, "img": f.img, "picture": f.picture, "preload": f.preload,
	}
}

// functions are the template functions of a Links.
type functions struct {
	Links
	logged *rateLimiter // when OnError's default wrote to the log last
}

// tolerate reports whether an error must not stop a page. If so, it passes the error to OnError.
func (f functions) tolerate(err error) bool {
	if !isBadSource(err) {
		return false
	}
	if f.OnError != nil {
		f.OnError(err)
		return true
	}
	if f.logged.onceIn(time.Minute) {
		slog.Warn("thumbnail: a picture is left out of a page", "error", err)
	}
	return true
}

// thumbnail is the template function thumbnail.
func (f functions) thumbnail(args ...any) (*Link, error) {
	if len(args) == 0 {
		return nil, f.misused("it has no arguments")
	}
	link, err := f.link(args[0], args[1:])
	if f.tolerate(err) {
		return nil, nil
	}
	return link, err
}

func (f functions) link(source any, args []any) (*Link, error) {
	p, version, err := f.arguments(args)
	if err != nil {
		return nil, err
	}
	o, err := originalOf(source)
	if err != nil || o.name == "" {
		return nil, err
	}
	if len(version) > 0 {
		if o, err = o.withVersion(version[0]); err != nil {
			return nil, err
		}
	}
	lay := f.layoutOf(p, o.info)
	size := p.Size
	if len(args) < 3 { // the call names a preset, and presets enlarge no file
		size = lay.base()
	}
	s := lay.spec(o, size, p.Ext)
	url, err := f.URL(s)
	if err != nil {
		return nil, err
	}
	file := lay.plan(size.Width, size.Height)
	return &Link{URL: url, Width: file.X, Height: file.Y, Spec: s}, nil
}

// arguments distinguishes a preset from a size, method and extension. A version, in a slice of length one,
// may follow.
func (f functions) arguments(args []any) (p Preset, version []any, err error) {
	switch len(args) {
	case 3, 4:
		method, ok1 := args[1].(string)
		ext, ok2 := args[2].(string)
		if !ok1 || !ok2 {
			return p, nil, f.misused("method and extension are strings: not %v and %v", args[1], args[2])
		}
		p = Preset{Method: method, Ext: ext}
		if p.Size, err = sizeOf(args[0]); err != nil {
			return p, nil, err
		}
		if err = f.knows(method, ext); err == nil {
			err = f.fits(p.Size, method, ext)
		}
		return p, args[3:], err
	case 1, 2:
	default:
		return p, nil, f.misused("it has %d arguments", len(args)+1)
	}
	name, ok := args[0].(string)
	if !ok {
		return p, nil, f.misused("%v is not the name of a preset", args[0])
	}
	if _, isPreset := f.Presets[name]; !isPreset {
		if _, isSize := parseSize(name); isSize {
			return p, nil, f.misused("after size %q something is missing", name)
		}
	}
	p, err = f.preset(name)
	return p, args[1:], err
}

// misused returns the error of a call of thumbnail that has the wrong arguments, with the right ones.
func (f functions) misused(format string, args ...any) error {
	return fmt.Errorf(`%w: %s; thumbnail takes a source and a preset, as in {{thumbnail .Photo "avatar"}}, or a source, size, method and extension, as in {{thumbnail .Photo "100x100" "crop" ".jpg"}}, and then a version, if there is one; presets: %s; methods: %s; extensions: %s`,
		ErrInvalid, fmt.Sprintf(format, args...), listOf(keys(f.Presets)), f.methods(), f.extensions())
}

// withVersion returns o with the version that a template's value stands for.
func (o original) withVersion(v any) (original, error) {
	version, ok := versionOf(v)
	if !ok {
		return o, fmt.Errorf("%w: a version is a string, an integer or a time: not %v, a %T", ErrInvalid, v, v)
	}
	o.info.Version = version
	return o, o.check()
}

// srcsetAlone is the template function srcset. In html/template a plain string would lose candidates. Each file has a
// descriptor, because the tag may have the attribute sizes, which requires them.
func (f functions) srcsetAlone(args ...any) (template.Srcset, error) {
	source, p, pairs, call, err := f.begin("srcset", args)
	if err != nil {
		return "", err
	}
	attrs, err := f.settings("srcset", call, pairs)
	if err != nil {
		return "", err
	}
	o, err := attrs.originalOf(source)
	if err == nil && o.name != "" {
		var set string
		lay := f.layoutOf(p, o.info)
		if set, err = f.srcsetOf(o, lay, p.Ext, f.candidates(lay, p.Ext), true); err == nil {
			return template.Srcset(set), nil
		}
	}
	if err == nil || f.tolerate(err) {
		return "", nil
	}
	return "", within(call, err)
}
