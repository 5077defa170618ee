package s3_test

import (
	"bytes"
	"image"
	"image/jpeg"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail"
	"github.com/rest-thumbnails/thumbnail/storage/s3"
)

func TestAThumbnailCostsNoMoreRequestsThanItMust(t *testing.T) {
	server, originals := newFake(t, s3.Config{Prefix: "originals"})
	thumbs := openAt(t, fakeEndpoint(server), "bucket", s3.Config{Prefix: "thumbs"})
	var photo bytes.Buffer
	require.NoError(t, jpeg.Encode(&photo, image.NewGray(image.Rect(0, 0, 300, 200)), nil))
	server.Set("bucket", "originals/k.jpg", photo.Bytes())
	signer, err := thumbnail.NewHMACSigner([]byte("0123456789abcdef"))
	require.NoError(t, err)
	h, err := thumbnail.NewHandler(thumbnail.Config{Source: originals, Storage: thumbs, Signer: signer})
	require.NoError(t, err)
	url, err := thumbnail.URL("/", signer, thumbnail.Spec{Source: "k.jpg", Size: thumbnail.Size{Width: 100, Height: 100}, Method: "crop", Ext: ".jpg"})
	require.NoError(t, err)
	get := func() {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, url, nil))
		require.Equal(t, http.StatusOK, w.Code)
	}
	get()
	thumb := " thumbs" + url
	require.Equal(t, []string{
		"GET" + thumb + " bytes=0-1048575", // is it stored?
		"GET" + thumb + " bytes=0-1048575", // once more under the lock, as another process may have made it meanwhile
		"GET originals/k.jpg bytes=0-1048575",
		"PUT" + thumb,
	}, server.Requests(), "cold")
	get()
	require.Equal(t, []string{"GET" + thumb + " bytes=0-1048575"}, server.Requests(), "warm")
}
