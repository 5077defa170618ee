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

// requireTests requires that a folder, or one below it for "/...", has a test or benchmark that the pattern matches.
func requireTests(t *testing.T, document, folder, kind, pattern string) {
	t.Helper()
	if strings.HasPrefix(pattern, "^$") || pattern == "-" {
		return // no test, only benchmarks
	}
	name := regexp.MustCompile(pattern)
	dirs := []string{folder}
	if root, ok := strings.CutSuffix(folder, "/..."); ok {
		var err error
		dirs, err = filepath.Glob(filepath.Join(root, "*"))
		require.NoError(t, err)
	}
	for _, dir := range dirs {
		files, err := filepath.Glob(filepath.Join(dir, "*_test.go"))
		require.NoError(t, err)
		for _, file := range files {
			text, err := os.ReadFile(file)
			require.NoError(t, err)
			for _, m := range regexp.MustCompile(`(?m)^func (`+kind+`\w+)`).FindAllStringSubmatch(string(text), -1) {
				if name.MatchString(m[1]) {
					return
				}
			}
		}
	}
	assert.Fail(t, "there is no such test", "%s: %s %s in %s", document, kind, pattern, folder)
}

// The commands in the documents exist, and so do the tests and benchmarks that they name.
func TestCommandsInDocumentsExist(t *testing.T) {
	makefile, err := os.ReadFile("Makefile")
	require.NoError(t, err)
	for _, document := range documents(t) {
		text, err := os.ReadFile(document)
		require.NoError(t, err)
		for _, m := range regexp.MustCompile(`(?:cd ([\w/]+) && )?go (?:run|test|build)[^\n`+"`"+`]*? \./([\w/]+)`).FindAllStringSubmatch(string(text), -1) {
			assert.DirExists(t, filepath.Join(filepath.FromSlash(m[1]), filepath.FromSlash(m[2])), "%s: %s", document, m[0])
		}
		for _, m := range regexp.MustCompile("go test [^`\n]*-(run|bench) ([^ `]+)[^`\n]* (\\.[\\w/.]*)").FindAllStringSubmatch(string(text), -1) {
			requireTests(t, document, m[3], map[string]string{"run": "Test", "bench": "Benchmark"}[m[1]], strings.Trim(m[2], "'"))
		}
		for _, m := range regexp.MustCompile(`(?m)(?:\x60|^\s*)make ([a-z-]+)`).FindAllStringSubmatch(string(text), -1) {
			assert.Regexp(t, `(?m)^`+m[1]+`:`, string(makefile), "%s: %s", document, m[0])
		}
	}
}
