package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// The lines in docs/frameworks.md compile with the frameworks. PocketBase is not among the dependencies.
func TestTheLinesInTheGuideCompile(t *testing.T) {
	text, err := os.ReadFile("../../docs/frameworks.md")
	require.NoError(t, err)
	var lines strings.Builder
	blocks := regexp.MustCompile("(?ms)^\\*\\*([a-z/]+)\\*\\*.*?^```[a-z]+\n(.*?)^```$").FindAllStringSubmatch(string(text), -1)
	require.Len(t, blocks, 4)
	for _, m := range blocks {
		lines.WriteString(m[2])
	}
	dir := t.TempDir()
	source := filepath.Join(dir, "guide.go")
	require.NoError(t, os.WriteFile(source, []byte(`package main

import (
	"net/http"

	"github.com/gin-gonic/gin"
	"github.com/go-chi/chi/v5"
	"github.com/labstack/echo/v4"
)

func _(handler http.Handler, mux *http.ServeMux, r chi.Router, router *gin.Engine, e *echo.Echo) {
`+lines.String()+"}\n"), 0o644))
	here, err := os.Getwd()
	require.NoError(t, err)
	overlay, err := json.Marshal(map[string]map[string]string{"Replace": {filepath.Join(here, "guide.go"): source}})
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "overlay.json"), overlay, 0o644))
	out, err := exec.Command("go", "build", "-o", os.DevNull, "-overlay", filepath.Join(dir, "overlay.json"), ".").CombinedOutput()
	require.NoError(t, err, "%s", out)
}
