package thumbnail

import (
	"database/sql/driver"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"image"
	"io/fs"
	"reflect"
	"strconv"
	"strings"
	"time"
)

// Info is what a page needs to know about an original, so that rendering needs no lookup. A program keeps
// the Info beside the original's name, for example in columns of a database row, and returns it from the
// method ImageInfo() Info of its template value. [Describe] makes the Info when a file is uploaded. Unknown
// fields are zero.
type Info struct {
	Width   int         `json:"width,omitempty"`   // pixels of the upright original
	Height  int         `json:"height,omitempty"`  // either both Width and Height are known, or neither
	Version string      `json:"version,omitempty"` // changes when the content does: see Spec.Version
	Focus   image.Point `json:"focus,omitzero"`    // focal point, in percent from the upper left corner; (0,0) means unknown
	Color   string      `json:"color,omitempty"`   // "#rrggbb", the dominant color
}

// Value implements [driver.Valuer]: as a column of a database, Info is JSON.
func (i Info) Value() (driver.Value, error) {
	text, err := json.Marshal(i)
	return string(text), err
}

// Scan implements [database/sql.Scanner]. NULL and an empty text scan as the zero Info.
func (i *Info) Scan(column any) error {
	*i = Info{}
	var text []byte
	switch column := column.(type) {
	case nil:
	case string:
		text = []byte(column)
	case []byte:
		text = column
	default:
		return fmt.Errorf("thumbnail: Info from a column of type %T: want text", column)
	}
	if len(text) == 0 {
		return nil
	}
	if err := json.Unmarshal(text, i); err != nil {
		return fmt.Errorf("thumbnail: Info from a column: %w", err)
	}
	return nil
}

// known reports whether the size is known.
func (i Info) known() bool { return i.Width > 0 && i.Height > 0 }

// isColor reports whether s is "#rrggbb".
func isColor(s string) bool {
	digits, ok := strings.CutPrefix(s, "#")
	rgb, err := hex.DecodeString(digits)
	return ok && err == nil && len(rgb) == 3
}

// VersionOf returns a version for the content of a file: from its entity tag if it has one, else from its
// size and modification time. The version is empty if info has neither.
func VersionOf(info fs.FileInfo) string {
	h := fnv.New64a()
	if tagged, ok := info.(interface{ ETag() string }); ok && tagged.ETag() != "" {
		_, _ = h.Write([]byte(tagged.ETag()))
		return strconv.FormatUint(h.Sum64(), 36)
	}
	if info.ModTime().IsZero() {
		return ""
	}
	_, _ = h.Write(strconv.AppendInt(nil, info.ModTime().UnixNano(), 36))
	_, _ = h.Write(strconv.AppendInt([]byte{'-'}, info.Size(), 36))
	return strconv.FormatUint(h.Sum64(), 36)
}

// versionOf returns the version that a template's value stands for: a string, an integer, a time, or a pointer to one.
func versionOf(v any) (string, bool) {
	switch v := v.(type) {
	case nil:
		return "", true
	case string:
		return v, true
	case time.Time:
		if v.IsZero() {
			return "", true
		}
		return strconv.FormatUint(uint64(v.UnixNano()), 36), true
	}
	if p := reflect.ValueOf(v); p.Kind() == reflect.Pointer { // a column that may be NULL
		if p.IsNil() {
			return "", true
		}
		return versionOf(p.Elem().Interface())
	}
	return integerVersion(v)
}
