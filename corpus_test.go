package thumbnail_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail"
	"github.com/rest-thumbnails/thumbnail/storage"
)

// Every file of the corpus, which lies beside the project, goes through a handler with the default
// limits.
func TestTheHandlerAnswersForEveryFileOfTheCorpus(t *testing.T) {
	dir := filepath.Join("..", "shared", "corpus")
	manifest, err := os.ReadFile(filepath.Join(dir, "MANIFEST.tsv"))
	if err != nil {
		t.Skip("the corpus of real and hostile images is not beside the project: ", err)
	}
	s := newSite(t)
	memory := storage.NewMemory()
	s.Source, s.Storage = storage.FS(os.DirFS(dir)), memory
	h := s.handler(t)
	allowed := map[string][]int{"ok": {200}, "reject": {415, 422}, "limit": {415, 422}, "lenient": {200, 415, 422}, "optional": {200, 415, 422}, "either": {200, 415, 422}}
	seen := 0
	for line := range strings.Lines(string(manifest)) {
		row := strings.Split(line, "\t")
		if len(row) < 10 || allowed[row[9]] == nil {
			continue // the heading
		}
		seen++
		url, err := thumbnail.URL("/", s.Signer, thumbnail.Spec{Source: row[0], Size: thumbnail.Size{Width: 64, Height: 48}, Method: "smart", Ext: ".jpg"})
		require.NoError(t, err)
		w := get(h, url)
		assert.Contains(t, allowed[row[9]], w.Code, "%s (%s)", row[0], row[9])
		f, err := memory.Open(t.Context(), url[1:])
		if w.Code == http.StatusOK {
			assert.Equal(t, "64x48", thumbnail.Size{Width: sizeOf(t, w.Body.Bytes()).X, Height: sizeOf(t, w.Body.Bytes()).Y}.String(), row[0])
			require.NoError(t, err)
			f.Close()
		} else {
			assert.Error(t, err, "%s: a failure is stored", row[0])
		}
	}
	assert.Greater(t, seen, 400)
}
