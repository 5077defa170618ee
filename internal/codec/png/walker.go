package png

import (
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
)

const signature = "\x89PNG\r\n\x1a\n"

// A walker iterates over the chunks of a file (5.3). Header, colors, pixels, frames and stripping all read the file through a walker.
type walker struct {
	r      *codec.Reader
	behind int64 // offset of the next chunk
}

// A chunk is the position of a chunk in the file. Its declared size may exceed the file.
type chunk struct {
	name [4]byte
	at   int64 // offset of the chunk's data
	size int64 // declared size of the chunk's data in bytes
}

func (c *chunk) is(name string) bool { return string(c.name[:]) == name }

// maxChunk is the maximum size of a chunk in bytes (5.3).
const maxChunk = 1<<31 - 1

// next advances to the next chunk, no matter how much of the current chunk has been read. ok is false at the end of the
// file, or if there is no valid chunk header.
func (w *walker) next() (c chunk, ok bool, err error) {
	if err := w.r.SeekTo(w.behind); err != nil {
		return c, false, err
	}
	b, err := w.r.Block(8)
	if err != nil {
		return c, false, ignoreEnd(err)
	}
	c.size = int64(binary.BigEndian.Uint32(b))
	if c.size > maxChunk {
		return c, false, nil
	}
	copy(c.name[:], b[4:])
	c.at = w.behind + 8
	w.behind = c.at + c.size + 4 // 4 bytes of checksum
	return c, true, nil
}

// back makes next return c again.
func (w *walker) back(c chunk) { w.behind = c.at - 8 }

// data returns the data of c, valid until the next call, and whether its checksum is correct. It returns nil if the
// file ends inside c, or if c has more than limit bytes.
func (w *walker) data(c chunk, limit int64) (b []byte, sound bool, err error) {
	if c.size > limit {
		return nil, false, nil
	}
	if err := w.r.SeekTo(c.at); err != nil {
		return nil, false, err
	}
	b, err = w.r.Block(c.size + 4)
	if err != nil {
		return nil, false, ignoreEnd(err)
	}
	b, sum := b[:c.size:c.size], binary.BigEndian.Uint32(b[c.size:])
	return b, crc32.Update(crc32.ChecksumIEEE(c.name[:]), crc32.IEEETable, b) == sum, nil
}

// ignoreEnd returns nil if err means that the file ends too early, and else err.
func ignoreEnd(err error) error {
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return nil
	}
	return err
}

// open reads the signature and IHDR, which must be the first chunk.
func (f *file) open(r *codec.Reader) (*walker, error) {
	*f = file{}
	b, err := r.Peek(len(signature))
	switch {
	case err != nil:
		return nil, err
	case string(b) != signature:
		return nil, corrupt("no PNG signature")
	}
	w := &walker{r: r, behind: r.Pos() + int64(len(signature))}
	c, ok, err := w.next()
	switch {
	case err != nil:
		return nil, err
	case !ok || !c.is("IHDR") || c.size != 13:
		return nil, corrupt("no IHDR")
	}
	data, sound, err := w.data(c, c.size)
	switch {
	case err != nil:
		return nil, err
	case data == nil:
		return nil, corrupt("no IHDR")
	case !sound:
		f.damage = corrupt("wrong checksum of IHDR")
	}
	if err = f.ihdr(data); err != nil && f.damage != nil {
		err = f.damage
	}
	return w, err
}

// peek returns the first n bytes of the data of c, or all of the data if there is less.
func (w *walker) peek(c chunk, n int64) ([]byte, error) {
	if err := w.r.SeekTo(c.at); err != nil {
		return nil, err
	}
	return w.r.Peek(int(min(n, c.size)))
}
