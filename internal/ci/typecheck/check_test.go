package main

import (
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestATypeErrorOfOnePlatformIsFoundOnThatPlatformOnly(t *testing.T) {
	t.Chdir(t.TempDir())
	for name, text := range map[string]string{
		"go.mod":            "module example.com/m\n\ngo 1.26.0\n",
		"a.go":              "package m\n\nimport \"os\"\n\nvar File *os.File\n",
		"a_windows.go":      "package m\n\nfunc f() int { return File }\n",
		"b_windows.go":      "package m\n\nfunc bodiless()\n",
		"c_windows_test.go": "package m_test\n\nimport (\n\t\"testing\"\n\n\t\"example.com/m\"\n)\n\nfunc TestX(t *testing.T) { m.Absent() }\n",
		"d_386.go":          "package m\n\nconst i int = 1 << 40\n",
	} {
		require.NoError(t, os.WriteFile(name, []byte(text), 0o600))
	}
	assert.Empty(t, check("linux/amd64"))
	if found := check("linux/386"); assert.Len(t, found, 1, "an int has 32 bits") {
		assert.ErrorContains(t, found[0], "overflows")
	}
	text := ""
	for _, err := range check("windows/amd64") {
		text += err.Error() + "\n"
	}
	for _, want := range []string{"a_windows.go:3:", "bodiless has no body", "c_windows_test.go:9:"} {
		assert.Contains(t, text, want)
	}
	assert.NotEmpty(t, check("linux"))
}
