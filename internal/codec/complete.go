package codec

import "io"

// EndsWith returns a [Format.Complete] for files that end with trailer.
func EndsWith(trailer string) func(head []byte, r io.ReaderAt, size int64) bool {
	return func(_ []byte, r io.ReaderAt, size int64) bool {
		tail := make([]byte, len(trailer))
		if size < int64(len(tail)) {
			return false
		}
		if n, err := r.ReadAt(tail, size-int64(len(tail))); n < len(tail) {
			return err != nil && err != io.EOF // not a truncation; the code that reads the file reports this error
		}
		return string(tail) == trailer
	}
}
