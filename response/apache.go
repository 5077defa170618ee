package response

import (
	"fmt"
	"io/fs"
	"net/http"
	"strconv"
	"strings"
)

// Apache lets Apache send the file: its answer has the path of the file in the header X-Sendfile of
// mod_xsendfile. The directive XSendFilePath has to allow Root.
type Apache struct {
	// Root is the absolute path of the directory that holds the thumbnails.
	Root string
}

// Respond answers with the header X-Sendfile and no body, or like [Stream] if the request has
// [FallbackHeader]. The entity tag has Apache's form in both cases. The path in the header is not encoded,
// because mod_xsendfile 0.12 does not decode it. A key with a byte that a header can't contain is therefore
// an error.
func (a Apache) Respond(w http.ResponseWriter, r *http.Request, key string, f fs.File) error {
	if sendsItself(w, r) {
		return Stream{}.send(w, r, key, f, apacheETag)
	}
	path := join(a.Root, key)
	if strings.ContainsAny(path, "\r\n\x00") {
		return fmt.Errorf("path %q in a header", path)
	}
	info, err := f.Stat()
	if err != nil {
		return fmt.Errorf("stat %q: %w", key, err)
	}
	// mod_xsendfile keeps the application's entity tag. It sends no Accept-Ranges, although it supports
	// ranges.
	if tag := apacheETag(info); tag != "" {
		w.Header()["Etag"] = []string{tag}
	}
	w.Header().Set("Accept-Ranges", "bytes")
	w.Header().Set("X-Sendfile", path)
	return nil
}

// apacheETag is [ETag] in the form of Apache (FileETag MTime Size, its default): the size and the
// modification time in microseconds, in hexadecimal. A validator that Apache sent for the stored file is
// therefore valid here, and vice versa.
func apacheETag(info fs.FileInfo) string {
	if tag := ownETag(info); tag != "" || !hasTime(info) {
		return tag
	}
	return `"` + strconv.FormatInt(info.Size(), 16) + "-" + strconv.FormatInt(info.ModTime().UnixMicro(), 16) + `"`
}
