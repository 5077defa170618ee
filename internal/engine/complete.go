package engine

import (
	"encoding/binary"
	"io"
)

const (
	completeHead = 16 // bytes that tell the format
	minComplete  = 24 // bytes: less than the smallest file of any format
)

// Complete reports whether a file of size bytes looks as if it had been written to its end. It costs two
// reads of a few bytes. Of a format that says nothing of its end, whatever is not empty and does not
// begin with zeros is complete; file systems leave zeros where data never came.
func Complete(r io.ReaderAt, size int64) bool {
	if size < minComplete {
		return false
	}
	head := make([]byte, completeHead)
	if n, err := r.ReadAt(head, 0); n < len(head) {
		return err != nil && err != io.EOF // a failing file is not cut off: the reader gets its error
	}
	if [completeHead]byte(head) == [completeHead]byte{} {
		return false
	}
	for _, f := range table {
		if f.Match(head) {
			return f.Complete == nil || f.Complete(head, r, size)
		}
	}
	return string(head[4:8]) != "ftyp" || boxesEnd(r, size)
}

// boxesEnd reports whether the boxes of a file of the ISO base media file format (ISO/IEC 14496-12,
// section 4.2), such as AVIF, end where the file does.
func boxesEnd(r io.ReaderAt, size int64) bool {
	box := make([]byte, 16)
	at := int64(0)
	for range 16 {
		if at >= size {
			return at == size
		}
		if n, err := r.ReadAt(box, at); n < 8 {
			return err != nil && err != io.EOF
		} else if n < len(box) {
			clear(box[n:])
		}
		length := int64(binary.BigEndian.Uint32(box))
		switch {
		case length == 0: // to the end of the file
			return true
		case length == 1:
			length = int64(binary.BigEndian.Uint64(box[8:]) & (1<<62 - 1))
		}
		if length < 8 || length > size-at {
			return false
		}
		at += length
	}
	return true // more boxes than are worth a look
}
