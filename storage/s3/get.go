package s3

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awss3 "github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/rest-thumbnails/thumbnail/storage/s3/internal/failure"
)

// Open opens the object at key. It makes one request (two if the object is empty) and reads the response to
// its end before it returns, so that the connection is free again. The part of an object beyond
// Config.FirstRange is requested in further ranges when the file is read or sought; ctx covers these
// requests, too. If the object is replaced meanwhile, reading fails: the bytes of two objects are never
// mixed.
//
// The file is also an [io.Seeker] and an [io.ReaderAt]. Its [fs.FileInfo] has a method ETag() string that
// returns the entity tag with its quotes, in the form of HTTP.
//
// If key is missing or invalid, the error matches [fs.ErrNotExist]. For other errors see the package
// documentation.
func (s *Storage) Open(ctx context.Context, key string) (fs.File, error) {
	name, ok := s.object(key)
	if !ok {
		return nil, &fs.PathError{Op: "open", Path: key, Err: fs.ErrNotExist}
	}
	first, err := s.get(ctx, fmt.Sprintf("open %q", name), name, 0, s.cfg.FirstRange, "")
	if err != nil {
		if failure.Code(err) == "NoSuchKey" {
			return nil, &fs.PathError{Op: "open", Path: key, Err: fs.ErrNotExist}
		}
		return nil, err
	}
	return newFile(ctx, s, key, name, first), nil
}

// extent is a range of an object, and the properties of the whole object in the response.
type extent struct {
	data    []byte
	size    int64 // of the whole object
	etag    string
	modTime time.Time
}

// get requests n bytes from off on. If etag is set and the object has another one by now, it returns
// errChanged.
func (s *Storage) get(ctx context.Context, what, name string, off int64, n int, etag string) (extent, error) {
	in := &awss3.GetObjectInput{
		Bucket: aws.String(s.bucket),
		Key:    aws.String(name),
		Range:  aws.String(fmt.Sprintf("bytes=%d-%d", off, off+int64(n)-1)),
	}
	if etag != "" {
		in.IfMatch = aws.String(etag)
	}
	var got extent
	err := s.do(ctx, what, func(ctx context.Context, alive func()) error {
		out, err := s.client.GetObject(ctx, in, options)
		if failure.Status(err) == http.StatusRequestedRangeNotSatisfiable && off == 0 {
			// An empty object has no ranges. The answer to a request without a range has its size, time and tag.
			whole := *in
			whole.Range = nil
			alive()
			out, err = s.client.GetObject(ctx, &whole, options)
		}
		if err != nil {
			return err
		}
		defer out.Body.Close()
		got, err = readExtent(out, off, n, alive)
		return err
	})
	return got, err
}

// readExtent reads the response to its end. A server may ignore the range and send everything (status 200);
// for the first range of a file, the first n bytes are used.
func readExtent(out *awss3.GetObjectOutput, off int64, n int, alive func()) (extent, error) {
	length := aws.ToInt64(out.ContentLength)
	var buf bytes.Buffer
	buf.Grow(int(min(max(length, 0), int64(n))) + bytes.MinRead)
	// Read one byte more than requested, to detect the end of the body, or a body that is too long.
	if _, err := buf.ReadFrom(io.LimitReader(movingReader{out.Body, alive}, int64(n)+1)); err != nil {
		return extent{}, failure.Passing{Err: fmt.Errorf("read the answer: %w", err)}
	}
	data := buf.Bytes()

	e := extent{data: data, size: int64(len(data)), etag: quoted(aws.ToString(out.ETag)), modTime: aws.ToTime(out.LastModified)}
	if out.ContentRange == nil {
		switch {
		case off > 0:
			return extent{}, errors.New("the server ignores ranges")
		case len(data) > n && length <= int64(n):
			return extent{}, errors.New("the server ignores ranges and gives no length")
		case len(data) > n:
			e.size = length
			e.data = data[:n]
		}
		return e, nil
	}
	start, size, ok := parseContentRange(*out.ContentRange)
	if !ok || start != off || int64(len(data)) != min(int64(n), size-off) {
		return extent{}, fmt.Errorf("the server answered range %q with %d bytes to a request for %d from %d on", *out.ContentRange, len(data), n, off)
	}
	e.size = size
	return e, nil
}

// parseContentRange parses "bytes 0-99/1234" (RFC 9110, section 14.4).
func parseContentRange(s string) (start, size int64, ok bool) {
	s, ok = strings.CutPrefix(s, "bytes ")
	if !ok {
		return 0, 0, false
	}
	span, total, ok := strings.Cut(s, "/")
	if !ok {
		return 0, 0, false
	}
	from, _, ok := strings.Cut(span, "-")
	if !ok {
		return 0, 0, false
	}
	start, err := strconv.ParseInt(from, 10, 64)
	if err != nil {
		return 0, 0, false
	}
	size, err = strconv.ParseInt(total, 10, 64)
	return start, size, err == nil && start <= size
}

// quoted returns an entity tag in HTTP's syntax; some servers omit the quotes.
func quoted(etag string) string {
	if etag == "" || strings.HasSuffix(etag, `"`) {
		return etag
	}
	return `"` + etag + `"`
}

// movingReader calls alive at each read.
type movingReader struct {
	io.Reader
	alive func()
}

func (r movingReader) Read(p []byte) (int, error) {
	n, err := r.Reader.Read(p)
	r.alive()
	return n, err
}
