package main_test

import (
	"bytes"
	"image"
	"image/png"
	"net/http"
	"net/http/httptrace"
	"os"
	"os/signal"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rest-thumbnails/thumbnail"
	"github.com/rest-thumbnails/thumbnail/internal/program"
	"github.com/stretchr/testify/require"
)

const testKey = "a key of the tests, long enough"

// link signs a thumbnail with testKey.
func link(t *testing.T, source, size string) string {
	t.Helper()
	signer, err := thumbnail.NewSigner([]byte(testKey))
	require.NoError(t, err)
	px, err := thumbnail.ParseSize(size)
	require.NoError(t, err)
	url, err := thumbnail.URL(base, signer, thumbnail.Spec{Source: source, Size: px, Method: "crop", Ext: ".jpg"})
	require.NoError(t, err)
	return url
}

func TestSIGTERMLetsAGenerationFinish(t *testing.T) {
	dir, stored := t.TempDir(), t.TempDir()
	// The picture is large enough to keep the server busy for longer than the pause below. On a faster machine
	// the test still passes, but checks less.
	var large bytes.Buffer
	require.NoError(t, png.Encode(&large, image.NewNRGBA(image.Rect(0, 0, 8000, 8000))))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "large.png"), large.Bytes(), 0o644))
	server := program.Start(t, program.Build(t, "."), nil, "-addr", "127.0.0.1:0", "-source", dir, "-thumbs", stored, "-key", testKey)

	url := link(t, "large.png", "100x100")
	sent := make(chan struct{})
	request, err := http.NewRequestWithContext(httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{
		WroteRequest: func(httptrace.WroteRequestInfo) { close(sent) },
	}), http.MethodGet, join(server.URL, url), nil)
	require.NoError(t, err)
	type answer struct {
		*http.Response
		error
	}
	answers := make(chan answer, 1)
	go func() {
		resp, err := http.DefaultClient.Do(request)
		answers <- answer{resp, err}
	}()
	<-sent
	time.Sleep(300 * time.Millisecond) // for the server to read the request
	server.Terminate(t)
	got := <-answers
	require.NoError(t, got.error)
	defer got.Body.Close()
	require.Equal(t, http.StatusOK, got.StatusCode)
	img, _, err := image.Decode(got.Body)
	require.NoError(t, err)
	require.Equal(t, image.Pt(100, 100), img.Bounds().Size())
	server.Wait(t)
	require.FileExists(t, filepath.Join(stored, strings.TrimPrefix(url, base)))
}

func TestTemporaryThumbnailsAreRemovedAtExit(t *testing.T) {
	temporary := t.TempDir()
	server := program.Start(t, program.Build(t, "."), []string{"TMPDIR=" + temporary}, "-addr", "127.0.0.1:0")
	resp, _ := get(t, join(server.URL, figures(t, server.URL)[0].Link))
	require.Equal(t, http.StatusOK, resp.StatusCode)
	made, err := filepath.Glob(filepath.Join(temporary, "thumbs-*", "animals"))
	require.NoError(t, err)
	require.Len(t, made, 1)
	require.Contains(t, server.Output(), filepath.Dir(made[0]), "it says where they are")
	require.Contains(t, server.Output(), "The key is random")

	server.Stop(t)
	left, err := os.ReadDir(temporary)
	require.NoError(t, err)
	require.Empty(t, left)

	if signal.Ignored(syscall.SIGHUP) {
		return // these tests run under nohup, and the program then ignores the signal as well
	}
	server = program.Start(t, program.Build(t, "."), []string{"TMPDIR=" + temporary}, "-addr", "127.0.0.1:0")
	server.HangUp(t)
	server.Wait(t)
	left, err = os.ReadDir(temporary)
	require.NoError(t, err)
	require.Empty(t, left, "a closed terminal is an exit, too")
}

func TestWithAKeyThumbnailsOutliveTheProgram(t *testing.T) {
	stored := filepath.Join(t.TempDir(), "made", "if absent")
	binary := program.Build(t, ".")
	first := program.Start(t, binary, nil, "-addr", "127.0.0.1:0", "-thumbs", stored, "-key", testKey)
	resp, body := get(t, join(first.URL, link(t, "bowl.png", "50x50")))
	require.Equal(t, http.StatusOK, resp.StatusCode)
	require.NotContains(t, first.Output(), testKey)
	first.Stop(t)

	// The second program has no such photo, so it can only have found the stored thumbnail.
	second := program.Start(t, binary, []string{"THUMBNAIL_KEY=" + testKey, "THUMBNAIL_THUMBS=" + stored}, "-addr", "127.0.0.1:0", "-source", t.TempDir())
	resp, again := get(t, join(second.URL, link(t, "bowl.png", "50x50")))
	require.Equal(t, http.StatusOK, resp.StatusCode)
	require.Equal(t, body, again)
	resp, _ = get(t, join(second.URL, link(t, "bowl.png", "51x51")))
	require.Equal(t, http.StatusNotFound, resp.StatusCode)
}

func TestDjangoSignerMakesTheOriginalsURLs(t *testing.T) {
	server := program.Start(t, program.Build(t, "."), nil, "-addr", "127.0.0.1:0", "-signer", "django", "-key", "foobar", "-source", kittens(t))
	for _, path := range []string{
		"/thumbs/animals/kitten.jpg/100x100/crop/38cdd9ad3dda068a81ebd59c113039637c1c8d1d.jpg",
		"/thumbs/animals/kitten.jpg/100x0/crop/0bdf03e5d6628d1b9284ee757dd141a28a23640c.jpg",
	} {
		resp, _ := get(t, join(server.URL, path))
		require.Equal(t, http.StatusOK, resp.StatusCode, path)
	}
	_, body := get(t, server.URL)
	require.Regexp(t, regexp.MustCompile(`/thumbs/animals/kitten\.jpg/120x0/crop/[0-9a-f]{40}\.jpg`), string(body))
}

// kittens returns a source with the picture that the documentation uses.
func kittens(t *testing.T) string {
	dir := t.TempDir()
	writePicture(t, dir, "animals/kitten.jpg")
	return dir
}

func TestWebServersAreToldWhatToSend(t *testing.T) {
	binary := program.Build(t, ".")
	stored := t.TempDir()
	path := link(t, "bowl.png", "50x50")
	key := strings.TrimPrefix(path, base)
	for _, c := range []struct{ flags, header, value string }{
		{"-response nginx", "X-Accel-Redirect", "/_thumbs/" + key},
		{"-response nginx -response-prefix /internal", "X-Accel-Redirect", "/internal/" + key},
		{"-response apache", "X-Sendfile", filepath.Join(stored, key)},
		{"-response apache -response-prefix /srv/thumbs", "X-Sendfile", "/srv/thumbs/" + key},
	} {
		server := program.Start(t, binary, nil, append(strings.Fields(c.flags), "-addr", "127.0.0.1:0", "-key", testKey, "-thumbs", stored)...)
		resp, body := get(t, join(server.URL, path))
		require.Equal(t, http.StatusOK, resp.StatusCode)
		require.Empty(t, body)
		require.Equal(t, c.value, resp.Header.Get(c.header), c.flags)
		server.Stop(t)
	}
}

func TestAHeaderBeyondTheLimitIsRefused(t *testing.T) {
	server := program.Start(t, program.Build(t, "."), nil, "-addr", "127.0.0.1:0")
	request, err := http.NewRequest(http.MethodGet, server.URL, nil)
	require.NoError(t, err)
	request.Header.Set("X-Large", strings.Repeat("x", 64<<10))
	resp, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	defer resp.Body.Close()
	require.Equal(t, http.StatusRequestHeaderFieldsTooLarge, resp.StatusCode)
}
