// Package browsertest displays pages in Chromium in tests.
package browsertest

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/internal/imagetest"
)

// A View is a page in a window of a given width.
type View struct {
	URL   string // a path on the site: "/page"
	Width int    // CSS pixels
}

// frameHeight is the height of every window in CSS pixels. Lazy pictures below the window are not loaded.
const frameHeight = 2000

// Show serves site to Chromium at a device pixel ratio, and opens every view in a frame of its width. Each
// page has to call report(value) once, which Script defines. Show returns the values as JSON, in the order
// of views. Without Chromium it skips the test.
func Show(t *testing.T, site http.Handler, scale float64, views ...View) []json.RawMessage {
	t.Helper()
	chromium := imagetest.Program(t, "chromium", "chromium")
	type result struct {
		view  int
		value json.RawMessage
	}
	results := make(chan result, 10*len(views))
	mux := http.NewServeMux()
	mux.Handle("/", site)
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprint(w, "<!doctype html><title>views</title><body style=margin:0>")
		for i, v := range views {
			fmt.Fprintf(w, `<iframe name=%d src=%q style="border:0;width:%dpx;height:%dpx;display:block"></iframe>`, i, v.URL, v.Width, frameHeight)
		}
	})
	mux.HandleFunc("POST /report/{view}", func(w http.ResponseWriter, r *http.Request) {
		view, err := strconv.Atoi(r.PathValue("view"))
		value, errRead := io.ReadAll(r.Body)
		if err == nil && errRead == nil && view < len(views) {
			results <- result{view, value}
		}
	})
	server := httptest.NewServer(mux)
	defer server.Close()
	browser := exec.Command(chromium, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
		"--disable-component-update", "--disable-sync", "--hide-scrollbars", "--user-data-dir="+t.TempDir(), fmt.Sprintf("--force-device-scale-factor=%g", scale),
		fmt.Sprintf("--window-size=2000,%d", frameHeight*len(views)), "--remote-debugging-port=0", server.URL+"/")
	browser.Stderr = io.Discard
	require.NoError(t, browser.Start())
	defer func() {
		_ = browser.Process.Kill()
		_ = browser.Wait()
	}()
	values := make([]json.RawMessage, len(views))
	timeout := time.After(3 * time.Minute)
	for missing := len(views); missing > 0; {
		select {
		case r := <-results:
			if values[r.view] == nil {
				missing--
			}
			values[r.view] = r.value
		case <-timeout:
			require.Fail(t, "not all pages have reported", "%d of %d are missing", missing, len(views))
		}
	}
	return values
}

// Script defines report, and has to be part of each page.
const Script = `<script>
function report(value) { fetch("/report/" + window.name, {method: "POST", body: JSON.stringify(value)}) }
</script>`

// Pictures is a script that reports the pictures of the page when all are loaded, or after half a minute, and
// the layout shift: a [Shown] as JSON.
const Pictures = Script + `<script>
let shift = 0
new PerformanceObserver(list => { for (const e of list.getEntries()) shift += e.value }).observe({type: "layout-shift", buffered: true})
window.addEventListener("load", async () => {
	const images = [...document.images]
	// A picture that has just changed its candidate counts as complete, but has no pixels yet.
	for (let tries = 0; tries < 300 && !images.every(i => i.complete && i.naturalWidth > 0); tries++)
		await new Promise(done => setTimeout(done, 100))
	await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))
	report({shift, title: document.title, scripts: document.scripts.length, images: images.map(i => ({
		src: new URL(i.currentSrc || i.src, location).pathname, alt: i.alt, attributes: Object.fromEntries([...i.attributes].map(a => [a.name, a.value])),
		naturalWidth: i.naturalWidth, naturalHeight: i.naturalHeight, width: i.width, height: i.height,
	}))})
})
</script>`

// Shown is the report of the script Pictures.
type Shown struct {
	Shift   float64 // layout shift, the sum of all entries
	Title   string
	Scripts int
	Images  []ShownImage
}

// A ShownImage is an img element of a page.
type ShownImage struct {
	Src                         string // the path that was loaded
	Alt                         string
	Attributes                  map[string]string
	NaturalWidth, NaturalHeight int // CSS pixels, after the density of the candidate
	Width, Height               int // as displayed on the page
}
