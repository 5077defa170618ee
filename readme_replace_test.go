package thumbnail_test

import (
	"bytes"
	"image"
	"mime/multipart"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/internal/imagetest"
)

// blockWith returns the code block of README.md or a guide that contains marker.
func blockWith(t *testing.T, language, marker string) string {
	t.Helper()
	for _, block := range fenced(t, language) {
		if strings.Contains(block, marker) {
			return block
		}
	}
	require.FailNow(t, "there is no such block", marker)
	return ""
}

// The program of README.md with the lines of its section about uploads shows the new picture under new URLs.
func TestREADMEProgramReplacesAnUpload(t *testing.T) {
	imagetest.Long(t)
	dir := readmeFolder(t)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "photos", "kitten.jpg"), photo(t, 1200, 900), 0o644))
	lines := "\t" + strings.ReplaceAll(strings.TrimSuffix(blockWith(t, "go", "version.Store"), "\n"), "\n", "\n\t") + "\n"
	base, get := serveProgram(t, dir, `{{picture "kitten.jpg"`,
		"\thttp.HandleFunc(\"/{$}\", func(w http.ResponseWriter, r *http.Request) { _ = t.Execute(w, nil) })\n", lines,
		`{{picture "kitten.jpg" "hero" "alt" "A kitten"}}`, `{{picture "kitten.jpg" "hero" "alt" "A kitten" "version" .}}`+"\n"+blockWith(t, "html", "<form"),
		"\t\"log\"\n\t\"net/http\"\n", "\t\"io\"\n\t\"log\"\n\t\"net/http\"\n\t\"sync/atomic\"\n")

	// shown returns the URL of the picture on the page and the size of the file.
	shown := func() (url string, size image.Point) {
		code, page := get("/")
		require.Equal(t, http.StatusOK, code)
		url = regexp.MustCompile(`<img src="([^"]+)"`).FindStringSubmatch(string(page))[1]
		code, data := get(url)
		require.Equal(t, http.StatusOK, code)
		config, _, err := image.DecodeConfig(bytes.NewReader(data))
		require.NoError(t, err)
		return url, image.Pt(config.Width, config.Height)
	}
	// upload sends the form with a file, and returns the status.
	upload := func(file []byte) int {
		var body bytes.Buffer
		form := multipart.NewWriter(&body)
		part, err := form.CreateFormFile("photo", "new.jpg")
		require.NoError(t, err)
		_, err = part.Write(file)
		require.NoError(t, err)
		require.NoError(t, form.Close())
		resp, err := http.Post(base+"/", form.FormDataContentType(), &body)
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		return resp.StatusCode
	}

	old, size := shown()
	require.Equal(t, image.Pt(800, 400), size)
	require.Equal(t, http.StatusUnsupportedMediaType, upload([]byte("not a picture")))
	again, _ := shown()
	require.Equal(t, old, again)
	require.Equal(t, http.StatusOK, upload(photo(t, 900, 1200)))
	replaced, _ := shown()
	require.NotEqual(t, old, replaced)
	require.NoFileExists(t, filepath.Join(dir, filepath.FromSlash(old)), "the thumbnail of the old file")
}
