package webp

import (
	"encoding/binary"
	"io"
	"math"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
)

// A chunk is a chunk of a RIFF file: its name, and the offset and declared size of its content. The file may end before
// the chunk does.
type chunk struct {
	id       string
	at, size int64
}

// of returns the content of the chunk in data, the whole file. The result is shorter than declared if the file is
// truncated.
func (c chunk) of(data []byte) []byte {
	end := min(c.at+c.size, int64(len(data)))
	at := min(c.at, end)
	return data[at:end:end]
}

// A walker iterates over the chunks of a file, or over the chunks inside another chunk (WebP Container Specification,
// "RIFF File Format").
type walker struct {
	r    *codec.Reader
	next int64 // offset of the next chunk
	end  int64 // end of the outer chunk; for a file, the largest int64
}

// headSize is the number of bytes before the first chunk, and before a chunk's content.
const (
	headSize  = 12
	chunkHead = 8
)

func walk(r *codec.Reader) *walker { return &walker{r: r, next: headSize, end: math.MaxInt64} }

// inside returns a walker of the chunks inside c that follow its first skip bytes.
func (w *walker) inside(c chunk, skip int64) *walker {
	return &walker{r: w.r, next: c.at + skip, end: c.at + c.size}
}

// chunk returns the next chunk and moves the reader to the start of its content. The error is io.EOF if there is no
// further chunk.
func (w *walker) chunk() (chunk, error) {
	if w.end-w.next < chunkHead {
		return chunk{}, io.EOF
	}
	if err := w.r.SeekTo(w.next); err != nil {
		return chunk{}, err
	}
	b, err := w.r.Peek(chunkHead)
	if err != nil {
		return chunk{}, err
	}
	if len(b) < chunkHead {
		return chunk{}, io.EOF
	}
	c := chunk{string(b[:4]), w.next + chunkHead, int64(binary.LittleEndian.Uint32(b[4:]))}
	if err := w.r.Skip(chunkHead); err != nil {
		return chunk{}, err
	}
	c.size = min(c.size, w.end-c.at)
	w.next = c.at + c.size
	return c, nil
}

// pass skips the padding byte after a chunk of odd size. Some writers omit the padding. pass detects a missing padding byte
// by the name of the next chunk in its place.
func (w *walker) pass(c chunk) error {
	if c.size&1 == 0 {
		return nil
	}
	if err := w.r.SeekTo(w.next); err != nil {
		return err
	}
	b, err := w.r.Peek(4)
	if err != nil {
		return err
	}
	switch string(b) {
	case "VP8X", "VP8L", "VP8 ", "ALPH", "ANIM", "ANMF", "ICCP", "EXIF", "XMP ":
	default:
		w.next++
	}
	return nil
}
