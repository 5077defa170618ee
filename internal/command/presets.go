package command

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"reflect"
	"strings"

	"github.com/rest-thumbnails/thumbnail"
)

// presetsExample is an example of a presets file, for -help.
const presetsExample = `{"card": {"Size": "400x300", "Method": "crop", "Ext": ".jpg", "Formats": [".webp"], "Densities": [1, 2]}}`

// readPresets reads a presets file; "" means none.
func readPresets(name string) (thumbnail.Presets, error) {
	if name == "" {
		return nil, nil
	}
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, usage("-presets: %w", err)
	}
	presets, err := parsePresets(data)
	if err != nil {
		return nil, usage("-presets %s: %w", name, err)
	}
	return presets, nil
}

// parsePresets parses presets. It rejects unknown fields, because a misspelled field would silently keep its default
// value.
func parsePresets(data []byte) (thumbnail.Presets, error) {
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	var presets thumbnail.Presets
	err := d.Decode(&presets)
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		return nil, fmt.Errorf("line %d: invalid JSON: %w; example: %s", line(data, syntax.Offset), err, presetsExample)
	case errors.As(err, &kind) && kind.Field == "":
		return nil, fmt.Errorf("line %d: expected an object of objects; example: %s", line(data, kind.Offset), presetsExample)
	case errors.As(err, &kind):
		return nil, fmt.Errorf("line %d: %s must be a %s, got %s; example: %s", line(data, kind.Offset), kind.Field, nameOf(kind.Type), kind.Value, presetsExample)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return nil, fmt.Errorf("unexpected end of file; example: %s", presetsExample)
	case err != nil && strings.Contains(err.Error(), "unknown field"):
		_, field, _ := strings.Cut(err.Error(), "unknown field ")
		return nil, fmt.Errorf("line %d: unknown field %s; expected one of %s", line(data, d.InputOffset()), field, strings.Join(presetFields(), ", "))
	case err != nil:
		return nil, fmt.Errorf("line %d: %w", line(data, d.InputOffset()), err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("line %d: unexpected data after the presets", line(data, d.InputOffset()))
	}
	if len(presets) == 0 {
		return nil, fmt.Errorf("no presets in the file; example: %s", presetsExample)
	}
	if name, at, ok := repeated(data); ok {
		return nil, fmt.Errorf("line %d: duplicate preset %q", line(data, at), name)
	}
	return presets, nil
}

// repeated returns the first name that occurs twice in a valid file, because a decoder would silently use the last preset of
// that name. ok is false if there is none.
func repeated(data []byte) (name string, offset int64, ok bool) {
	d := json.NewDecoder(bytes.NewReader(data))
	_, _ = d.Token() // {
	seen := map[string]bool{}
	for d.More() {
		key, _ := d.Token()
		name, _ := key.(string)
		if seen[name] {
			return name, d.InputOffset(), true
		}
		seen[name] = true
		var preset json.RawMessage
		if d.Decode(&preset) != nil {
			return "", 0, false
		}
	}
	return "", 0, false
}

// line returns the line number of an offset.
func line(data []byte, offset int64) int {
	return 1 + bytes.Count(data[:min(int(offset), len(data))], []byte{'\n'})
}

// nameOf returns the name of a Go type in JSON's terms.
func nameOf(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Slice:
		return "list of " + nameOf(t.Elem()) + "s"
	case reflect.Int, reflect.Float64:
		return "number"
	case reflect.Struct, reflect.String:
		return "string"
	}
	return t.String()
}

// presetFields lists the fields of a preset.
func presetFields() (names []string) {
	t := reflect.TypeFor[thumbnail.Preset]()
	for i := range t.NumField() {
		names = append(names, t.Field(i).Name)
	}
	return names
}
