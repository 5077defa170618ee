package command

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var (
	shell   = regexp.MustCompile("(?ms)^```sh\n(.*?)^```$")
	inline  = regexp.MustCompile("`[^`\n]+`")
	program = regexp.MustCompile("(?m)(?:^|`|\\()(?:go run \\./cmd/thumbnail|thumbnail) ([^`\n#)|]+)")
)

// calls finds the calls of the program in the code of a document, and returns the words after the program's name.
func calls(text string) (all [][]string) {
	code := append(shell.FindAllString(text, -1), inline.FindAllString(text, -1)...)
	for _, m := range program.FindAllStringSubmatch(strings.Join(code, "\n"), -1) {
		if words := strings.Fields(m[1]); len(words) > 0 {
			all = append(all, words)
		}
	}
	return all
}

// Every call of the program in a document has a command and flags that exist.
func TestTheCallsInDocumentsHaveValidFlags(t *testing.T) {
	byName := map[string]*command{}
	for _, c := range commands() {
		byName[c.name] = c
	}
	checked := 0
	check := func(document string, words []string) {
		c := byName[words[0]]
		if c == nil && !strings.HasPrefix(words[0], "-") {
			require.Equal(t, "COMMAND", words[0], "%s: thumbnail %s", document, strings.Join(words, " "))
			return
		}
		gallery := c == nil
		if gallery {
			c = serveCommand
		} else {
			words = words[1:]
		}
		_, _, err := optionsOf(c, gallery, nil, words...)
		if err != nil { // a document may name a flag without a value
			require.Regexp(t, "help requested|flag needs an argument", err.Error(), "%s: thumbnail %s", document, strings.Join(words, " "))
		}
		checked++
	}
	require.NoError(t, filepath.WalkDir("../..", func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() && strings.HasPrefix(entry.Name(), ".") && entry.Name() != ".." {
			return filepath.SkipDir
		}
		if filepath.Ext(path) != ".md" {
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, words := range calls(string(text)) {
			check(path, words)
		}
		return nil
	}))
	require.Greater(t, checked, 15)
}
