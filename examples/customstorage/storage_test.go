package main

import (
	"html"
	"image"
	_ "image/jpeg"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/rest-thumbnails/thumbnail/internal/imagetest"
	"github.com/rest-thumbnails/thumbnail/internal/program"
	"github.com/rest-thumbnails/thumbnail/storage"
	"github.com/rest-thumbnails/thumbnail/storage/storagetest"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestMain(m *testing.M) { os.Exit(program.Main(m)) }

func openBolt(t testing.TB) *Bolt {
	b, err := OpenBolt(filepath.Join(t.TempDir(), "thumbnails.db"))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, b.Close()) })
	return b
}

func TestBoltIsAStorage(t *testing.T) {
	storagetest.Run(t, func(t testing.TB) storagetest.Storage {
		b := openBolt(t)
		b.db.NoSync = true // a thousand syncs would take long, and no rule simulates a power failure
		return b
	})
}

func BenchmarkBolt(b *testing.B) {
	storagetest.Bench(b, func(t testing.TB) storagetest.Storage { return openBolt(t) })
}

func TestThumbnailsSurviveInTheDatabase(t *testing.T) {
	file := filepath.Join(t.TempDir(), "thumbnails.db")
	b, err := OpenBolt(file)
	require.NoError(t, err)
	require.NoError(t, b.Put(t.Context(), "a/x.jpg", http.NoBody))
	require.NoError(t, b.Close())
	b, err = OpenBolt(file)
	require.NoError(t, err)
	defer b.Close()
	f, err := b.Open(t.Context(), "a/x.jpg")
	require.NoError(t, err)
	require.NoError(t, f.Close())
}

func TestThePageShowsThumbnailsThatAreThenInTheDatabase(t *testing.T) {
	source := filepath.Dir(imagetest.Gallery(t, "mountain.jpg")[0])
	photos, err := storage.OpenDir(source)
	require.NoError(t, err)
	defer photos.Close()
	thumbs := openBolt(t)
	handler, err := site(photos, os.DirFS(source), thumbs, "0123456789abcdef")
	require.NoError(t, err)
	server := httptest.NewServer(handler)
	defer server.Close()

	get := func(path string) *http.Response {
		resp, err := server.Client().Get(server.URL + path)
		require.NoError(t, err)
		t.Cleanup(func() { _ = resp.Body.Close() })
		require.Equal(t, http.StatusOK, resp.StatusCode, path)
		return resp
	}
	page, err := io.ReadAll(get("/").Body)
	require.NoError(t, err)
	images := regexp.MustCompile(`src="([^"]+)"`).FindAllStringSubmatch(string(page), -1)
	require.NotEmpty(t, images)
	for _, m := range images {
		url := html.UnescapeString(m[1])
		img, _, err := image.Decode(get(url).Body)
		require.NoError(t, err)
		assert.Equal(t, image.Pt(200, 200), img.Bounds().Size())
		f, err := thumbs.Open(t.Context(), url[len("/thumbs/"):])
		require.NoError(t, err, url)
		require.NoError(t, f.Close())
	}
}

func TestTheProgramServesAndStops(t *testing.T) {
	db := filepath.Join(t.TempDir(), "thumbnails.db")
	server := program.Start(t, program.Build(t, "."), nil, "-addr", "127.0.0.1:0", "-source", filepath.Dir(imagetest.Gallery(t, "mountain.jpg")[0]), "-db", db)
	resp, err := http.Get(server.URL)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	assert.Equal(t, http.StatusOK, resp.StatusCode)
	server.Stop(t)
	assert.FileExists(t, db)
}
