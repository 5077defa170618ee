package response

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Stream sends the bytes itself. It supports ranges and conditional requests (RFC 9110).
type Stream struct {
	// MaxBuffer limits the size in bytes of a file that is not an [io.Seeker] and is therefore read into
	// memory; 0 means 32 MiB. A larger file is an error.
	MaxBuffer int64
}

// maxParts is the largest number of ranges in a request. A request for more is a mistake or an attack, and
// gets the whole file (RFC 9110, section 14.2, lets a server ignore Range).
const maxParts = 8

// Respond writes f, the requested ranges of f, or 304 if the client already has f.
func (s Stream) Respond(w http.ResponseWriter, r *http.Request, key string, f fs.File) error {
	return s.send(w, r, key, f, ETag)
}

// send is Respond with another form of entity tags.
func (s Stream) send(w http.ResponseWriter, r *http.Request, key string, f fs.File, tagOf func(fs.FileInfo) string) error {
	info, err := f.Stat()
	if err != nil {
		return failed("stat", key, err)
	}
	content, err := s.content(f, info.Size())
	if err != nil {
		return failed("read", key, err)
	}
	if tag := tagOf(info); tag != "" {
		w.Header()["Etag"] = []string{tag}
	}
	if plain(w, r) {
		size, err := content.Seek(0, io.SeekEnd)
		if err == nil {
			_, err = content.Seek(0, io.SeekStart)
		}
		if err != nil {
			return failed("seek", key, err)
		}
		sendAll(w, r, info.ModTime(), size, content)
		return nil
	}
	if parts := r.Header["Range"]; len(parts) > 0 && strings.Count(parts[0], ",") >= maxParts {
		r = withoutRange(r)
	}
	http.ServeContent(w, r, "", info.ModTime(), content)
	return nil
}

func failed(op, key string, err error) error { return fmt.Errorf("%s %q: %w", op, key, err) }

// preconditions are the request headers that ServeContent evaluates (RFC 9110, sections 13.1 and 14.2). It
// evaluates If-Range only if there is a Range.
var preconditions = [...]string{"Range", "If-None-Match", "If-Modified-Since", "If-Match", "If-Unmodified-Since"}

// plain reports whether the response is the whole file, no matter which validators it has, and no header depends on
// the content of the file.
func plain(w http.ResponseWriter, r *http.Request) bool {
	for _, name := range preconditions {
		if _, ok := r.Header[name]; ok {
			return false
		}
	}
	_, encoded := w.Header()["Content-Encoding"]
	_, typed := w.Header()["Content-Type"]
	return typed && !encoded
}

// sendAll sends what [http.ServeContent] would send for a plain request. Most requests are plain. Without the stack
// frames of ServeContent, the stack of a connection need not grow from 8 to 16 kB. A file that becomes shorter while
// it is sent aborts the answer.
func sendAll(w http.ResponseWriter, r *http.Request, modified time.Time, size int64, content io.Reader) {
	h := w.Header()
	if !modified.IsZero() && !modified.Equal(time.Unix(0, 0)) {
		h["Last-Modified"] = []string{modified.UTC().Format(http.TimeFormat)}
	}
	h["Accept-Ranges"] = acceptRanges
	h["Content-Length"] = []string{strconv.FormatInt(size, 10)}
	w.WriteHeader(http.StatusOK)
	if r.Method == http.MethodHead {
		return
	}
	if _, err := io.CopyN(w, content, size); err == io.EOF { //nolint:errorlint // io.CopyN returns io.EOF itself if the content is too short
		panic(http.ErrAbortHandler)
	}
}

var acceptRanges = []string{"bytes"}

// withoutRange returns a copy of r that requests the whole file.
func withoutRange(r *http.Request) *http.Request {
	whole := *r
	whole.Header = r.Header.Clone()
	whole.Header.Del("Range")
	return &whole
}

// content returns an io.ReadSeeker for ServeContent.
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
