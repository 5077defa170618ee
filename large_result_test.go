package thumbnail_test

import (
	"net/http"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail"
	"github.com/rest-thumbnails/thumbnail/internal/imagetest"
	"github.com/rest-thumbnails/thumbnail/storage"
)

// By default, MaxMemory is sufficient for the largest thumbnail that MaxWidth and MaxHeight allow.
func TestTheLargestThumbnailIsMadeByDefault(t *testing.T) {
	imagetest.Long(t)
	signer := newSigner(t)
	h, err := thumbnail.NewHandler(thumbnail.Config{
		Source: storage.FS(fstest.MapFS{"k.jpg": {Data: photo(t, 1000, 1000)}}), Storage: storage.NewMemory(), Signer: signer,
	})
	require.NoError(t, err)
	for _, ext := range []string{".jpg", ".webp"} {
		link, err := thumbnail.URL("/", signer, thumbnail.Spec{Source: "k.jpg", Size: thumbnail.Size{Width: 4096, Height: 4096}, Method: "crop", Ext: ext})
		require.NoError(t, err)
		require.Equal(t, http.StatusOK, get(h, link).Code, ext)
	}
}
