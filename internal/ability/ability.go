// Package ability finds the optional interfaces of values that may be wrapped.
package ability

import "reflect"

// maxLayers limits the search, in case a value wraps itself.
const maxLayers = 100

// Find returns the first T in a chain of wrapped values, which begins with v. A value wraps another one if its
// method Unwrap, without parameters, returns that value, as for [net/http.ResponseController].
func Find[T any](v any) (t T, ok bool) {
	for range maxLayers {
		if t, ok = v.(T); ok {
			return t, !isNil(v)
		}
		if v = unwrap(v); v == nil {
			break
		}
	}
	return t, false
}

// Has reports whether Find finds a T.
func Has[T any](v any) bool {
	_, ok := Find[T](v)
	return ok
}

// unwrap returns the value that v wraps, or nil.
func unwrap(v any) any {
	if v == nil || isNil(v) {
		return nil
	}
	m := reflect.ValueOf(v).MethodByName("Unwrap")
	if !m.IsValid() || m.Type().NumIn() != 0 || m.Type().NumOut() != 1 {
		return nil
	}
	return m.Call(nil)[0].Interface()
}

// isNil reports whether v is a nil pointer or function.
func isNil(v any) bool {
	switch r := reflect.ValueOf(v); r.Kind() {
	case reflect.Pointer, reflect.Func:
		return r.IsNil()
	}
	return false
}

// IsNil reports whether v is nil, or a nil pointer or function in an interface.
func IsNil(v any) bool { return v == nil || isNil(v) }
