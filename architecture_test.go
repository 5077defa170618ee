package thumbnail_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The files and functions that ARCHITECTURE.md names exist.
func TestFilesAndFunctionsInTheArchitectureExist(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("docs", "ARCHITECTURE.md"))
	require.NoError(t, err)
	span := regexp.MustCompile("(: |, )?`([^`\n]+)`")
	file := regexp.MustCompile(`^[a-z0-9_/]+\.go$`)
	name := regexp.MustCompile(`^[A-Za-z.]+$`)
	var path, code string // of the last file; names that follow directly belong to this file
	end, files, names := 0, 0, 0
	for _, m := range span.FindAllStringSubmatchIndex(string(page), -1) {
		word := string(page[m[4]:m[5]])
		follows := m[0] == end && m[2] >= 0
		end = m[1]
		switch {
		case file.MatchString(word):
			path, code = word, placeIn(t, word)
			files++
		case follows && code != "" && name.MatchString(word):
			assert.Regexp(t, `\b`+word[strings.LastIndex(word, ".")+1:]+`\b`, code, "%s in %s", word, path)
			names++
		default:
			code = ""
		}
	}
	assert.Greater(t, files, 90)
	assert.Greater(t, names, 30)
}

// placeIn returns the code of a file that the page names: by its path, or by its path within
// internal/codec.
func placeIn(t *testing.T, path string) string {
	for _, pattern := range []string{path, "internal/codec/" + path, "internal/codec/*/" + path} {
		if found, _ := filepath.Glob(filepath.FromSlash(pattern)); len(found) > 0 {
			code, err := os.ReadFile(found[0])
			require.NoError(t, err)
			return string(code)
		}
	}
	assert.Fail(t, "no such file", path)
	return ""
}

// A test of a package that others import is a user of the package. Mechanisms that need tests from inside are
// packages in an internal folder. Programs (package main) can't be imported.
func TestOnlyInternalPackagesAreTestedFromInside(t *testing.T) {
	looked := 0
	require.NoError(t, filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && path != "." && (strings.HasPrefix(d.Name(), ".") || d.Name() == "internal" || d.Name() == "testdata"):
			return fs.SkipDir
		case d.IsDir() || !strings.HasSuffix(path, "_test.go"):
			return nil
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.PackageClauseOnly)
		require.NoError(t, err)
		looked++
		black := f.Name.Name == "main" || strings.HasSuffix(f.Name.Name, "_test")
		assert.True(t, black, "%s is in package %s", path, f.Name.Name)
		return nil
	}))
	assert.Greater(t, looked, 100)
}
