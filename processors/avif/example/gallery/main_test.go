package main

import (
	"html"
	"io"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/rest-thumbnails/thumbnail/internal/program"
)

func TestMain(m *testing.M) { os.Exit(program.Main(m)) }

func get(t *testing.T, url string) (string, string) {
	t.Helper()
	resp, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatal(url, resp.Status, err)
	}
	return resp.Header.Get("Content-Type"), string(body)
}

func TestTheGalleryShowsAVIFAndTheOtherFormats(t *testing.T) {
	binary := program.Build(t, ".")
	server := program.Start(t, binary, nil, "-addr", "127.0.0.1:0")
	_, page := get(t, server.URL+"photo/mountain.jpg?size=60x40")
	links := regexp.MustCompile(`<img src="(/thumbs/[^"]+\.avif)"`).FindAllStringSubmatch(page, -1)
	if len(links) != 2 {
		t.Fatal(page)
	}
	kind, body := get(t, strings.TrimSuffix(server.URL, "/")+html.UnescapeString(links[0][1]))
	if kind != "image/avif" || !strings.HasPrefix(body[4:], "ftypavif") {
		t.Fatal(kind)
	}
	for path, part := range map[string]string{"picture": `<source type="image/avif"`, "fidelity": `<b>.avif</b>`} {
		if _, page := get(t, server.URL+path); !strings.Contains(page, part) {
			t.Error(path, page)
		}
	}

	file := t.TempDir() + "/small.avif"
	if err := os.WriteFile(file, []byte(body), 0o644); err != nil {
		t.Fatal(err)
	}
	stdout, stderr, status := program.Run(t, binary, nil, "check", file)
	if status != 0 || !strings.Contains(stdout, "OK, 60 × 40") {
		t.Error(stdout, stderr)
	}
}
