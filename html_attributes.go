package thumbnail

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"unicode"
)

// attributes are the parsed arguments of img and picture.
type attributes struct {
	alt         string
	hasAlt      bool
	priority    bool
	placeholder bool
	sizes       string
	loading     string
	version     []any // one, or none
	others      []attribute
}

// An attribute is written unchanged to the tag.
type attribute struct {
	name, value string
	bare        bool // without a value
}

func (a attributes) has(name string) bool {
	return slices.ContainsFunc(a.others, func(o attribute) bool { return o.name == name })
}

// parsePairs reads pairs of a name and a value. If valid is not nil, it lists the names.
func parsePairs(pairs []any, valid []string) (a attributes, err error) {
	if len(pairs)%2 != 0 {
		return a, fmt.Errorf("%w: attributes are pairs of a name and a value, and %v has no value", ErrInvalid, pairs[len(pairs)-1])
	}
	seen := map[string]bool{}
	for i := 0; i < len(pairs); i += 2 {
		name, ok := pairs[i].(string)
		if !ok {
			return a, fmt.Errorf("%w: the name of an attribute is a string: not %v", ErrInvalid, pairs[i])
		}
		name = strings.ToLower(name)
		if valid != nil && !slices.Contains(valid, name) {
			return a, fmt.Errorf("%w: it takes %s, not %q", ErrInvalid, listOf(valid), name)
		}
		if seen[name] {
			return a, fmt.Errorf("%w: attribute %q is given twice", ErrInvalid, name)
		}
		seen[name] = true
		if err := a.set(name, pairs[i+1]); err != nil {
			return a, err
		}
	}
	a.hasAlt = seen["alt"]
	return a, nil
}

// parseAttributes reads the attributes of an img.
func parseAttributes(pairs []any) (attributes, error) {
	a, err := parsePairs(pairs, nil)
	if err != nil {
		return a, err
	}
	if a.priority && (a.loading == "lazy" || a.has("fetchpriority")) {
		return a, fmt.Errorf(`%w: "priority" true says that the browser loads the picture at once and first: leave out "loading" "lazy" and "fetchpriority"`, ErrInvalid)
	}
	if !a.hasAlt {
		return a, fmt.Errorf(`%w: "alt" is missing: say what the picture shows, or "alt" "" if it only decorates`, ErrInvalid)
	}
	return a, nil
}

// set sets one attribute.
func (a *attributes) set(name string, value any) error {
	switch name {
	case "alt":
		a.alt = textOf(value)
	case "sizes":
		a.sizes = textOf(value)
	case "loading":
		a.loading = textOf(value)
		if a.loading != "lazy" && a.loading != "eager" {
			return fmt.Errorf("%w: loading %q is not lazy or eager", ErrInvalid, a.loading)
		}
	case "version":
		a.version = []any{value}
	case "priority", "placeholder":
		on, ok := value.(bool)
		if !ok {
			return fmt.Errorf("%w: %s is true or false: not %v", ErrInvalid, name, value)
		}
		if name == "priority" {
			a.priority = on
		} else {
			a.placeholder = on
		}
	default:
		if err := checkAttribute(name); err != nil {
			return err
		}
		if on, isBool := value.(bool); value != nil && (!isBool || on) {
			a.others = append(a.others, attribute{name, textOf(value), isBool})
		}
	}
	return nil
}

// ownAttributes are the attributes that the functions write themselves, and style, which could hold
// anything.
var ownAttributes = []string{"src", "srcset", "width", "height", "style", "imagesrcset", "imagesizes"}

// checkAttribute refuses the names of attributes that could run a script, or that the functions write.
func checkAttribute(name string) error {
	valid := name != "" && 'a' <= name[0] && name[0] <= 'z'
	for i := range len(name) {
		c := name[i]
		valid = valid && ('a' <= c && c <= 'z' || '0' <= c && c <= '9' || c == '-' || c == ':')
	}
	switch {
	case !valid:
		return fmt.Errorf("%w: attribute %q is not letters, digits, - and :", ErrInvalid, name)
	case strings.HasPrefix(name, "on"):
		return fmt.Errorf("%w: attribute %q would run a script", ErrInvalid, name)
	case slices.Contains(ownAttributes, name):
		return fmt.Errorf("%w: attribute %q is written by the function itself", ErrInvalid, name)
	}
	return nil
}

// textOf returns the text of a template's value; nil and nil pointers have no text.
func textOf(value any) string {
	v := reflect.ValueOf(value)
	if !v.IsValid() {
		return ""
	}
	if _, ok := value.(fmt.Stringer); !ok && v.Kind() == reflect.Pointer {
		if v.IsNil() {
			return ""
		}
		return textOf(v.Elem().Interface())
	}
	if v.Kind() == reflect.Pointer && v.IsNil() {
		return ""
	}
	return strings.Map(permitted, fmt.Sprint(value))
}

// permitted returns r, or U+FFFD for control characters and noncharacters, which HTML does not permit, and for bytes
// that are not UTF-8.
func permitted(r rune) rune {
	if unicode.IsControl(r) && !strings.ContainsRune("\t\n\f\r", r) || r&0xfffe == 0xfffe || 0xfdd0 <= r && r <= 0xfdef {
		return unicode.ReplacementChar
	}
	return r
}
