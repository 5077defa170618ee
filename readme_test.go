package thumbnail_test

import (
	"bytes"
	"fmt"
	"go/format"
	"image"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail"
	"github.com/rest-thumbnails/thumbnail/internal/imagetest"
)

// The key in the examples and test vectors of README.md.
const readmeKey = "0123456789abcdef"

// readme returns README.md and the guides of docs, concatenated.
func readme(t *testing.T) string {
	t.Helper()
	guides, err := filepath.Glob("docs/*.md")
	require.NoError(t, err)
	require.NotEmpty(t, guides)
	var all strings.Builder
	for _, file := range append([]string{"README.md"}, guides...) {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		all.Write(text)
	}
	return all.String()
}

// fenced returns the code blocks of README.md and the guides in a language.
func fenced(t *testing.T, language string) (blocks []string) {
	t.Helper()
	for _, m := range regexp.MustCompile("(?ms)^```"+language+"\n(.*?)^```$").FindAllStringSubmatch(readme(t), -1) {
		blocks = append(blocks, m[1])
	}
	require.NotEmpty(t, blocks)
	return blocks
}

// goProgram builds the code block that contains marker.
func goProgram(t *testing.T, marker string, replace ...string) (binary string) {
	t.Helper()
	for _, block := range fenced(t, "go") {
		if strings.HasPrefix(block, "package main") && strings.Contains(block, marker) {
			return buildGo(t, strings.NewReplacer(replace...).Replace(block))
		}
	}
	require.FailNow(t, "README.md has no such program", marker)
	return ""
}

// buildGo builds a program within this module.
func buildGo(t *testing.T, source string) (binary string) {
	t.Helper()
	dir := t.TempDir()
	file := filepath.Join(dir, "main.go")
	require.NoError(t, os.WriteFile(file, []byte(source), 0o644))
	binary = filepath.Join(dir, "program.exe")
	out, err := exec.Command("go", "build", "-ldflags=-s -w", "-o", binary, file).CombinedOutput()
	require.NoError(t, err, "%s\n%s", out, source)
	formatted, err := format.Source([]byte(source))
	require.NoError(t, err)
	require.Equal(t, string(formatted), source, "gofmt would change it")
	return binary
}

// readmeFolder returns a working directory with the files that the programs in README.md need.
func readmeFolder(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	require.NoError(t, os.MkdirAll(filepath.Join(dir, "photos", "animals"), 0o755))
	require.NoError(t, os.Mkdir(filepath.Join(dir, "thumbs"), 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "photos", "animals", "kitten.jpg"), photo(t, 300, 200), 0o644))
	return dir
}

// command prepares a program to run in dir with the key of README.md.
func command(dir, binary string, args ...string) *exec.Cmd {
	cmd := exec.Command(binary, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "THUMBNAIL_KEY="+readmeKey)
	return cmd
}

// serveProgram starts the program that contains marker, after the replacements, and returns its URL and a function that sends requests to it.
func serveProgram(t *testing.T, dir, marker string, replace ...string) (url string, get func(path string) (int, []byte)) {
	t.Helper()
	free, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	address := free.Addr().String()
	require.NoError(t, free.Close())
	server := command(dir, goProgram(t, marker, append(replace, "127.0.0.1:8080", address)...))
	require.NoError(t, server.Start())
	t.Cleanup(func() { _ = server.Process.Kill(); _ = server.Wait() })
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	return "http://" + address, func(path string) (int, []byte) {
		var resp *http.Response
		var err error
		for deadline := time.Now().Add(time.Minute); ; time.Sleep(20 * time.Millisecond) {
			if resp, err = client.Get("http://" + address + path); err == nil || time.Now().After(deadline) {
				break
			}
		}
		require.NoError(t, err)
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		require.NoError(t, err)
		return resp.StatusCode, body
	}
}

func TestREADMEProgramThatMountsTheHandlerServesThumbnails(t *testing.T) {
	imagetest.Long(t)
	dir := readmeFolder(t)
	_, get := serveProgram(t, dir, "// 16 random bytes or more\n\tif err != nil {\n\t\tlog.Fatal(err)\n\t}\n\thandler")
	path := "/thumbs/animals/kitten.jpg/100x100/crop/96d7643e93d96133c68e4405a16ce591863c0c46.jpg"
	code, body := get(path)
	require.Equal(t, http.StatusOK, code)
	config, format, err := image.DecodeConfig(bytes.NewReader(body))
	require.NoError(t, err)
	require.Equal(t, "jpeg 100 100", fmt.Sprint(format, " ", config.Width, " ", config.Height))
	require.FileExists(t, filepath.Join(dir, path), "the path of the URL is the path of the file")
}

func TestREADMEProgramThatLinksPrintsTheDocumentedOutput(t *testing.T) {
	imagetest.Long(t)
	out, err := command(t.TempDir(), goProgram(t, "thumbnail.FuncMap")).CombinedOutput()
	require.NoError(t, err, "%s", out)
	require.Contains(t, fenced(t, "html"), string(out))
}

func TestREADMEProgramWithItsOwnStorageStores(t *testing.T) {
	imagetest.Long(t)
	out, err := command(readmeFolder(t), goProgram(t, "mapStorage")).CombinedOutput()
	require.NoError(t, err, "%s", out)
	require.Regexp(t, `^animals/kitten\.jpg/100x100/smart/[0-9a-f]{40}\.jpg\n$`, string(out))
}

// The storage in the guide passes the conformance suite.
func TestREADMEStoragePassesTheSuite(t *testing.T) {
	imagetest.Long(t)
	for _, block := range fenced(t, "go") {
		if !strings.Contains(block, "mapStorage") {
			continue
		}
		dir := t.TempDir()
		test := `package main

import (
	"testing"

	"github.com/rest-thumbnails/thumbnail/storage/storagetest"
)

` + blockWith(t, "text", "func TestStorage")
		files := []string{filepath.Join(dir, "main.go"), filepath.Join(dir, "main_test.go")}
		require.NoError(t, os.WriteFile(files[0], []byte(block), 0o644))
		require.NoError(t, os.WriteFile(files[1], []byte(test), 0o644))
		out, err := exec.Command("go", "test", files[0], files[1]).CombinedOutput()
		require.NoError(t, err, "%s", out)
		return
	}
	require.FailNow(t, "README.md has no storage")
}

func TestREADMEHasEveryConfigField(t *testing.T) {
	_, section, _ := strings.Cut(readme(t), "\n## Config\n")
	section, _, _ = strings.Cut(section, "\n## ")
	var listed []string
	for _, row := range regexp.MustCompile("(?m)^\\| (`[^|]*`) \\|").FindAllStringSubmatch(section, -1) {
		for _, name := range strings.Split(row[1], ", ") {
			listed = append(listed, strings.Trim(name, "`"))
		}
	}
	var fields []string
	for i := range reflect.TypeFor[thumbnail.Config]().NumField() {
		fields = append(fields, reflect.TypeFor[thumbnail.Config]().Field(i).Name)
	}
	require.ElementsMatch(t, fields, listed)
}
