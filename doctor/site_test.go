package doctor_test

import (
	"bytes"
	"image"
	"image/jpeg"
	"io"
	"log/slog"
	"net/http"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail"
	"github.com/rest-thumbnails/thumbnail/storage"
)

// site is a handler's configuration, with k.jpg as its only original.
type site struct{ thumbnail.Config }

func newSite(t testing.TB) *site {
	var photo bytes.Buffer
	require.NoError(t, jpeg.Encode(&photo, image.NewGray(image.Rect(0, 0, 200, 100)), nil))
	return &site{thumbnail.Config{
		Source:  storage.FS(fstest.MapFS{"k.jpg": {Data: photo.Bytes()}}),
		Storage: storage.NewMemory(),
		Signer:  newSigner(t),
		Logger:  slog.New(slog.NewTextHandler(io.Discard, nil)),
	}}
}

func (s *site) handler(t testing.TB) http.Handler {
	h, err := thumbnail.NewHandler(s.Config)
	require.NoError(t, err)
	return h
}

func newSigner(t testing.TB) thumbnail.Signer {
	signer, err := thumbnail.NewSigner([]byte("0123456789abcdef"))
	require.NoError(t, err)
	return signer
}

func spec(t testing.TB, source, size, method, ext string) thumbnail.Spec {
	parsed, err := thumbnail.ParseSize(size)
	require.NoError(t, err)
	return thumbnail.Spec{Source: source, Size: parsed, Method: method, Ext: ext}
}
