package codec

import (
	"context"
	"errors"
	"fmt"
	"io"
)

// A Reader reads the header of a file: forward, and at other places where the file can seek or its
// bytes are there already. It never holds more than was asked for, but for what a source that can't
// seek has sent so far, which it keeps for those who read on: see [Reader.Retained].
//
// Its errors are a [ReadError] for what the source itself returned, the context's error,
// io.ErrUnexpectedEOF where the file ends too soon, and one that matches [ErrTooLarge] where the
// account is empty.
type Reader struct {
	ctx    context.Context
	src    io.Reader // nil: buf is the whole file
	seeker io.Seeker // nil: all that was read stays in buf
	buf    []byte    // bytes of the file, from base on
	base   int64
	pos    int64 // of the next byte
	taken  int64 // bytes of buf taken from the account
	srcErr error // io.EOF, or what the source returned
	whole  bool
	idle   int // reads in a row that returned nothing
}

// readAhead is how much is read at least. It is small because the chunks of a PNG are: after each
// that is skipped, that much is read.
const readAhead = 1 << 10

// skipAhead is how far a source that can seek is read through rather than sought: a seek costs a
// system call, or a request.
const skipAhead = 4 << 10

// maxRead is how much is read at a time, so that memory follows what the file has, and maxIdle how
// often a source may return nothing.
const (
	maxRead = 64 << 10
	maxIdle = 100
)

// maxBlock is what Block returns at most.
const maxBlock = 16 << 20

// NewReader returns a Reader of what src begins with. If src is an io.Seeker it is sought, from where
// it stands. If whole is false, functions that read headers stop at the pixels.
func NewReader(ctx context.Context, src io.Reader, whole bool) *Reader {
	r := &Reader{ctx: ctx, src: src, whole: whole}
	if s, ok := src.(io.Seeker); ok {
		if at, err := s.Seek(0, io.SeekCurrent); err == nil && at == 0 {
			r.seeker = s
		}
	}
	return r
}

// NewBytesReader returns a Reader of a whole file. Blocks are parts of data.
func NewBytesReader(ctx context.Context, data []byte) *Reader {
	return &Reader{ctx: ctx, buf: data, srcErr: io.EOF, whole: true}
}

// A ReadError is the error of the source itself. It says nothing about the image.
type ReadError struct{ Err error }

func (e *ReadError) Error() string { return e.Err.Error() }
func (e *ReadError) Unwrap() error { return e.Err }

// Whole reports whether what stands behind the pixels is wanted as well.
func (r *Reader) Whole() bool { return r.whole }

// Seeks reports whether SeekTo costs little: the source can seek, or the whole file is in memory.
func (r *Reader) Seeks() bool { return r.src == nil || r.seeker != nil }

// Pos returns the offset of the next byte.
func (r *Reader) Pos() int64 { return r.pos }

// Retained returns what was read of a source that can't seek, from its first byte on. The memory
// stays taken from the account.
func (r *Reader) Retained() []byte {
	if r.seeker != nil {
		return nil
	}
	return r.buf
}

// Peek returns the next n bytes without passing over them, fewer only at the end of the file. They are
// valid until the next call.
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

// Block reads n bytes, which are valid until the next call. What it allocates follows what the file
// has, not what n claims. More than 16 MiB match ErrTooLarge, unless the whole file is in memory.
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

// Skip passes over n bytes. It may end behind the end of the file; then the next read fails.
func (r *Reader) Skip(n int64) error {
	if n < 0 {
		return errors.New("a block of negative length")
	}
	return r.SeekTo(r.pos + n)
}

// SeekTo goes to an offset, before or behind the current one.
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

// fill reads on until n bytes stand behind pos.
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

// discard drops what stands before pos, of a source that can be sought.
func (r *Reader) discard() {
	if r.seeker == nil || r.pos == r.base {
		return
	}
	before := min(r.pos-r.base, int64(len(r.buf)))
	r.buf = r.buf[:copy(r.buf, r.buf[before:])]
	r.base += before
}

// more appends what one read returns to buf. It asks for want bytes, within reason.
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

// grow makes room for need bytes, twice as many at most.
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
