package thumbnail

import (
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/rest-thumbnails/thumbnail/internal/ability"
	"github.com/rest-thumbnails/thumbnail/internal/mediatype"
	"github.com/rest-thumbnails/thumbnail/response"
	"github.com/rest-thumbnails/thumbnail/storage"
)

// check returns an error for fields that are missing or can never work, in the order of the fields.
func (c *Config) check() error {
	for _, f := range []struct {
		name     string
		value    any
		required bool
	}{
		{"Source", c.Source, true}, {"Storage", c.Storage, true}, {"Signer", c.Signer, true},
		{"Locker", c.Locker, false}, {"Responder", c.Responder, false}, {"Observer", c.Observer, false},
	} {
		switch {
		case f.value == nil && f.required:
			return errors.New("thumbnail: Config." + f.name + " is missing")
		case f.value != nil && ability.IsNil(f.value):
			return fmt.Errorf("thumbnail: Config.%s is a nil %T", f.name, f.value)
		}
	}
	if storage.Overlap(c.Source, c.Storage) {
		return errors.New("thumbnail: Config.Storage and Config.Source overlap: they are one place, or one lies inside the other. " +
			"Thumbnails would be originals, and Remove could delete originals. Give Storage a directory or prefix beside Source, not in it")
	}
	if err := checkSigner(c.Signer); err != nil {
		return fmt.Errorf("thumbnail: Config.Signer: %w", err)
	}
	for _, f := range []struct {
		name string
		n    int64
	}{
		{"LockTTL", int64(c.LockTTL)}, {"Timeout", int64(c.Timeout)}, {"Workers", int64(c.Workers)},
		{"MaxSourceBytes", c.MaxSourceBytes}, {"MaxPixels", c.MaxPixels}, {"MaxWidth", int64(c.MaxWidth)}, {"MaxHeight", int64(c.MaxHeight)},
		{"MaxMemory", c.MaxMemory}, {"MaxQueue", int64(c.MaxQueue)}, {"QueueTimeout", int64(c.QueueTimeout)},
	} {
		if f.n < 0 {
			return fmt.Errorf("thumbnail: Config.%s is negative; 0 selects its default", f.name)
		}
	}
	for _, f := range []struct{ name, value string }{{"CacheControl", c.CacheControl}, {"CacheControlVersioned", c.CacheControlVersioned}} {
		if strings.ContainsFunc(f.value, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }) {
			return fmt.Errorf("thumbnail: Config.%s %q can't be a header: it has a control character", f.name, f.value)
		}
	}
	for i, f := range c.Formats {
		if f.Name == "" || f.Match == nil || f.Header == nil || f.Decode == nil {
			return fmt.Errorf("thumbnail: Config.Formats[%d] (%q) needs Name, Match, Header and Decode", i, f.Name)
		}
	}
	if err := c.checkResponder(); err != nil {
		return fmt.Errorf("thumbnail: Config.Responder: %w", err)
	}
	return nil
}

// checkSigner refuses signers whose secrets anybody can compute, or that can't make any.
func checkSigner(s Signer) error {
	if ability.IsNil(s) {
		return errors.New("a nil signer")
	}
	if all, ok := ability.Find[anyOf](s); ok {
		for _, s := range all {
			if err := checkSigner(s); err != nil {
				return err
			}
		}
	}
	if h, ok := ability.Find[*HMACSigner](s); ok && len(h.states) == 0 {
		return errors.New("a HMACSigner without a key: make one with NewSigner")
	}
	if d, ok := ability.Find[djangoSigner](s); ok && d.secretKey == "" {
		return errors.New("DjangoSigner without a key")
	}
	return nil
}

// checkResponder refuses Responders that miss a required field, or that name files that no web server can
// find.
func (c *Config) checkResponder() error {
	var name string
	switch r := responderOf(c.Responder).(type) {
	case response.Nginx:
		if name = "response.Nginx"; r.Prefix == "" {
			return errors.New("response.Nginx needs its Prefix")
		}
		if !strings.HasPrefix(r.Prefix, "/") {
			return fmt.Errorf("response.Nginx: Prefix %q does not begin with a slash: it is the path of the internal location, such as /_thumbs/", r.Prefix)
		}
	case response.Apache:
		if name = "response.Apache"; r.Root == "" {
			return errors.New("response.Apache needs its Root")
		}
		if !filepath.IsAbs(r.Root) && !strings.HasPrefix(r.Root, "/") {
			return fmt.Errorf("response.Apache: Root %q is not absolute: Apache does not know this program's working directory", r.Root)
		}
	case response.Redirect:
		if name = "response.Redirect"; r.Prefix == "" && r.URL == nil {
			return errors.New("response.Redirect needs its Prefix or its URL")
		}
	default:
		return nil
	}
	if !c.ServedElsewhere && !ability.Has[*storage.Dir](c.Storage) {
		return fmt.Errorf("%s names files that something else serves, and Config.Storage is no *storage.Dir but a %T: set Config.ServedElsewhere if they are served all the same", name, c.Storage)
	}
	return nil
}

// responderOf returns the Responder of package response that r is or wraps, by value, or nil.
func responderOf(r Responder) any {
	if v, ok := ability.Find[response.Nginx](r); ok {
		return v
	}
	if v, ok := ability.Find[*response.Nginx](r); ok {
		return *v
	}
	if v, ok := ability.Find[response.Apache](r); ok {
		return v
	}
	if v, ok := ability.Find[*response.Apache](r); ok {
		return *v
	}
	if v, ok := ability.Find[response.Redirect](r); ok {
		return v
	}
	if v, ok := ability.Find[*response.Redirect](r); ok {
		return *v
	}
	return nil
}

// merge adds the entries of over to defaults. A nil value removes a key. A key that no path can name is an
// error.
func merge[M ~map[string]V, V comparable](field string, check func(string) error, over, defaults M) (M, error) {
	merged := maps.Clone(defaults)
	var none V
	for _, key := range slices.Sorted(maps.Keys(over)) {
		v := over[key]
		switch err := check(key); {
		case err != nil:
			return nil, fmt.Errorf("thumbnail: Config.%s: %w", field, err)
		case v == none:
			delete(merged, key)
		case ability.IsNil(v):
			return nil, fmt.Errorf("thumbnail: Config.%s: %q is a nil %T", field, key, v)
		default:
			merged[key] = v
		}
	}
	return merged, nil
}

func checkMethod(s string) error {
	if !isMethod(s) {
		return fmt.Errorf("method %q is not 1 to %d of a-z, 0-9 and _", s, maxMethod)
	}
	return nil
}

func checkExt(s string) error {
	switch {
	case isExt(s):
		return nil
	case isExt("." + s):
		return fmt.Errorf("extension %q has to begin with a dot: %q", s, "."+s)
	}
	return fmt.Errorf("extension %q is not a dot and 1 to %d of a-z and 0-9", s, maxExt)
}

// checkMediaTypes refuses files that no browser shows, because their media type is not that of a picture.
func checkMediaTypes(encoders Encoders) error {
	for _, ext := range slices.Sorted(maps.Keys(encoders)) {
		if contentType(ext, encoders[ext]) == mediatype.Of("") {
			return fmt.Errorf("thumbnail: Config.Encoders: the media type of %q is not known: its Encoder needs a method ContentType() string", ext)
		}
	}
	return nil
}
