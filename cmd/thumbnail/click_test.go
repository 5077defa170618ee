package main_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/internal/browsertest"
	"github.com/rest-thumbnails/thumbnail/internal/program"
)

// clicker is a script that clicks on the original, a quarter from the left and three quarters from the top,
// and reports the content of the next page.
const clicker = browsertest.Script + `<script>
addEventListener("load", () => {
	const original = document.getElementById("original");
	const box = original.getBoundingClientRect();
	if (!location.search.includes("focus")) {
		original.dispatchEvent(new MouseEvent("click", {bubbles: true, clientX: box.left + box.width / 4, clientY: box.top + 3 * box.height / 4}));
		return;
	}
	const mark = document.getElementById("mark").getBoundingClientRect();
	report({
		search: location.search, method: document.forms[0].elements.method.value,
		x: (mark.left + mark.width / 2 - box.left) / box.width, y: (mark.top + mark.height / 2 - box.top) / box.height,
		first: document.querySelector(".results img").src,
	});
});
</script>`

func TestAClickOnTheOriginalIsAFocalPoint(t *testing.T) {
	server := program.Start(t, program.Build(t, "."), nil, "-addr", "127.0.0.1:0")
	target, err := url.Parse(server.URL)
	require.NoError(t, err)
	proxy := httputil.NewSingleHostReverseProxy(target)
	proxy.ModifyResponse = func(r *http.Response) error {
		if !strings.HasPrefix(r.Header.Get("Content-Type"), "text/html") {
			return nil
		}
		page, err := io.ReadAll(r.Body)
		page = bytes.Replace(page, []byte("</head>"), []byte(clicker+"</head>"), 1)
		r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(page)), int64(len(page))
		r.Header.Set("Content-Length", fmt.Sprint(len(page)))
		r.Header.Del("Content-Security-Policy") // the policy allows neither this script nor the frame
		return err
	}
	for _, value := range browsertest.Show(t, proxy, 1, browsertest.View{URL: "/photo/drum.jpg?size=60x60&ext=.jpg", Width: 1000}) {
		var seen struct {
			Search, Method, First string
			X, Y                  float64
		}
		require.NoError(t, json.Unmarshal(value, &seen))
		require.Contains(t, seen.Search, "method=focus&ext=.jpg&x=25&y=75")
		require.Equal(t, "focus", seen.Method)
		require.InDelta(t, 0.25, seen.X, 0.01)
		require.InDelta(t, 0.75, seen.Y, 0.01)
		require.Contains(t, seen.First, "/60x60/focus_25_75/")
	}
}
