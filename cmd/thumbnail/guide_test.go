package main_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/internal/program"
)

// Every command in docs/program.md runs, with the presets file shown there and a directory of photos. Of serve, only the start is tested.
func TestTheCommandsInTheGuideRun(t *testing.T) {
	text, err := os.ReadFile("../../docs/program.md")
	require.NoError(t, err)
	block := func(language, marker string) string {
		for _, m := range regexp.MustCompile("(?ms)^```"+language+"\n(.*?)^```$").FindAllStringSubmatch(string(text), -1) {
			if strings.Contains(m[1], marker) {
				return m[1]
			}
		}
		require.FailNow(t, "the guide has no such block", marker)
		return ""
	}
	binary := program.Build(t, ".")
	dir := t.TempDir()
	writePhotos(t, filepath.Join(dir, "srv", "photos"), 2)
	require.NoError(t, os.Rename(filepath.Join(dir, "srv", "photos", "00"), filepath.Join(dir, "srv", "photos", "animals")))
	require.NoError(t, os.Rename(filepath.Join(dir, "srv", "photos", "animals", "0000.jpg"), filepath.Join(dir, "srv", "photos", "animals", "kitten.jpg")))
	require.NoError(t, os.MkdirAll(filepath.Join(dir, "srv", "thumbs"), 0o755))
	require.NoError(t, os.Symlink(filepath.Join(dir, "srv", "photos", "animals"), filepath.Join(dir, "upload")))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "presets.json"), []byte(block("json", `"Size"`)), 0o644))

	var setup, server string
	var env []string
	ran := map[string]string{}
	for line := range strings.Lines(strings.ReplaceAll(block("sh", "thumbnail serve"), "/srv/", dir+"/srv/")) {
		line, _, _ = strings.Cut(strings.TrimSpace(line), " #")
		words := strings.Fields(line)
		switch {
		case words[0] == "export":
			setup = strings.ReplaceAll(line, "$(openssl rand -hex 32)", "0123456789abcdef")
			env = strings.Fields(setup)[1:]
		case words[1] == "serve":
			started := program.Start(t, binary, append(env, "PWD="+dir, "THUMBNAIL_PRESETS="+filepath.Join(dir, "presets.json")), append(words[1:], "-addr", "127.0.0.1:0")...)
			defer started.Stop(t)
			server = started.URL
		default:
			line = strings.ReplaceAll(line, "https://www.example.com/", server)
			cmd := exec.Command("sh", "-c", setup+"\nthumbnail() { "+binary+` "$@"; }`+"\n"+line)
			cmd.Dir = dir
			out, err := cmd.CombinedOutput()
			if words[1] == "doctor" { // doctor notices that there is no nginx in front of the server
				require.Contains(t, string(out), "the header that names the file, but no file", line)
			} else {
				require.NoError(t, err, "%s: %s", line, out)
			}
			ran[words[1]] = string(out)
		}
	}
	require.Len(t, ran, 5)
	require.Contains(t, ran["url"], "/thumbs/animals/kitten.jpg/400x300/crop/")
	require.NotEmpty(t, stored(t, filepath.Join(dir, "srv", "thumbs")), "warm makes thumbnails: %s", ran["warm"])
}
