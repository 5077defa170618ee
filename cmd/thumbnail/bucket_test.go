package main_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rest-thumbnails/thumbnail/internal/program"
	"github.com/stretchr/testify/require"
)

// A server that refuses every request stands in for S3: the test examines only the requests and the
// messages of the program.
func TestSourceAndStorageMayBeBuckets(t *testing.T) {
	asked := make(chan string, 1000)
	bucket := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked <- r.Method + " " + r.URL.Path
		if !strings.Contains(r.Header.Get("Authorization"), "Credential=an-id/") || !strings.Contains(r.Header.Get("Authorization"), "/eu-north-1/") {
			asked <- "with " + r.Header.Get("Authorization")
		}
		w.WriteHeader(http.StatusForbidden)
		_, _ = io.WriteString(w, "<Error><Code>AccessDenied</Code></Error>")
	}))
	defer bucket.Close()
	env := []string{"AWS_ENDPOINT_URL_S3=", "AWS_ENDPOINT_URL=" + bucket.URL, "AWS_REGION=eu-north-1", "AWS_ACCESS_KEY_ID=an-id", "AWS_SECRET_ACCESS_KEY=hidden", "AWS_SESSION_TOKEN="}
	server := program.Start(t, program.Build(t, "."), env, "-addr", "127.0.0.1:0", "-key", testKey, "-source", "s3://photos/of/all", "-storage", "s3://thumbs")

	resp, _ := get(t, join(server.URL, link(t, "a.jpg", "100x100")))
	require.Equal(t, http.StatusInternalServerError, resp.StatusCode, "the gallery can't reach the bucket")
	require.Equal(t, "GET "+link(t, "a.jpg", "100x100"), <-asked)
	resp, _ = get(t, server.URL)
	require.Equal(t, http.StatusInternalServerError, resp.StatusCode)
	require.Equal(t, "GET /photos", <-asked)
	require.Empty(t, asked)

	require.Contains(t, server.Output(), "Thumbnails of s3://photos/of/all")
	require.Contains(t, server.Output(), "Thumbnails are stored in s3://thumbs.")
	require.Contains(t, server.Output(), "-lock memory works within one process")
	require.Contains(t, server.Output(), "AccessDenied")
	require.NotContains(t, server.Output(), "hidden")
	server.Stop(t)
}

func TestLockMayBeADirectoryOrRedis(t *testing.T) {
	locks := filepath.Join(t.TempDir(), "locks")
	env := []string{"AWS_ACCESS_KEY_ID=id", "AWS_SECRET_ACCESS_KEY=hidden"}
	for _, lock := range []string{"file:" + locks, "redis://:password@127.0.0.1:1/3"} {
		server := program.Start(t, program.Build(t, "."), env, "-addr", "127.0.0.1:0", "-key", testKey, "-lock", lock)
		resp, _ := get(t, join(server.URL, link(t, "bowl.png", "50x50")))
		require.Equal(t, http.StatusOK, resp.StatusCode, "Redis is down, but the lock only saves work")
		server.Stop(t)
		require.NotContains(t, server.Output(), "-lock memory")
		require.NotContains(t, server.Output(), "password")
		require.Equal(t, strings.HasPrefix(lock, "redis"), strings.Contains(server.Output(), "the lock fails"))
	}
	require.DirExists(t, locks)
	left, err := os.ReadDir(locks)
	require.NoError(t, err)
	require.Empty(t, left)
}
