package s3

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"path"
	"sync"
	"time"

	"github.com/rest-thumbnails/thumbnail/storage/s3/internal/failure"
)

// errChanged is the error of a read after the object was replaced or removed.
var errChanged = errors.New("the object was replaced or removed while it was read")

// file is an open object. Its beginning stays in memory, because a header is usually read twice. Of the
// rest, one range at a time is in memory.
type file struct {
	s    *Storage
	ctx  context.Context // of Open, because it also bounds later requests
	name string          // in the bucket
	info info

	mu     sync.Mutex
	first  []byte
	rest   []byte // a further range
	at     int64  // where rest begins
	pos    int64
	closed bool
}

func newFile(ctx context.Context, s *Storage, key, name string, first extent) *file {
	return &file{
		s:     s,
		ctx:   ctx,
		name:  name,
		info:  info{name: path.Base(key), size: first.size, modTime: first.modTime, etag: first.etag},
		first: first.data,
	}
}

func (f *file) Stat() (fs.FileInfo, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed {
		return nil, f.fail("stat", fs.ErrClosed)
	}
	return f.info, nil
}

// Buffered returns how many bytes, from the beginning on, are there without a further request.
func (f *file) Buffered() int64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	return int64(len(f.first))
}

func (f *file) Read(p []byte) (int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	n, err := f.readAt(p, f.pos)
	f.pos += int64(n)
	return n, err
}

// ReadAt may be called by several goroutines at once, as io.ReaderAt demands; they take turns.
func (f *file) ReadAt(p []byte, off int64) (n int, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if off < 0 {
		return 0, f.fail("read", fs.ErrInvalid)
	}
	for n < len(p) && err == nil {
		var m int
		m, err = f.readAt(p[n:], off+int64(n))
		n += m
	}
	return n, err
}

func (f *file) Seek(offset int64, whence int) (int64, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed {
		return 0, f.fail("seek", fs.ErrClosed)
	}
	switch whence {
	case io.SeekStart:
	case io.SeekCurrent:
		offset += f.pos
	case io.SeekEnd:
		offset += f.info.size
	default:
		return 0, f.fail("seek", fs.ErrInvalid)
	}
	if offset < 0 {
		return 0, f.fail("seek", fs.ErrInvalid)
	}
	f.pos = offset
	return offset, nil
}

func (f *file) Close() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed {
		return f.fail("close", fs.ErrClosed)
	}
	f.closed = true
	f.first, f.rest = nil, nil
	return nil
}

// readAt reads from the range that contains off, which it first requests if necessary.
func (f *file) readAt(p []byte, off int64) (int, error) {
	switch {
	case f.closed:
		return 0, f.fail("read", fs.ErrClosed)
	case len(p) == 0:
		return 0, nil
	case off >= f.info.size:
		return 0, io.EOF
	case off < int64(len(f.first)):
		return copy(p, f.first[off:]), nil
	}
	if off < f.at || off >= f.at+int64(len(f.rest)) {
		if err := f.load(off); err != nil {
			return 0, err
		}
	}
	return copy(p, f.rest[off-f.at:]), nil
}

// load replaces rest by the range that begins at off.
func (f *file) load(off int64) error {
	f.rest = nil // drop the old range first, so that only one range is in memory
	n := min(restFactor*int64(f.s.cfg.FirstRange), f.info.size-off)
	e, err := f.s.get(f.ctx, fmt.Sprintf("read %q from byte %d on", f.name, off), f.name, off, int(n), f.info.etag)
	switch failure.Status(err) {
	case http.StatusPreconditionFailed, http.StatusNotFound, http.StatusRequestedRangeNotSatisfiable:
		return f.fail("read", fmt.Errorf("%w: %w", errChanged, err))
	}
	if err != nil {
		return err
	}
	if e.size != f.info.size || e.etag != f.info.etag { // the server ignored If-Match
		return f.fail("read", errChanged)
	}
	f.rest, f.at = e.data, off
	return nil
}

func (f *file) fail(op string, err error) error {
	return &fs.PathError{Op: op, Path: f.name, Err: err}
}

// info returns the properties of the object in the response to Open.
type info struct {
	name    string
	size    int64
	modTime time.Time
	etag    string
}

func (i info) Name() string       { return i.name }
func (i info) Size() int64        { return i.size }
func (i info) Mode() fs.FileMode  { return 0o444 }
func (i info) ModTime() time.Time { return i.modTime }
func (i info) IsDir() bool        { return false }
func (i info) Sys() any           { return nil }

// ETag returns the entity tag with its quotes, as in HTTP (RFC 9110, section 8.8.3).
func (i info) ETag() string { return i.etag }
