package thumbnail_test

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail"
	"github.com/rest-thumbnails/thumbnail/internal/imagetest"
	"github.com/rest-thumbnails/thumbnail/response"
	"github.com/rest-thumbnails/thumbnail/storage"
)

// README.md's nginx configuration, with a real nginx: the first request reaches the handler, the
// second one does not.
func TestREADMEConfigurationOfNginxWorks(t *testing.T) {
	imagetest.Long(t)
	nginx := imagetest.Program(t, "nginx", "nginx")
	dir := readmeFolder(t)
	thumbs, err := storage.OpenDir(filepath.Join(dir, "thumbs"))
	require.NoError(t, err)
	defer thumbs.Close()
	signer, err := thumbnail.NewSigner([]byte(readmeKey))
	require.NoError(t, err)
	handler, err := thumbnail.NewHandler(thumbnail.Config{
		Source:    storage.FS(os.DirFS(filepath.Join(dir, "photos"))),
		Storage:   thumbs,
		Signer:    signer,
		Responder: response.Nginx{Prefix: "/_thumbs/"},
	})
	require.NoError(t, err)
	var asked atomic.Int32
	app := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		http.StripPrefix("/thumbs", handler).ServeHTTP(w, r)
	}))
	defer app.Close()

	address := startNginx(t, nginx, strings.NewReplacer("/srv", dir, "http://127.0.0.1:8080", app.URL).Replace(fenced(t, "nginx")[0]))
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	link, err := thumbnail.URL("http://"+address+"/thumbs", signer, thumbnail.Spec{
		Source: "animals/kitten.jpg", Size: thumbnail.Size{Width: 100}, Method: "crop", Ext: ".jpg",
	})
	require.NoError(t, err)
	var bodies [2]string
	for i := range bodies {
		resp, err := client.Get(link)
		require.NoError(t, err)
		body, err := io.ReadAll(resp.Body)
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		require.Equal(t, http.StatusOK, resp.StatusCode, "%s", body)
		require.Equal(t, "image/jpeg", resp.Header.Get("Content-Type"))
		require.Equal(t, []string{"public, max-age=2592000"}, resp.Header["Cache-Control"])
		require.Equal(t, []string{"nosniff"}, resp.Header["X-Content-Type-Options"])
		bodies[i] = string(body)
	}
	require.NotEmpty(t, bodies[0])
	require.Equal(t, bodies[0], bodies[1])
	require.EqualValues(t, 1, asked.Load())

	// The internal location and temporary files are not accessible.
	require.NoError(t, os.WriteFile(filepath.Join(dir, "thumbs", "\x7funfinished"), nil, 0o644))
	for _, hidden := range []string{strings.Replace(link, "/thumbs/", "/_thumbs/", 1), "http://" + address + "/thumbs/%7Funfinished"} {
		resp, err := client.Get(hidden)
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		require.Equal(t, http.StatusNotFound, resp.StatusCode, hidden)
	}
	require.EqualValues(t, 1, asked.Load())
}

// startNginx runs nginx with one server that has the locations, until the test ends, and returns
// its address.
func startNginx(t *testing.T, nginx, locations string) (address string) {
	t.Helper()
	free, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	address = free.Addr().String()
	require.NoError(t, free.Close())
	dir := t.TempDir()
	user := ""
	if os.Geteuid() == 0 {
		user = "user root;" // other users can't enter the directories of the test
	}
	file := filepath.Join(dir, "nginx.conf")
	require.NoError(t, os.WriteFile(file, fmt.Appendf(nil, `daemon off; worker_processes 1; pid %[1]s/pid; error_log %[1]s/error.log; %[2]s
events { worker_connections 64; }
http {
	access_log off;
	client_body_temp_path %[1]s/b; proxy_temp_path %[1]s/p; fastcgi_temp_path %[1]s/f; uwsgi_temp_path %[1]s/u; scgi_temp_path %[1]s/s;
	types { image/jpeg jpg; }
	server {
		listen %[3]s;
%[4]s	}
}
`, dir, user, address, locations), 0o644))
	server := exec.Command(nginx, "-e", filepath.Join(dir, "error.log"), "-c", file)
	require.NoError(t, server.Start())
	t.Cleanup(func() {
		_ = server.Process.Signal(syscall.SIGTERM)
		_ = server.Wait()
		if log, err := os.ReadFile(filepath.Join(dir, "error.log")); err == nil && t.Failed() {
			t.Logf("nginx wrote:\n%s", log)
		}
	})
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(20 * time.Millisecond) {
		conn, err := net.Dial("tcp", address)
		if err == nil {
			_ = conn.Close()
			return address
		}
		require.True(t, time.Now().Before(deadline), "nginx does not listen: %v", err)
	}
}
