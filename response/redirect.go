package response

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Redirect redirects the client to another URL of the file: 302 Found (RFC 9110, section 15.4.3), with its
// own Cache-Control.
type Redirect struct {
	// Prefix is the public URL under which the files are, such as "https://bucket.example.com/thumbs". The
	// percent-encoded key is appended to it.
	Prefix string
	// URL, if not nil, is used instead of Prefix. It returns the URL, for example a presigned one.
	URL func(ctx context.Context, key string) (string, error)
	// MaxAge is how long the redirect may be cached; 0 means one minute, and a negative value disables
	// caching. MaxAge has to be shorter than the lifetime of a presigned URL.
	MaxAge time.Duration
}

// Respond answers with a redirect. It does not read f.
func (d Redirect) Respond(w http.ResponseWriter, r *http.Request, key string, f fs.File) error {
	location := join(d.Prefix, (&url.URL{Path: key}).EscapedPath())
	if d.URL != nil {
		var err error
		if location, err = d.URL(r.Context(), key); err != nil {
			return fmt.Errorf("URL of %q: %w", key, err)
		}
	}
	if location == "" || strings.ContainsAny(location, "\r\n\x00") {
		return errors.New("no usable URL for " + strconv.Quote(key))
	}
	header := w.Header()
	header.Del("Content-Type")
	header.Set("Cache-Control", d.cacheControl())
	header.Set("Location", location)
	w.WriteHeader(http.StatusFound)
	return nil
}

func (d Redirect) cacheControl() string {
	switch {
	case d.MaxAge < 0:
		return "no-store"
	case d.MaxAge == 0:
		return "public, max-age=60"
	}
	return "public, max-age=" + strconv.FormatInt(int64(d.MaxAge/time.Second), 10)
}
