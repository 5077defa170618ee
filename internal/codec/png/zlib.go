package png

import (
	"math"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
)

// Inflater decodes zlib streams that lie in one piece, for other formats. The zero value is ready for
// use.
type Inflater struct{ z inflater }

// Reset begins with a stream, of which rows of at most rowBytes will be taken, and total bytes in all.
// The work of it is reported to meter. If flip is set, the lowest bit of each byte is its highest.
func (f *Inflater) Reset(stream []byte, flip bool, rowBytes, total int, meter *codec.Meter) error {
	s := &f.z.in
	if s.buf == nil {
		s.buf = make([]byte, idatBuffer+idatPad)
	}
	*s = idat{raw: stream, flip: flip, meter: meter, buf: s.buf, bad: math.MaxInt64}
	f.z.trust = true
	return f.z.begin(history + max(min(produce, total), rowBytes) + slop)
}

// Next takes n bytes, which stay valid until the next call and must not be changed. That the
// stream's checksum is right is not checked.
func (f *Inflater) Next(n int) ([]byte, error) { return f.z.next(n) }

// InflaterBytes is the memory that an Inflater takes for rows of that many bytes.
func InflaterBytes(rowBytes int) int64 {
	const tables = 32 << 10
	return int64(windowBytes(rowBytes)) + idatBuffer + idatPad + tables
}
