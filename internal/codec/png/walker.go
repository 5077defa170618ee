package png

import (
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
)

const signature = "\x89PNG\r\n\x1a\n"

// A walker goes from chunk to chunk (5.3). Whatever looks at a file does so by one: header, colors,
// pixels, frames and stripping.
type walker struct {
	r      *codec.Reader
	behind int64 // offset of the next chunk
}

// A chunk is where one lies in the file. It may claim more data than the file has.
type chunk struct {
	name [4]byte
	at   int64 // offset of its data
	size int64 // of its data, in bytes
}

func (c *chunk) is(name string) bool { return string(c.name[:]) == name }

// maxChunk is the size in bytes beyond which there are no chunks.
const maxChunk = 1<<31 - 1

// next goes to the next chunk, whatever has been read of the current one. It is not ok at the end of
// the file, or where no chunk can be.
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
	w.behind = c.at + c.size + 4 // with the checksum
	return c, true, nil
}

// back makes next return c again.
func (w *walker) back(c chunk) { w.behind = c.at - 8 }

// data returns what c holds, until the next call, and whether its checksum is right. It is nil if the
// file ends before, or there are more than limit bytes.
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

// ignoreEnd makes nothing of a file that ends too soon.
func ignoreEnd(err error) error {
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return nil
	}
	return err
}

// open reads the signature and IHDR, which has to be the first chunk.
func (f *file) open(r *codec.Reader) (*walker, error) {
	*f = file{}
	b, err := r.Peek(len(signature))
	switch {
	case err != nil:
		return nil, err
	case string(b) != signature:
		return nil, corrupt("no PNG")
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
		f.damage = corrupt("checksum of IHDR")
	}
	if err = f.ihdr(data); err != nil && f.damage != nil {
		err = f.damage
	}
	return w, err
}

// peek returns the first n bytes of what c holds, or as many as there are.
func (w *walker) peek(c chunk, n int64) ([]byte, error) {
	if err := w.r.SeekTo(c.at); err != nil {
		return nil, err
	}
	return w.r.Peek(int(min(n, c.size)))
}
