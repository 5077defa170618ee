package webp

import (
	"encoding/binary"
	"io"
)

// complete reports whether a file is as long as its RIFF header says.
func complete(head []byte, _ io.ReaderAt, size int64) bool {
	return size >= 8+int64(binary.LittleEndian.Uint32(head[4:8]))
}
