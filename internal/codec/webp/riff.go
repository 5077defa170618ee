package webp

import (
	"encoding/binary"
	"io"
	"math"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
)

// A chunk is a part of a RIFF file: its name, and where its content stands in the file. The size is
// the declared one: the file may end before.
type chunk struct {
	id       string
	at, size int64
}

// of returns the content in data, the whole file, as far as it is there.
func (c chunk) of(data []byte) []byte {
	end := min(c.at+c.size, int64(len(data)))
	at := min(c.at, end)
	return data[at:end:end]
}

// A walker goes from one chunk of a file, or of a chunk that holds others, to the next (WebP
// Container Specification, "RIFF File Format").
type walker struct {
	r    *codec.Reader
	next int64 // where the next chunk begins
	end  int64 // where the last one ends at the latest
}

// headSize is the number of bytes before the first chunk, and before a chunk's content.
const (
	headSize  = 12
	chunkHead = 8
)

func walk(r *codec.Reader) *walker { return &walker{r: r, next: headSize, end: math.MaxInt64} }

// inside walks through the chunks within c, behind the first skip bytes.
func (w *walker) inside(c chunk, skip int64) *walker {
	return &walker{r: w.r, next: c.at + skip, end: c.at + c.size}
}

// chunk returns the next chunk, and stands at the begin of its content. The error is io.EOF where
// there is none.
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

// pass passes over the padding behind a chunk of odd size. Some writers leave it out: there, the next
// chunk's name stands where it should be.
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

// complete reports whether the file holds all of c.
func (w *walker) complete(c chunk) (bool, error) {
	if c.size == 0 {
		return true, nil
	}
	if err := w.r.SeekTo(c.at + c.size - 1); err != nil {
		return false, err
	}
	b, err := w.r.Peek(1)
	return len(b) == 1, err
}
