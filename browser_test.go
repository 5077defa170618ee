package thumbnail_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"html/template"
	"image"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	_ "golang.org/x/image/webp"

	"github.com/rest-thumbnails/thumbnail"
	"github.com/rest-thumbnails/thumbnail/internal/browsertest"
	"github.com/rest-thumbnails/thumbnail/internal/imagetest"
	"github.com/rest-thumbnails/thumbnail/storage"
)

const (
	hostileName = `"><script>alert(1)</script>&amp; 'ä,b 2x.jpg`
	hostileText = `"><script>document.title = "owned"</script><img src=x onerror=alert(1)> & 'alt'`
)

// albumPage has pictures of every kind of preset. Text below each picture would move if the picture changed
// the layout.
const albumPage = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>album</title>{{preload .Photo "hero"}}
<style>body { margin: 0 } img { max-width: 100%; height: auto }</style></head><body>
<p>{{picture .Photo "hero" "alt" "hero" "priority" true}}</p><p>text</p>
<p>{{picture .Photo "column" "alt" "column"}}</p><p>text</p>
<p>{{img .Photo "column" "alt" "without formats"}}</p><p>text</p>
<p>{{img .Photo "avatar" "alt" "avatar"}}</p><p>text</p>
<p>{{img .Small "column" "alt" "small"}}</p><p>text</p>
<p>{{img .Hostile "avatar" "alt" .Text "title" .Text "data-x" .Text}}</p><p>text</p>
<p>{{img .Photo "padded" "alt" ""}}</p><p>text</p>
{{.Script}}</body></html>`

// albumSite serves the page and its thumbnails.
func albumSite(t *testing.T) http.Handler {
	files := fstest.MapFS{"photo.jpg": {Data: photo(t, 3000, 2000)}, "small.jpg": {Data: photo(t, 300, 200)}, hostileName: {Data: photo(t, 400, 400)}}
	h, err := thumbnail.NewHandler(thumbnail.Config{
		Source: storage.FS(files), Storage: storage.NewMemory(), Signer: newSigner(t),
		Presets: thumbnail.Presets{
			"hero":   {Size: size(1000, 500), Formats: []string{".webp"}},
			"column": {Size: size(640, 480), Formats: []string{".webp"}, Widths: []int{320, 640, 960, 1280}},
			"avatar": {Size: size(48, 48), Densities: []float64{1, 1.5, 2}},
			"padded": {Size: size(200, 200), Method: "pad_f5f5f5", Densities: []float64{1, 2}},
		},
	})
	require.NoError(t, err)
	described := func(name string) row {
		info, err := thumbnail.Describe(t.Context(), storage.FS(files), name)
		require.NoError(t, err)
		return row{File: name, Info: info}
	}
	page := template.Must(template.New("page").Funcs(h.Links("/thumbs/").FuncMap()).Parse(albumPage))
	mux := http.NewServeMux()
	mux.Handle("/thumbs/", http.StripPrefix("/thumbs", h))
	photo := described("photo.jpg")
	var mu sync.Mutex
	data := map[string]any{"Photo": photo, "Small": described("small.jpg"), "Hostile": described(hostileName), "Text": hostileText, "Script": template.HTML(browsertest.Pictures)}
	mux.HandleFunc("/page/{version}", func(w http.ResponseWriter, r *http.Request) {
		// Chromium uses a larger file that is in its cache instead of a smaller one that is not.
		mu.Lock()
		defer mu.Unlock()
		photo.Info.Version = r.PathValue("version")
		data["Photo"] = photo
		var b bytes.Buffer
		if err := page.Execute(&b, data); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		_, _ = w.Write(b.Bytes())
	})
	return mux
}

// boxInURL returns the width and height in the URL of a thumbnail.
func boxInURL(t *testing.T, path string) image.Point {
	m := regexp.MustCompile(`/(\d+)x(\d+)/[^/]+/[^/]+$`).FindStringSubmatch(path)
	require.NotNil(t, m, path)
	w, _ := strconv.Atoi(m[1])
	h, _ := strconv.Atoi(m[2])
	return image.Pt(w, h)
}

func TestChromiumLoadsTheBestFileAndTheLayoutIsStable(t *testing.T) {
	imagetest.Long(t)
	site := albumSite(t)
	widths := []int{360, 768, 1440}
	for _, scale := range []float64{1, 2} {
		var views []browsertest.View
		for _, w := range widths {
			views = append(views, browsertest.View{URL: fmt.Sprintf("/page/%g_%d", 10*scale, w), Width: w})
		}
		for i, value := range browsertest.Show(t, site, scale, views...) {
			var page browsertest.Shown
			require.NoError(t, json.Unmarshal(value, &page))
			assert.Zero(t, page.Shift, "the layout moves")
			assert.Equal(t, "album", page.Title)
			assert.Equal(t, 2, page.Scripts, "those of the test")
			require.Len(t, page.Images, 7, "%s", value)
			for _, img := range page.Images {
				require.NotZero(t, img.NaturalWidth, "%+v", img)
				checkShown(t, site, img, scale, widths[i])
			}
			byAlt := func(alt string) browsertest.ShownImage {
				j := slices.IndexFunc(page.Images, func(img browsertest.ShownImage) bool { return img.Alt == alt })
				require.GreaterOrEqual(t, j, 0, alt)
				return page.Images[j]
			}
			assert.True(t, strings.HasSuffix(byAlt("hero").Src, ".webp"), "the better format")
			assert.True(t, strings.HasSuffix(byAlt("column").Src, ".webp"))
			assert.True(t, strings.HasSuffix(byAlt("without formats").Src, ".jpg"))
			assert.Equal(t, 266, byAlt("small").Width, "nothing is enlarged: a box of 4:3 in 300x200")
			hostile := byAlt(hostileText)
			assert.Equal(t, hostileText, hostile.Attributes["title"])
			assert.Equal(t, hostileText, hostile.Attributes["data-x"])
			for name := range hostile.Attributes {
				assert.False(t, strings.HasPrefix(name, "on"), name)
			}
		}
	}
}

// checkShown checks that a picture has the pixels that its URL promises, the aspect ratio of its
// attributes, and as many pixels as the screen can show, if the original has them.
func checkShown(t *testing.T, site http.Handler, img browsertest.ShownImage, scale float64, window int) {
	w := get(site, img.Src)
	require.Equal(t, http.StatusOK, w.Code, img.Src)
	config, _, err := image.DecodeConfig(bytes.NewReader(w.Body.Bytes()))
	require.NoError(t, err)
	file := image.Pt(config.Width, config.Height)
	assert.Equal(t, boxInURL(t, img.Src), file)
	attributes := image.Pt(number(t, img.Attributes["width"]), number(t, img.Attributes["height"]))
	assert.Equal(t, min(attributes.X, window), img.Width, "%+v", img)
	assert.InDelta(t, float64(attributes.Y)/float64(attributes.X), float64(file.Y)/float64(file.X), 0.01, "%+v", img)
	assert.InDelta(t, float64(file.Y)/float64(file.X), float64(img.NaturalHeight)/float64(img.NaturalWidth), 0.02, "%+v", img)
	need := float64(img.Width) * scale
	candidates := descriptorWidths(img)
	if len(candidates) == 0 {
		return
	}
	enough := slices.IndexFunc(candidates, func(c int) bool { return float64(c) >= need })
	if enough < 0 {
		enough = len(candidates) - 1
	}
	// A browser may choose the previous file if that is closer.
	allowed := candidates[max(enough-1, 0) : enough+1]
	assert.Contains(t, allowed, file.X, "%v of %v for %v pixels: %s", file, candidates, need, img.Src)
	if file.X < candidates[enough] {
		assert.Greater(t, float64(file.X), 0.7*need, "%s", img.Src)
	}
}

func number(t *testing.T, s string) int {
	n, err := strconv.Atoi(s)
	require.NoError(t, err)
	return n
}

// descriptorWidths returns the widths of the files of a picture.
func descriptorWidths(img browsertest.ShownImage) (widths []int) {
	for _, c := range strings.Split(img.Attributes["srcset"], ", ") {
		_, descriptor, _ := strings.Cut(c, " ")
		if n, ok := strings.CutSuffix(descriptor, "w"); ok {
			w, _ := strconv.Atoi(n)
			widths = append(widths, w)
		}
		if n, ok := strings.CutSuffix(descriptor, "x"); ok {
			d, _ := strconv.ParseFloat(n, 64)
			w, _ := strconv.Atoi(img.Attributes["width"])
			widths = append(widths, int(d*float64(w)+0.5))
		}
	}
	return widths
}

// A validator finds no errors in the HTML that the functions print.
func TestPagesAreValidHTML(t *testing.T) {
	imagetest.Long(t)
	validator := filepath.Join(".tools", "npm", "node_modules", ".bin", "html-validate")
	if _, err := os.Stat(validator); err != nil {
		imagetest.Missing(t, "html-validate is not installed; make tools installs it where there is npm")
	}
	body := get(albumSite(t), "/page/1").Body.Bytes()
	body = bytes.Replace(body, []byte(browsertest.Pictures), nil, 1)
	require.NotContains(t, string(body), "PerformanceObserver")
	dir := t.TempDir()
	page := filepath.Join(dir, "page.html")
	require.NoError(t, os.WriteFile(page, body, 0o600))
	// The validator requires href on every link, but one with imagesrcset does not need it (HTML Standard,
	// 4.2.4).
	config := filepath.Join(dir, "config.json")
	require.NoError(t, os.WriteFile(config, []byte(`{"root": true, "extends": ["html-validate:standard"], "rules": {"element-required-attributes": "off"}}`), 0o600))
	run := func(file string) ([]byte, error) {
		return exec.CommandContext(t.Context(), validator, "--config", config, file).CombinedOutput()
	}
	output, err := run(page)
	require.NoError(t, err, "%s", output)
	require.NoError(t, os.WriteFile(page, bytes.Replace(body, []byte(` alt="avatar"`), []byte(` alt="a" alt="b"`), 1), 0o600))
	_, err = run(page)
	require.Error(t, err, "an attribute that is there twice")
}
