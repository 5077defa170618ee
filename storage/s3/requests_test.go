package s3_test

import (
	"bytes"
	"image"
	"image/jpeg"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"

	"github.com/alicebob/miniredis/v2"
	goredis "github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail"
	"github.com/rest-thumbnails/thumbnail/lock"
	"github.com/rest-thumbnails/thumbnail/lock/redis"
	"github.com/rest-thumbnails/thumbnail/storage/s3"
)

func TestAThumbnailTakesTheMinimumOfRequests(t *testing.T) {
	for name, c := range map[string]struct {
		locker func(t *testing.T) thumbnail.Locker
		looks  int
	}{
		"the lock of a process": {func(*testing.T) thumbnail.Locker { return nil }, 1},
		"a lock of several hosts": {func(t *testing.T) thumbnail.Locker {
			client := goredis.NewClient(&goredis.Options{Addr: miniredis.RunT(t).Addr()})
			t.Cleanup(func() { client.Close() })
			return redis.New(client, redis.Config{})
		}, 1},
		"a lock that remembers nothing": {func(t *testing.T) thumbnail.Locker {
			l, err := lock.NewFile(t.TempDir())
			require.NoError(t, err)
			return l
		}, 2}, // once more under the lock, because another process may have made the thumbnail meanwhile
	} {
		t.Run(name, func(t *testing.T) { testRequests(t, c.locker, c.looks) })
	}
}

func testRequests(t *testing.T, locker func(*testing.T) thumbnail.Locker, looks int) {
	server, originals := newFake(t, s3.Config{Prefix: "originals"})
	thumbs := openAt(t, fakeEndpoint(server), "bucket", s3.Config{Prefix: "thumbs"})
	var photo bytes.Buffer
	require.NoError(t, jpeg.Encode(&photo, image.NewGray(image.Rect(0, 0, 300, 200)), nil))
	server.Set("bucket", "originals/k.jpg", photo.Bytes())
	signer, err := thumbnail.NewSigner([]byte("0123456789abcdef"))
	require.NoError(t, err)
	h, err := thumbnail.NewHandler(thumbnail.Config{Source: originals, Storage: thumbs, Signer: signer, Locker: locker(t)})
	require.NoError(t, err)
	url, err := thumbnail.URL("/", signer, thumbnail.Spec{Source: "k.jpg", Size: thumbnail.Size{Width: 100, Height: 100}, Method: "crop", Ext: ".jpg"})
	require.NoError(t, err)
	get := func() {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, url, nil))
		require.Equal(t, http.StatusOK, w.Code)
	}
	get()
	look := "GET thumbs" + url + " bytes=0-1048575"
	cold := append(slices.Repeat([]string{look}, looks), "GET originals/k.jpg bytes=0-1048575", "PUT thumbs"+url)
	require.Equal(t, cold, server.Requests(), "cold")
	get()
	require.Equal(t, []string{look}, server.Requests(), "warm")
}
