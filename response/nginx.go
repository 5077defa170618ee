package response

import (
	"io/fs"
	"net/http"
	"net/url"
)

// Nginx lets nginx send the file: its answer has the path of the file in an internal location in the header
// X-Accel-Redirect (nginx, module ngx_http_proxy). Caddy can handle the same header with its directive
// handle_response.
//
// nginx keeps Content-Type and Cache-Control, and sets its own ETag and Last-Modified.
type Nginx struct {
	// Prefix is the path of the internal location, such as "/_thumbs/". The percent-encoded key is appended
	// to it.
	Prefix string
}

// Respond answers with the header X-Accel-Redirect and no body, or like [Stream] if the request has
// [FallbackHeader].
func (n Nginx) Respond(w http.ResponseWriter, r *http.Request, key string, f fs.File) error {
	if sendsItself(w, r) {
		return Stream{}.Respond(w, r, key, f)
	}
	w.Header().Set("X-Accel-Redirect", join(n.Prefix, (&url.URL{Path: key}).EscapedPath()))
	return nil
}
