package thumbnail

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/rest-thumbnails/thumbnail/internal/ability"
	"github.com/rest-thumbnails/thumbnail/internal/codec"
	"github.com/rest-thumbnails/thumbnail/internal/negative"
)

// A sourceFile is an open file of a source.
type sourceFile struct {
	fs.File
	key    string
	info   fs.FileInfo // the FileInfo when the file was opened
	seeker io.Seeker   // nil if the file can be read only once
	size   int64       // in bytes; if not known, the largest size allowed
	known  bool
}

// errNoFile is the error of a Source or Storage whose Open returned neither a file nor an error.
var errNoFile = errors.New("returned no file")

// open does step 8.
func (g *generator) open(ctx context.Context, key string) (*sourceFile, error) {
	f, err := g.source.Open(ctx, key)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, &negative.Error{Scope: negative.OfSource, Err: fmt.Errorf("thumbnail: source %q: %w", key, err)}
	}
	if err != nil {
		return nil, serverError("open source", err)
	}
	if f == nil {
		return nil, serverError("open source", errNoFile)
	}
	o := &sourceFile{File: f, key: key}
	keep := false
	defer func() {
		if !keep { // also if measure panics
			f.Close()
		}
	}()
	o.seeker, _ = ability.Find[io.Seeker](f)
	if err := o.measure(g.limits.sourceBytes); err != nil {
		return nil, err
	}
	keep = true
	return o, nil
}

func (o *sourceFile) measure(limit int64) error {
	info, err := o.Stat()
	if err != nil {
		return serverError("stat source", err)
	}
	o.info, o.size, o.known = info, info.Size(), info.Size() > 0
	if o.size > limit {
		return &negative.Error{Scope: negative.OfSource, Err: fmt.Errorf("%w: source %q has %d bytes, more than Config.MaxSourceBytes (%d)", ErrTooLarge, o.key, o.size, limit)}
	}
	if !o.known { // an io/fs.FileInfo need not report the size
		o.size = limit
	}
	return nil
}

// A headReader reads the beginning of a source, and notices whether the source ends before the size that it has reported.
type headReader struct {
	o   *sourceFile
	at  int64
	cut bool
}

func (r *headReader) Read(p []byte) (int, error) {
	n, err := r.o.Read(p)
	r.at += int64(n)
	if err == io.EOF {
		r.ends(r.at)
	}
	return n, err
}

func (r *headReader) ends(at int64) { r.cut = r.cut || r.o.known && at < r.o.size }

// reader returns a reader that is an io.Seeker if the file is.
func (r *headReader) reader() io.Reader {
	if r.o.seeker == nil {
		return r
	}
	return seekingHead{r}
}

type seekingHead struct{ *headReader }

func (s seekingHead) Seek(offset int64, whence int) (int64, error) {
	at, err := s.o.seeker.Seek(offset, whence)
	if s.at = at; err == nil && whence == io.SeekEnd && offset == 0 {
		s.ends(at)
	}
	return at, err
}

// cutError is the error of a source that ends before the size that it has reported: its connection was cut, or the
// original has changed.
func (o *sourceFile) cutError() error {
	if info, err := o.Stat(); err == nil && changed(o.info, info, false) {
		return errChanged
	}
	return serverError("read source", fmt.Errorf("%w: it has %d bytes", io.ErrUnexpectedEOF, o.size))
}

// read returns the whole file. head is the part that has already been read. Allocations are taken from the
// account of ctx. If grew is true, the file is larger than measured.
func (o *sourceFile) read(ctx context.Context, head []byte) (data []byte, grew bool, err error) {
	room := int64(firstRoom)
	if o.known {
		room = o.size + 1
	}
	room = max(room, int64(len(head))+1)
	account := codec.AccountOf(ctx)
	if data, err = takeBytes(account, room); err != nil {
		return nil, false, err
	}
	if o.seeker == nil {
		data = append(data, head...)
	} else if _, err := o.seeker.Seek(0, io.SeekStart); err != nil {
		return nil, false, serverError("read source", err)
	}
	in := &contextReader{ctx: ctx, r: o}
	for {
		if len(data) == cap(data) {
			if o.known || int64(len(data)) > o.size {
				return nil, true, nil
			}
			more, err := takeBytes(account, roomAfter(int64(cap(data)), o.size))
			if err != nil {
				return nil, false, err
			}
			old := cap(data)
			data = append(more[:0], data...)
			account.Give(int64(old))
		}
		n, err := in.Read(data[len(data):cap(data)])
		if n < 0 || n > cap(data)-len(data) {
			return nil, false, serverError("read source", errors.New("it returned an impossible count"))
		}
		data = data[:len(data)+n]
		switch {
		case err == io.EOF:
			return data, int64(len(data)) > o.size, nil
		case err != nil:
			return nil, false, serverError("read source", err)
		}
	}
}

func takeBytes(account *codec.Account, n int64) ([]byte, error) {
	if err := account.Take(n); err != nil {
		return nil, err
	}
	return make([]byte, 0, n), nil
}

// changed reports whether an original has changed, or may have. Without modification times and entity tags
// that is unknown, and changed returns strict.
func changed(before, after fs.FileInfo, strict bool) bool {
	if before.Size() != after.Size() || !before.ModTime().Equal(after.ModTime()) || etag(before) != etag(after) {
		return true
	}
	if same, known := sameFile(before, after); known && !same {
		return true
	}
	return strict && before.ModTime().IsZero() && etag(before) == ""
}

// sameFile reports whether two infos are of the same file, if that is known.
func sameFile(a, b fs.FileInfo) (same, known bool) {
	type inode interface {
		SameFile(fs.FileInfo) (same, known bool)
	}
	if i, ok := a.(inode); ok {
		return i.SameFile(b)
	}
	if i, ok := b.(inode); ok {
		return i.SameFile(a)
	}
	return os.SameFile(a, b), os.SameFile(a, a) && os.SameFile(b, b)
}

func etag(info fs.FileInfo) string {
	if tagged, ok := info.(interface{ ETag() string }); ok {
		return tagged.ETag()
	}
	return ""
}
