package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	_ "golang.org/x/image/webp"

	"github.com/rest-thumbnails/thumbnail/internal/browsertest"
)

func photoOf(t *testing.T, width, height int, c color.Color) []byte {
	img := image.NewRGBA(image.Rect(0, 0, width, height))
	for i := range width * height {
		img.Set(i%width, i/width, c)
	}
	var b bytes.Buffer
	require.NoError(t, jpeg.Encode(&b, img, nil))
	return b.Bytes()
}

// visitor is a browser without scripts.
type visitor struct {
	t *testing.T
	h http.Handler
}

func (v visitor) get(path string) (int, []byte) {
	w := httptest.NewRecorder()
	v.h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
	return w.Code, w.Body.Bytes()
}

func (v visitor) page() string {
	code, body := v.get("/")
	require.Equal(v.t, http.StatusOK, code)
	return string(body)
}

func (v visitor) post(path, title string, file []byte) (int, string) {
	var b bytes.Buffer
	form := multipart.NewWriter(&b)
	require.NoError(v.t, form.WriteField("title", title))
	part, err := form.CreateFormFile("photo", "IMG_1.JPG")
	require.NoError(v.t, err)
	_, err = part.Write(file)
	require.NoError(v.t, err)
	require.NoError(v.t, form.Close())
	r := httptest.NewRequest(http.MethodPost, path, &b)
	r.Header.Set("Content-Type", form.FormDataContentType())
	w := httptest.NewRecorder()
	v.h.ServeHTTP(w, r)
	return w.Code, w.Body.String()
}

var thumbnailURL = regexp.MustCompile(`/thumbs/[^" ,]+`)

// colorOf returns the color in the middle of the first thumbnail on a page.
func (v visitor) colorOf(page string) color.NRGBA {
	url := thumbnailURL.FindString(page)
	require.NotEmpty(v.t, url, page)
	code, body := v.get(strings.ReplaceAll(url, "&#43;", "+"))
	require.Equal(v.t, http.StatusOK, code, url)
	img, _, err := image.Decode(bytes.NewReader(body))
	require.NoError(v.t, err)
	c := color.NRGBAModel.Convert(img.At(img.Bounds().Dx()/2, img.Bounds().Dy()/2)).(color.NRGBA)
	return c
}

func newVisitor(t *testing.T) (visitor, string) {
	dir := t.TempDir()
	s := newSite(dir, []byte("a key for the tests"))
	t.Cleanup(func() {
		s.running.Wait()
		require.NoError(t, s.db.Close())
	})
	return visitor{t, s.routes()}, dir
}

func filesIn(t *testing.T, dir string) []string {
	all, err := filepath.Glob(filepath.Join(dir, "*"))
	require.NoError(t, err)
	return all
}

func TestAPhotoIsUploadedReplacedAndDeleted(t *testing.T) {
	v, dir := newVisitor(t)
	assert.Contains(t, v.page(), "No photos yet")
	code, body := v.post("/photos", `<b>"red"</b>`, photoOf(t, 1600, 1200, color.RGBA{R: 200, A: 255}))
	require.Equal(t, http.StatusSeeOther, code, body)
	page := v.page()
	assert.Contains(t, page, "&lt;b&gt;")
	assert.NotContains(t, page, "<b>")
	assert.Contains(t, page, `type="image/webp"`)
	assert.Greater(t, v.colorOf(page).R, uint8(180))
	old := thumbnailURL.FindAllString(page, -1)

	code, body = v.post("/photos/1", "", []byte("no picture"))
	assert.Equal(t, http.StatusUnsupportedMediaType, code)
	assert.NotEmpty(t, body)
	assert.Greater(t, v.colorOf(v.page()).R, uint8(180), "a bad file does not take the place of a good one")

	code, body = v.post("/photos/1", "", photoOf(t, 1600, 1200, color.RGBA{B: 200, A: 255}))
	require.Equal(t, http.StatusSeeOther, code, body)
	assert.Greater(t, v.colorOf(v.page()).B, uint8(180))
	assert.NotEqual(t, old, thumbnailURL.FindAllString(v.page(), -1), "a replaced photo has new URLs")

	code, _ = v.post("/photos/1/delete", "", nil)
	require.Equal(t, http.StatusSeeOther, code)
	assert.Contains(t, v.page(), "No photos yet")
	assert.Empty(t, filesIn(t, filepath.Join(dir, "originals")))
	code, _ = v.get(old[0])
	assert.Equal(t, http.StatusNotFound, code, "a deleted photo is not public")
	code, _ = v.post("/photos/1", "", photoOf(t, 10, 10, color.White))
	assert.Equal(t, http.StatusNotFound, code)
}

func TestMetricsCountThumbnails(t *testing.T) {
	v, _ := newVisitor(t)
	code, _ := v.post("/photos", "a", photoOf(t, 800, 600, color.White))
	require.Equal(t, http.StatusSeeOther, code)
	v.colorOf(v.page())
	code, body := v.get("/metrics")
	require.Equal(t, http.StatusOK, code)
	assert.Regexp(t, `thumbnails_generated_total [1-9]`, string(body))
}

func TestChromiumShowsTheSite(t *testing.T) {
	v, _ := newVisitor(t)
	for i, c := range []color.Color{color.RGBA{R: 200, A: 255}, color.RGBA{G: 200, A: 255}, color.RGBA{B: 200, A: 255}} {
		code, body := v.post("/photos", fmt.Sprint("photo ", i), photoOf(t, 1600, 1200, c))
		require.Equal(t, http.StatusSeeOther, code, body)
	}
	site := http.NewServeMux()
	site.Handle("/", v.h)
	site.HandleFunc("/site", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, strings.Replace(v.page(), "</head>", browsertest.Pictures+"</head>", 1))
	})
	for _, width := range []int{360, 1440} {
		for _, value := range browsertest.Show(t, site, 2, browsertest.View{URL: "/site", Width: width}) {
			var page browsertest.Shown
			require.NoError(t, json.Unmarshal(value, &page))
			require.Len(t, page.Images, 4)
			assert.Zero(t, page.Shift)
			for _, img := range page.Images {
				assert.NotZero(t, img.NaturalWidth, "%+v", img)
			}
			assert.Contains(t, page.Images[0].Src, ".webp")
			assert.Contains(t, page.Images[1].Src, "/400x400/smart/", "for a screen of two pixels for one")
		}
	}
}
