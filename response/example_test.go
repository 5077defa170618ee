package response_test

import (
	"context"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	"github.com/rest-thumbnails/thumbnail/response"
	"github.com/rest-thumbnails/thumbnail/storage"
)

const exampleKey = "animals/kitten 1.jpg/100x100/crop/5a1e.jpg"

// answerOf returns the response of a responder for a stored thumbnail. A handler calls Respond in the same
// way.
func answerOf(responder interface {
	Respond(w http.ResponseWriter, r *http.Request, key string, f fs.File) error
}) *httptest.ResponseRecorder {
	ctx, thumbs, w := context.Background(), storage.NewMemory(), httptest.NewRecorder()
	if err := thumbs.Put(ctx, exampleKey, strings.NewReader("a JPEG")); err != nil {
		panic(err)
	}
	f, err := thumbs.Open(ctx, exampleKey)
	if err != nil {
		panic(err)
	}
	defer f.Close()
	if err := responder.Respond(w, httptest.NewRequest(http.MethodGet, "/", nil), exampleKey, f); err != nil {
		panic(err)
	}
	return w
}

// The handler sends the bytes.
func ExampleStream() {
	w := answerOf(response.Stream{})
	fmt.Println(w.Code, w.Body, w.Header().Get("Accept-Ranges"))
	// Output: 200 a JPEG bytes
}

// nginx sends the file. Its configuration has: location /_thumbs/ { internal; alias /var/thumbs/; }
func ExampleNginx() {
	w := answerOf(response.Nginx{Prefix: "/_thumbs/"})
	fmt.Println(w.Code, w.Body.Len(), w.Header().Get("X-Accel-Redirect"))
	// Output: 200 0 /_thumbs/animals/kitten%201.jpg/100x100/crop/5a1e.jpg
}

// Apache sends the file. Its configuration has: XSendFilePath /var/thumbs
func ExampleApache() {
	w := answerOf(response.Apache{Root: "/var/thumbs"})
	fmt.Println(w.Code, w.Body.Len(), w.Header().Get("X-Sendfile"))
	// Output: 200 0 /var/thumbs/animals/kitten 1.jpg/100x100/crop/5a1e.jpg
}

// The client fetches the file from a bucket or a CDN.
func ExampleRedirect() {
	w := answerOf(response.Redirect{Prefix: "https://cdn.example.com/thumbs", MaxAge: time.Hour})
	fmt.Println(w.Code, w.Header().Get("Location"))
	fmt.Println(w.Header().Get("Cache-Control"))
	// Output:
	// 302 https://cdn.example.com/thumbs/animals/kitten%201.jpg/100x100/crop/5a1e.jpg
	// public, max-age=3600
}
