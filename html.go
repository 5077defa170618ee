package thumbnail

import (
	"fmt"
	"html/template"
	"reflect"
)

// A Link is what the template function thumbnail returns. It prints as its URL; its other fields say
// which thumbnail it is. A nil *Link prints as nothing, and is false in {{if}} and {{with}}.
type Link struct {
	URL string
	Spec
}

// String returns the URL, or "" for a nil link.
func (l *Link) String() string {
	if l == nil {
		return ""
	}
	return l.URL
}

// MarshalText returns the URL, which is therefore what scripts in a template and JSON get. A nil
// link is null there.
func (l Link) MarshalText() ([]byte, error) { return []byte(l.URL), nil }

// FuncMap returns the template function thumbnail for [html/template], for the methods and extensions
// that a handler has by default. It is shorthand for [Links.FuncMap].
func FuncMap(base string, signer Signer) template.FuncMap {
	return Links{Base: base, Signer: signer}.FuncMap()
}

// FuncMap returns the template function thumbnail, which returns a [Link] for a source, a size, a
// method, an extension and, optionally, a version:
//
//	<img src="{{thumbnail .Photo "100x100" "crop" ".jpg"}}">
//	{{with thumbnail .Photo .Size "crop" ".jpg" .Revision}}<img src="{{.URL}}" width="{{.Size.Width}}">{{end}}
//
// The source is a string or has a method Name() string; for an empty one, or nil, the link is nil.
// The size is a string or a [Size]. A bad size, method, extension, version or source stops the
// template with an error that names it.
//
// To html/template the link is plain data, which it escapes as the context requires.
func (l Links) FuncMap() template.FuncMap {
	return template.FuncMap{"thumbnail": l.link}
}

func (l Links) link(source, size any, method, ext string, version ...string) (*Link, error) {
	name, err := sourceName(source)
	if err != nil || name == "" {
		return nil, err
	}
	s := Spec{Source: name, Method: method, Ext: ext}
	if s.Size, err = sizeOf(size); err != nil {
		return nil, err
	}
	switch len(version) {
	case 0:
	case 1:
		s.Version = version[0]
	default:
		return nil, fmt.Errorf("%w: more than one version: %q", ErrInvalid, version)
	}
	url, err := l.URL(s)
	if err != nil {
		return nil, err
	}
	return &Link{URL: url, Spec: s}, nil
}

// sourceName returns the key that a template's value stands for: "" for an empty one.
func sourceName(source any) (string, error) {
	v := reflect.ValueOf(source)
	if !v.IsValid() || (v.Kind() == reflect.Pointer || v.Kind() == reflect.Interface) && v.IsNil() {
		return "", nil
	}
	if named, ok := source.(interface{ Name() string }); ok {
		return named.Name(), nil
	}
	for v.Kind() == reflect.Pointer && !v.IsNil() {
		v = v.Elem()
	}
	if v.Kind() == reflect.String {
		return v.String(), nil
	}
	return "", fmt.Errorf("%w: a source is a string or has a method Name() string: not a %T", ErrInvalid, source)
}

// sizeOf returns the size that a template's value stands for.
func sizeOf(size any) (Size, error) {
	if s, ok := size.(Size); ok {
		return s, nil
	}
	if v := reflect.ValueOf(size); v.Kind() == reflect.String {
		return ParseSize(v.String())
	}
	return Size{}, fmt.Errorf("%w: a size is a string such as \"100x100\", or a Size: not %v", ErrInvalid, size)
}
