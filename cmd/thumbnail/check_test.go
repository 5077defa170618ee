package main_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/internal/program"
)

func TestCheckSaysWhatIsWrongWithEachFile(t *testing.T) {
	dir := t.TempDir()
	writePicture(t, dir, "good.jpg")
	whole, err := os.ReadFile(filepath.Join(dir, "good.jpg"))
	require.NoError(t, err)
	good, cut, text := filepath.Join(dir, "good.jpg"), filepath.Join(dir, "cut.jpg"), filepath.Join(dir, "text.jpg")
	require.NoError(t, os.WriteFile(cut, whole[:len(whole)-20], 0o644))
	require.NoError(t, os.WriteFile(text, []byte("no picture"), 0o644))
	binary := program.Build(t, ".")

	stdout, stderr, status := program.Run(t, binary, nil, "check", good, cut, text, dir, filepath.Join(dir, "absent.jpg"))
	require.Equal(t, 1, status)
	require.Regexp(t, `^\S*good\.jpg: OK, 40 × 30 pixels, version \w+, color #000000\n$`, stdout)
	for name, says := range map[string]string{"cut.jpg": "damaged", "text.jpg": "not a picture of a known format", dir: "is a directory", "absent.jpg": "no such file"} {
		require.Regexp(t, name+": "+says, stderr)
	}
	_, stderr, status = program.Run(t, binary, nil, "check", good)
	require.Zero(t, status, stderr)

	stdout, stderr, status = program.Run(t, binary, nil, "check", "-json", good, text)
	require.Equal(t, 1, status)
	require.Empty(t, stderr)
	lines := strings.Split(strings.TrimSpace(stdout), "\n")
	require.Len(t, lines, 2)
	var said struct {
		File, Version, Error string
		Width, Height        int
	}
	require.NoError(t, json.Unmarshal([]byte(lines[0]), &said))
	require.Equal(t, good, said.File)
	require.Equal(t, [2]int{40, 30}, [2]int{said.Width, said.Height})
	require.NoError(t, json.Unmarshal([]byte(lines[1]), &said))
	require.Contains(t, said.Error, "not a picture")

	cmd := exec.Command(binary, "check", "-")
	cmd.Stdin = bytes.NewReader(whole)
	out, err := cmd.Output()
	require.NoError(t, err)
	require.Contains(t, string(out), "-: OK, 40 × 30")
}

func TestAURLIsOneThatAServerAnswers(t *testing.T) {
	binary := program.Build(t, ".")
	server := program.Start(t, binary, nil, "serve", "-addr", "127.0.0.1:0", "-key", testKey)
	presets := writePresets(t, `{"hero": {"Size": "640x", "Method": "fit", "Formats": [".webp"]}}`)
	for _, args := range [][]string{
		{"animals/dogs.jpg", "60x40", "crop", ".jpg"},
		{"bowl.png", "x40", "fit", ".webp", "-version", "v1"},
		{"bowl.png", "40x40", "focus_10_20", ".png"},
		{"-presets", presets, "mountain.jpg", "hero"},
	} {
		stdout, stderr, status := program.Run(t, binary, []string{"THUMBNAIL_KEY=" + testKey, "THUMBNAIL_BASE=" + join(server.URL, base)}, append([]string{"url"}, args...)...)
		require.Zero(t, status, stderr)
		urls := strings.Fields(stdout)
		require.NotEmpty(t, urls)
		for _, url := range urls {
			resp, _ := get(t, url)
			require.Equal(t, http.StatusOK, resp.StatusCode, url)
		}
		require.Equal(t, args[0] == "-presets", len(urls) > 3)
	}
	resp, _ := get(t, server.URL)
	require.Equal(t, http.StatusNotFound, resp.StatusCode, "serve shows the gallery if it is asked to")
}
