package png

import (
	"github.com/rest-thumbnails/thumbnail/internal/codec"
)

// Inflater decodes zlib streams that are contiguous in memory, for other formats. The zero value is ready to use.
type Inflater struct{ z inflater }

// Reset starts decoding a stream. Next will be called for rows of at most rowBytes bytes, and for total bytes overall.
// Reset and Next report their work to meter. If flip is set, the bits of each byte are in reverse order.
func (f *Inflater) Reset(stream []byte, flip bool, rowBytes, total int, meter *codec.Meter) error {
	s := &f.z.in
	s.clear()
	s.raw, s.flip, s.meter = stream, flip, meter
	f.z.trust = true
	return f.z.begin(history + max(min(produce, total), rowBytes) + slop)
}

// Next returns n bytes, which are valid until the next call and must not be modified. The checksum of the stream is not
// verified.
func (f *Inflater) Next(n int) ([]byte, error) { return f.z.next(n) }

// InflaterBytes returns the memory of an Inflater for rows of rowBytes bytes.
func InflaterBytes(rowBytes int) int64 {
	const tables = 32 << 10
	return int64(windowBytes(rowBytes)) + idatBuffer + idatPad + tables
}
