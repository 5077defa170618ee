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

// Redirect sends the client to another URL of the file: 302 Found (RFC 9110, section 15.4.3), with a
// Cache-Control of its own.
type Redirect struct {
	// Prefix is the public URL below which the files are, such as "https://bucket.example.com/thumbs".
	// The percent-encoded key is appended to it.
	Prefix string
	// URL, if not nil, returns the URL instead of Prefix, for example a presigned one.
	URL func(ctx context.Context, key string) (string, error)
	// MaxAge is how long the redirection may be cached; 0 means one minute, less than 0 not at all. It
	// has to be shorter than the lifetime of a presigned URL.
	MaxAge time.Duration
}

// Respond answers with a redirection. It does not read f.
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
