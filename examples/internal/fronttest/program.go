package fronttest

import (
	"html"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/examples/internal/front"
	"github.com/rest-thumbnails/thumbnail/internal/program"
)

var (
	img    = regexp.MustCompile(`<img src="([^"]+)"`)
	server = regexp.MustCompile(`the handler at (http://[^/]+)/`)
)

const key = "a key of the tests, long enough"

// TestProgram runs the program in the test's directory, which has to call [front.Main]: the gallery works,
// its thumbnails are served, doctor reports nothing, and SIGTERM ends all processes and leaves no files
// behind.
func TestProgram(t *testing.T, k front.Kind) {
	Find(t, k)
	gallery := program.Build(t, "../../cmd/thumbnail") // compiled here first, because the program must print its address in time
	temporary := PublicDir(t)
	running := program.Start(t, program.Build(t, "."), []string{"TMPDIR=" + temporary}, "-addr", "127.0.0.1:0", "-key", key)
	url := strings.TrimSuffix(running.URL, "/")
	page := visit(t, http.MethodGet, url+"/")
	require.Equal(t, http.StatusOK, page.status)
	links := img.FindAllStringSubmatch(page.body, -1)
	require.NotEmpty(t, links)
	link := html.UnescapeString(links[0][1])
	first, second := visit(t, http.MethodGet, url+link), visit(t, http.MethodGet, url+link)
	require.Equal(t, http.StatusOK, first.status, "%s", running.Output())
	require.Equal(t, []string{"image/jpeg"}, first.header["Content-Type"])
	require.Equal(t, first.body, second.body)

	stdout, stderr, status := program.Run(t, gallery, nil, "doctor", url, "-key", key)
	require.Zero(t, status, "%s%s", stdout, stderr)
	require.Contains(t, stdout, "No problems found")

	app := server.FindStringSubmatch(running.Output())
	require.NotNil(t, app, "%s", running.Output())
	running.Stop(t)
	for _, address := range []string{url, app[1]} {
		_, err := client.Get(address + link)
		require.Error(t, err, "%s still answers", address)
	}
	left, err := os.ReadDir(temporary)
	require.NoError(t, err)
	require.Empty(t, left)
}
