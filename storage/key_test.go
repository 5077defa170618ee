package storage

import (
	"io/fs"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestKeysAreValidByTheirSegments(t *testing.T) {
	for key, valid := range map[string]bool{
		"kitten.jpg": true, "a/b/c": true, " ": true, "...": true, ".a": true, "%2F": true, "猫/😀.png": true, "\u0085": true,
		strings.Repeat("s", 255): true, strings.Repeat("猫", 85): true, strings.Repeat("d/", 499) + "xy": true,
		"": false, "/": false, "/a": false, "a/": false, "a//b": false, ".": false, "..": false, "a/../b": false, "a/.": false,
		`a\b`: false, "a\x00": false, "\x1f": false, "\x7f": false, "\xff": false, "\xed\xa0\x80": false,
		strings.Repeat("s", 256): false, strings.Repeat("猫", 86): false, strings.Repeat("d/", 500) + "x": false,
	} {
		assert.Equal(t, valid, ValidKey(key), "%q", key)
	}
}

func FuzzValidKeysArePathsOfIOFS(f *testing.F) {
	for _, key := range []string{"a/b.jpg", "a//b", "../a", "a\x7f", `\`, "猫", ""} {
		f.Add(key)
	}
	f.Fuzz(func(t *testing.T, key string) {
		if !ValidKey(key) {
			return
		}
		if !fs.ValidPath(key) || key == "." || len(key) > 1000 || strings.ContainsAny(key, "\\\x00\n\x7f") {
			t.Errorf("%q counts as valid", key)
		}
		for segment := range strings.SplitSeq(key, "/") {
			if !ValidKey(segment) {
				t.Errorf("%q counts as valid, its segment %q does not", key, segment)
			}
		}
	})
}
