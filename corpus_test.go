package thumbnail_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail"
	"github.com/rest-thumbnails/thumbnail/internal/imagetest"
	"github.com/rest-thumbnails/thumbnail/storage"
)

// Every file of the corpus goes through a handler with the default limits.
func TestTheHandlerAnswersEveryFileOfTheCorpus(t *testing.T) {
	files := imagetest.CorpusFiles(t)
	s := newSite(t)
	memory := storage.NewMemory()
	s.Source, s.Storage = storage.FS(imagetest.FileFS(files)), memory
	h := s.handler(t)
	allowed := map[string][]int{"ok": {200}, "reject": {415, 422}, "limit": {415, 422}, "lenient": {200, 415, 422}, "optional": {200, 415, 422}, "either": {200, 415, 422}}
	for _, f := range files {
		require.Contains(t, allowed, f.Expect, f.Name)
		url, err := thumbnail.URL("/", s.Signer, thumbnail.Spec{Source: f.Name, Size: thumbnail.Size{Width: 64, Height: 48}, Method: "smart", Ext: ".jpg"})
		require.NoError(t, err)
		w := get(h, url)
		assert.Contains(t, allowed[f.Expect], w.Code, "%s (%s)", f.Name, f.Expect)
		stored, err := memory.Open(t.Context(), url[1:])
		if w.Code == http.StatusOK {
			assert.Equal(t, "64x48", thumbnail.Size{Width: sizeOf(t, w.Body.Bytes()).X, Height: sizeOf(t, w.Body.Bytes()).Y}.String(), f.Name)
			require.NoError(t, err)
			stored.Close()
		} else {
			assert.Error(t, err, "%s: a failure is stored", f.Name)
		}
	}
	assert.Greater(t, len(files), 400)
}
