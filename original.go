package thumbnail

import (
	"errors"
	"fmt"
	"reflect"
	"strconv"
)

// An original is a picture as a template's value describes it.
type original struct {
	name string // key in the source; empty: there is no picture
	info Info
}

// A badSource is the error for an invalid name or version. That is bad data, not a programming error, and
// must not stop a page.
type badSource struct{ err error }

func (b *badSource) Error() string { return b.err.Error() }
func (b *badSource) Unwrap() error { return b.err }

func isBadSource(err error) bool {
	var b *badSource
	return errors.As(err, &b)
}

// originalOf returns the original that a template's value stands for.
func originalOf(source any) (o original, err error) {
	source = withPointerMethods(source)
	if o.name, err = sourceName(source); err != nil || o.name == "" {
		return o, err
	}
	if described, ok := source.(interface{ ImageInfo() Info }); ok {
		o.info = described.ImageInfo()
		if !isColor(o.info.Color) {
			o.info.Color = ""
		}
	}
	return o, o.check()
}

var (
	namedType     = reflect.TypeFor[interface{ Name() string }]()
	describedType = reflect.TypeFor[interface{ ImageInfo() Info }]()
)

// withPointerMethods returns a pointer to a copy of source if only pointers of its type have a method of a
// picture. Templates pass the elements of slices and the fields of structs by value, and without the copy
// a page would silently do without the Info.
func withPointerMethods(source any) any {
	t := reflect.TypeOf(source)
	if t == nil || t.Name() == "" || t.PkgPath() == "" { // a pointer has no name, and a string no methods
		return source
	}
	pointer := reflect.PointerTo(t)
	if t.Implements(namedType) == pointer.Implements(namedType) && t.Implements(describedType) == pointer.Implements(describedType) {
		return source
	}
	p := reflect.New(t)
	p.Elem().Set(reflect.ValueOf(source))
	return p.Interface()
}

// check finds names and versions that no path can carry.
func (o original) check() error {
	s := Spec{Source: o.name, Size: Size{Width: 1}, Method: "x", Ext: ".x", Version: o.info.Version}
	if err := s.validate(); err != nil {
		return &badSource{err}
	}
	return nil
}

// sourceName returns the key that a template's value stands for, or "" for an empty value.
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
	return "", fmt.Errorf("%w: a source is a string or has a method Name() string; a value of type %T is neither", ErrInvalid, source)
}

// integerVersion implements versionOf for integers, and for types whose underlying type is a string or an
// integer.
func integerVersion(value any) (string, bool) {
	v := reflect.ValueOf(value)
	switch {
	case v.Kind() == reflect.String:
		return v.String(), true
	case v.CanInt(): // a negative one is bad data, which check finds
		return strconv.FormatInt(v.Int(), 10), true
	case v.CanUint():
		return strconv.FormatUint(v.Uint(), 10), true
	}
	return "", false
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
