package response

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"strings"
)

// Stream sends the bytes itself. It supports ranges and conditional requests (RFC 9110).
type Stream struct {
	// MaxBuffer limits the size in bytes of a file that is not an [io.Seeker] and is therefore read into
	// memory; 0 means 32 MiB. A larger file is an error.
	MaxBuffer int64
}

// maxParts is how many ranges of a file one request may ask for. A request for more is a mistake or an
// attack, and gets the whole file (RFC 9110, section 14.2, lets a server ignore Range).
const maxParts = 8

// Respond writes f, the requested ranges of f, or 304 if the client already has f.
func (s Stream) Respond(w http.ResponseWriter, r *http.Request, key string, f fs.File) error {
	info, err := f.Stat()
	if err != nil {
		return fmt.Errorf("stat %q: %w", key, err)
	}
	content, err := s.content(f, info.Size())
	if err != nil {
		return fmt.Errorf("read %q: %w", key, err)
	}
	if tag := ETag(info); tag != "" {
		w.Header()["Etag"] = []string{tag}
	}
	if parts := r.Header["Range"]; len(parts) > 0 && strings.Count(parts[0], ",") >= maxParts {
		whole := *r
		whole.Header = r.Header.Clone()
		whole.Header.Del("Range")
		r = &whole
	}
	http.ServeContent(w, r, "", info.ModTime(), content)
	return nil
}

// content returns what ServeContent needs.
func (s Stream) content(f fs.File, size int64) (io.ReadSeeker, error) {
	if seeker, ok := f.(io.ReadSeeker); ok {
		return seeker, nil
	}
	limit := s.MaxBuffer
	if limit == 0 {
		limit = 32 << 20
	}
	if size > limit {
		return nil, errTooLarge
	}
	data, err := io.ReadAll(io.LimitReader(f, limit+1))
	if int64(len(data)) > limit && err == nil {
		err = errTooLarge
	}
	return bytes.NewReader(data), err
}

var errTooLarge = errors.New("too large to be read into memory, and it can't seek")
