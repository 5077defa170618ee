package httpsource

import (
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"strings"
	"time"

	"github.com/rest-thumbnails/thumbnail/storage"
)

// newFile makes a file from a response. Closing it calls cancel.
func newFile(key string, answer *http.Response, limit int64, cancel func()) (fs.File, error) {
	info := storage.Info{Name: key, Size: max(answer.ContentLength, 0)}
	switch coding := strings.ToLower(answer.Header.Get("Content-Encoding")); coding {
	case "", "identity":
	case "gzip", "x-gzip":
		unzipped, err := gzip.NewReader(answer.Body)
		if err != nil {
			return nil, fmt.Errorf("the server's gzip: %w", err)
		}
		answer.Body = struct {
			io.Reader
			io.Closer
		}{unzipped, answer.Body}
		answer.ContentLength, info.Size = -1, 0 // the length in the header is that of the compressed body
	default:
		return nil, fmt.Errorf("the server answered with Content-Encoding %q, although identity was requested", coding)
	}
	if t, err := http.ParseTime(answer.Header.Get("Last-Modified")); err == nil && t.After(time.Unix(0, 0)) {
		info.ModTime = t
	}
	if tag := answer.Header.Get("Etag"); strings.HasPrefix(tag, `"`) && strings.HasSuffix(tag, `"`) && len(tag) > 2 {
		info.ETag = tag
	}
	return storage.NewFile(&body{answer: answer, left: limit, limit: limit, cancel: cancel}, info), nil
}

// body reads a response up to a limit.
type body struct {
	answer      *http.Response
	left, limit int64
	cancel      func()
}

var errClosed = errors.New("file already closed")

func (b *body) Read(p []byte) (int, error) {
	if b.answer == nil {
		return 0, errClosed
	}
	if int64(len(p)) > b.left+1 {
		p = p[:b.left+1]
	}
	n, err := b.answer.Body.Read(p)
	if int64(n) > b.left {
		return int(b.left), fmt.Errorf("the original has more than %d bytes (Config.MaxSourceBytes)", b.limit)
	}
	b.left -= int64(n)
	if err == io.EOF && b.answer.ContentLength > b.limit-b.left {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}

func (b *body) Close() error {
	if b.answer == nil {
		return nil
	}
	err := b.answer.Body.Close()
	b.cancel()
	b.answer = nil
	return err
}
