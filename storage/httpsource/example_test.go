package httpsource_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"

	"github.com/rest-thumbnails/thumbnail/storage/httpsource"
)

// The originals are on another server. A server in a private network, as here, has to be allowed by its
// address.
func ExampleNew() {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "what is at %s", r.URL.Path)
	}))
	defer server.Close()

	photos, err := httpsource.New(httpsource.Config{
		Base:            server.URL + "/photos",
		AllowedPrefixes: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer photos.Close()

	f, err := photos.Open(context.Background(), "animals/kitten.jpg")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer f.Close()
	text, err := io.ReadAll(f)
	fmt.Println(string(text), err)
	// Output: what is at /photos/animals/kitten.jpg <nil>
}
