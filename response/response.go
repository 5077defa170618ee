// Package response answers requests with stored thumbnails: [Stream] sends the bytes itself; [Nginx] and
// [Apache] let a web server in front send the file; [Redirect] redirects the client.
//
// Each type implements thumbnail.Responder. Respond expects Content-Type and Cache-Control to be
// set, and writes nothing if it returns an error. Any number of goroutines may call it at once.
package response

import (
	"io/fs"
	"net/http"
	"strconv"
	"strings"
)

// ETag returns a strong entity tag (RFC 9110, section 8.8.3) for a file. If info has a method ETag()
// string, as for S3, and it returns a nonempty tag, ETag returns that tag. Otherwise the tag has nginx's
// form, the modification time in seconds and the size, in hexadecimal, so that a validator from nginx is
// valid here and vice versa. A file without a modification time has no tag; ETag then returns "".
//
// A file that changes within one second and keeps its size would keep its tag; thumbnails of one name do
// not change that way.
func ETag(info fs.FileInfo) string {
	if tag := ownETag(info); tag != "" {
		return tag
	}
	if !hasTime(info) {
		return ""
	}
	b := make([]byte, 0, 32)
	b = append(b, '"')
	b = strconv.AppendInt(b, info.ModTime().Unix(), 16)
	b = append(b, '-')
	b = strconv.AppendInt(b, info.Size(), 16)
	return string(append(b, '"'))
}

// ownETag returns the entity tag that a file provides, or "".
func ownETag(info fs.FileInfo) string {
	if tagged, ok := info.(interface{ ETag() string }); ok {
		return tagged.ETag()
	}
	return ""
}

func hasTime(info fs.FileInfo) bool {
	return info.ModTime().Unix() >= 0 // a time before 1970, such as the zero time, means that there is none
}

// FallbackHeader is the request header by which a web server reports that the file that [Nginx] or [Apache] named
// does not exist any more, because it was removed in between. [Nginx] or [Apache] then sends the bytes itself, and
// sets the header in the response, too. Clients may also send this header: such a request costs the program no more
// than one to [Stream].
const FallbackHeader = "Thumbnail-Fallback"

// sendsItself reports whether the web server could not send the file, and marks the answer.
func sendsItself(w http.ResponseWriter, r *http.Request) bool {
	if r.Header.Get(FallbackHeader) == "" {
		return false
	}
	w.Header().Set(FallbackHeader, "1")
	return true
}

// join puts a slash between a prefix and a key, unless the prefix ends with one.
func join(prefix, key string) string {
	return strings.TrimSuffix(prefix, "/") + "/" + key
}
