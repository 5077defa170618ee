package engine

import (
	"io"

	"github.com/rest-thumbnails/thumbnail/processors/heif"
)

const (
	completeHead = 16 // bytes that identify the format
	minComplete  = 24 // bytes; no format has a smaller file
)

// Complete reports whether a file of size bytes looks complete. It reads a few bytes at up to two places. If the
// format does not mark the end of a file, a file counts as complete unless it is empty or begins with zeros. File
// systems leave zeros where data was never written.
func Complete(r io.ReaderAt, size int64) bool {
	if size < minComplete {
		return false
	}
	head := make([]byte, completeHead)
	if n, err := r.ReadAt(head, 0); n < len(head) {
		return err != nil && err != io.EOF // a read error does not mean that the file is truncated; the caller will get the error again
	}
	if [completeHead]byte(head) == [completeHead]byte{} {
		return false
	}
	for _, f := range table {
		if f.Match(head) {
			return f.Complete == nil || f.Complete(head, r, size)
		}
	}
	return string(head[4:8]) != "ftyp" || heif.Complete(r, size)
}
