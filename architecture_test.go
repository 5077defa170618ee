package thumbnail_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The page that says where things are names files and functions that are there.
func TestThePlacesInTheArchitectureAreThere(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("docs", "ARCHITECTURE.md"))
	require.NoError(t, err)
	file := regexp.MustCompile("`((?:internal|processors|[a-z]+)/[a-z0-9_/]+\\.go)`((?:[:,] `[A-Za-z.]+`)*)")
	name := regexp.MustCompile("`([A-Za-z.]+)`")
	found := 0
	for _, m := range file.FindAllStringSubmatch(string(page), -1) {
		path := m[1]
		if dir, _, _ := strings.Cut(path, "/"); dir != "internal" && dir != "processors" {
			path = filepath.Join("internal", "codec", path)
		}
		code, err := os.ReadFile(path)
		if !assert.NoError(t, err) {
			continue
		}
		found++
		for _, n := range name.FindAllStringSubmatch(m[2], -1) {
			words := strings.Split(n[1], ".")
			assert.Regexp(t, `\b`+words[len(words)-1]+`\b`, string(code), "%s in %s", n[1], path)
		}
	}
	assert.Greater(t, found, 60)
}
