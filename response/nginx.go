package response

import (
	"io/fs"
	"net/http"
	"net/url"
)

// Nginx names the file to nginx, which sends it: the header X-Accel-Redirect (nginx, module ngx_http_proxy) with a path of a location
// that is internal. Caddy understands the same header through its directive handle_response.
//
// nginx keeps Content-Type and Cache-Control, and makes ETag and Last-Modified of its own.
type Nginx struct {
	// Prefix is the path of that location, "/_thumbs/". It is put before the key as it is, the key percent-encoded.
	Prefix string
}

// Respond answers with no body and the header X-Accel-Redirect.
func (n Nginx) Respond(w http.ResponseWriter, r *http.Request, key string, f fs.File) error {
	w.Header().Set("X-Accel-Redirect", join(n.Prefix, (&url.URL{Path: key}).EscapedPath()))
	return nil
}
