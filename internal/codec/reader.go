package codec

import (
	"context"
	"errors"
	"fmt"
	"io"
)

// A Reader reads the header of a file. It reads from the start to the end. If the source can seek or the
// whole file is in memory, it can also go to any offset. If the source can't seek, a Reader keeps everything
// that it has read, so that the caller can continue from there: see [Reader.Retained]. If the source can
// seek, a Reader buffers only what the caller needs.
//
// A method returns a [ReadError] if the source failed, the context's error if the context has ended,
// io.ErrUnexpectedEOF if the file ends too soon, and an error that matches [ErrTooLarge] if the account
// is empty.
type Reader struct {
	ctx    context.Context
	src    io.Reader // nil: buf is the whole file
	seeker io.Seeker // nil: buf keeps everything that was read
	buf    []byte    // bytes of the file, from offset base on
	base   int64
	pos    int64 // offset of the next byte
	taken  int64 // bytes taken from the account for buf
	srcErr error // io.EOF, or what the source returned
	whole  bool
	idle   int // number of consecutive reads that returned no bytes
}

// readAhead is the minimum size of a read in bytes. It is small because PNG chunks are small, and a
// read follows each skipped chunk.
const readAhead = 1 << 10

// skipAhead is the distance in bytes up to which a Reader skips by reading instead of seeking. A seek
// costs a system call or a request.
const skipAhead = 4 << 10

// maxRead is the maximum size of a read in bytes. It makes the buffer grow with the data that the file
// really has. maxIdle is how often in a row a source may return no bytes.
const (
	maxRead = 64 << 10
	maxIdle = 100
)

// maxBlock is the maximum size of a block in bytes, unless the whole file is in memory.
const maxBlock = 16 << 20

// NewReader returns a Reader of src. The Reader seeks if src is an io.Seeker that is at offset 0. If
// whole is false, functions that read headers stop at the pixels.
func NewReader(ctx context.Context, src io.Reader, whole bool) *Reader {
	r := &Reader{ctx: ctx, src: src, whole: whole}
	if s, ok := src.(io.Seeker); ok {
		if at, err := s.Seek(0, io.SeekCurrent); err == nil && at == 0 {
			r.seeker = s
		}
	}
	return r
}

// NewBytesReader returns a Reader of data, a whole file. Block returns slices of data.
func NewBytesReader(ctx context.Context, data []byte) *Reader {
	return &Reader{ctx: ctx, buf: data, srcErr: io.EOF, whole: true}
}

// A ReadError is the error of the source itself. It says nothing about the image.
type ReadError struct{ Err error }

func (e *ReadError) Error() string { return e.Err.Error() }
func (e *ReadError) Unwrap() error { return e.Err }

// Whole reports whether the caller also wants the metadata that follows the pixels.
func (r *Reader) Whole() bool { return r.whole }

// Seeks reports whether SeekTo is cheap: the source can seek, or the whole file is in memory.
func (r *Reader) Seeks() bool { return r.src == nil || r.seeker != nil }

// Size returns the number of bytes of the file. ok is false if the source does not tell it.
func (r *Reader) Size() (n int64, ok bool, err error) {
	switch {
	case r.src == nil:
		return int64(len(r.buf)), true, nil
	case r.seeker == nil:
		return 0, false, nil
	}
	n, failed := r.seeker.Seek(0, io.SeekEnd)
	if _, err := r.seeker.Seek(r.base+int64(len(r.buf)), io.SeekStart); err != nil {
		return 0, false, &ReadError{err}
	}
	return n, failed == nil, nil
}

// Pos returns the offset of the next byte.
func (r *Reader) Pos() int64 { return r.pos }

// Retained returns all bytes that were read from a source that can't seek, or nil if the source can
// seek. The account stays charged for this memory.
func (r *Reader) Retained() []byte {
	if r.seeker != nil {
		return nil
	}
	return r.buf
}

// Peek returns the next n bytes without advancing the Reader. It returns fewer bytes only at the end
// of the file. The bytes are valid until the next call.
func (r *Reader) Peek(n int) ([]byte, error) {
	err := r.fill(int64(n))
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, err
	}
	have := r.buf[min(r.pos-r.base, int64(len(r.buf))):]
	return have[:min(n, len(have))], nil
}

// Byte reads one byte.
func (r *Reader) Byte() (byte, error) {
	if i := r.pos - r.base; i < int64(len(r.buf)) {
		r.pos++
		return r.buf[i], nil
	}
	if err := r.fill(1); err != nil {
		return 0, err
	}
	r.pos++
	return r.buf[r.pos-1-r.base], nil
}

// Read fills p.
func (r *Reader) Read(p []byte) error {
	b, err := r.Block(int64(len(p)))
	copy(p, b)
	return err
}

// Block reads n bytes, which are valid until the next call. Its memory grows with the bytes that the
// file really has, not with n. If n is more than 16 MiB the error matches ErrTooLarge, unless the whole
// file is in memory.
func (r *Reader) Block(n int64) ([]byte, error) {
	if n < 0 {
		return nil, errors.New("a block of negative length")
	}
	if r.src != nil && n > maxBlock {
		return nil, fmt.Errorf("%w: a block of %d bytes", ErrTooLarge, n)
	}
	if err := r.fill(n); err != nil {
		return nil, err
	}
	at := r.pos - r.base
	r.pos += n
	return r.buf[at : at+n : at+n], nil
}

// Skip advances by n bytes. It may go beyond the end of the file; then the next read fails.
func (r *Reader) Skip(n int64) error {
	if n < 0 {
		return errors.New("a block of negative length")
	}
	return r.SeekTo(r.pos + n)
}

// SeekTo moves to an offset in the file, backward or forward.
func (r *Reader) SeekTo(offset int64) error {
	if offset < 0 {
		return errors.New("an offset before the file")
	}
	if err := r.ctx.Err(); err != nil {
		return err
	}
	end := r.base + int64(len(r.buf))
	if r.src == nil || offset >= r.base && offset <= end {
		r.pos = offset
		return nil
	}
	if r.seeker != nil && (offset < r.base || offset > end+skipAhead) {
		if _, err := r.seeker.Seek(offset, io.SeekStart); err != nil {
			return &ReadError{err}
		}
		r.srcErr = nil
		r.buf, r.base, r.pos = r.buf[:0], offset, offset
		return nil
	}
	for r.pos < offset {
		step := min(offset-r.pos, skipAhead)
		if err := r.fill(step); err != nil {
			if errors.Is(err, io.ErrUnexpectedEOF) {
				r.pos = offset
				return nil
			}
			return err
		}
		r.pos += step
	}
	return nil
}

// fill reads until buf holds n bytes from pos on.
func (r *Reader) fill(n int64) error {
	for {
		if r.pos-r.base+n <= int64(len(r.buf)) {
			return nil
		}
		switch {
		case r.srcErr == io.EOF:
			return io.ErrUnexpectedEOF
		case r.srcErr != nil:
			return &ReadError{r.srcErr}
		}
		if err := r.ctx.Err(); err != nil {
			return err
		}
		r.discard()
		if err := r.more(r.pos - r.base + n - int64(len(r.buf))); err != nil {
			return err
		}
	}
}

// discard drops the bytes before pos if the source can seek.
func (r *Reader) discard() {
	if r.seeker == nil || r.pos == r.base {
		return
	}
	before := min(r.pos-r.base, int64(len(r.buf)))
	r.buf = r.buf[:copy(r.buf, r.buf[before:])]
	r.base += before
}

// more appends the bytes of one Read to buf. It asks for want bytes, but at least readAhead and at most maxRead.
func (r *Reader) more(want int64) error {
	want = min(max(want, readAhead), maxRead)
	if need := int64(len(r.buf)) + want; need > int64(cap(r.buf)) {
		if err := r.grow(need); err != nil {
			return err
		}
	}
	room := r.buf[len(r.buf):][:want]
	n, err := r.src.Read(room)
	switch {
	case n < 0 || n > len(room):
		return &ReadError{errors.New("a reader returned an impossible count")}
	case n > 0:
		r.idle = 0
	case err == nil:
		if r.idle++; r.idle > maxIdle {
			return &ReadError{io.ErrNoProgress}
		}
	}
	r.buf = r.buf[:len(r.buf)+n]
	r.srcErr = err
	return nil
}

// grow enlarges buf to a capacity of at least need bytes, by doubling.
func (r *Reader) grow(need int64) error {
	size := max(2*int64(cap(r.buf)), need, 2*readAhead)
	if size > Free {
		if err := AccountOf(r.ctx).Take(size - r.taken); err != nil {
			return err
		}
		r.taken = size
	}
	buf := make([]byte, len(r.buf), size)
	copy(buf, r.buf)
	r.buf = buf
	return nil
}

// HasMagic reports whether head begins with magic, in which a '?' stands for any byte.
func HasMagic(head []byte, magic string) bool {
	if len(head) < len(magic) {
		return false
	}
	for i := range len(magic) {
		if magic[i] != '?' && magic[i] != head[i] {
			return false
		}
	}
	return true
}
