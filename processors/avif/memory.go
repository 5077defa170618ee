//go:build !wasm2go

package avif

import (
	"math"
	"sync"

	"github.com/tetratelabs/wazero/experimental"

	"github.com/rest-thumbnails/thumbnail/processors/avif/internal/isobmff"
)

// hidden is the memory in bytes that a file may cost beyond what its header announces. A test lowers it.
var hidden uint64 = 32 << 20

// A memory is what one instance at a time lives in. Its allocator is the memory itself.
type memory struct {
	buf    []byte
	expect uint64 // how many bytes will do, probably
	limit  uint64 // bytes
}

// pool holds the memories that are not in use; the garbage collector empties it when nobody has
// used them for a while.
var pool = sync.Pool{New: func() any { return new(memory) }}

// maxKept is the size in bytes up to which a memory is kept: 1600×1200 pixels can be encoded in it.
// Of larger ones, little of the time goes into making them.
const maxKept = 80 << 20

// reset makes nothing of what was known of the last picture.
func (m *memory) reset() { m.expect, m.limit = 0, math.MaxUint64 }

// prepareEncode is called when it is known how many bytes of pixels are to be encoded: it takes 32
// bytes per pixel and 5 MB.
func (m *memory) prepareEncode(pixels int) { m.expect = 5<<20 + 8*uint64(pixels) }

// prepareDecode is called when it is known what is to be decoded: it takes 9 to 12 bytes per pixel
// and 2 MB, or 27 if samples have more than 8 bits. More than twice that can only be because the
// header does not tell the truth.
func (m *memory) prepareDecode(p isobmff.Picture, file int) {
	pixels := uint64(p.Width) * uint64(p.Height)
	perPixel := uint64(13)
	if p.Deep {
		perPixel = 28
	}
	m.expect = min(3<<20+2*uint64(file)+perPixel*pixels, 1<<30)
	m.limit = hidden + 2*uint64(file) + 64*pixels
}

func (m *memory) Allocate(_, _ uint64) experimental.LinearMemory { return m }

// Reallocate returns n bytes, which begin with the bytes that there were, and go on with zeros. It
// returns nil, which to the instance is as if there were no more memory, beyond the limit.
func (m *memory) Reallocate(n uint64) []byte {
	if n > m.limit || n > math.MaxInt {
		return nil
	}
	if n > uint64(cap(m.buf)) {
		larger := make([]byte, n, min(max(n+n/4, m.expect), math.MaxInt))
		copy(larger, m.buf)
		m.buf = larger
		return m.buf
	}
	used := len(m.buf)
	m.buf = m.buf[:n]
	clear(m.buf[min(used, int(n)):])
	return m.buf
}

// Free does nothing: see the Close of an instance.
func (m *memory) Free() {}

// empty keeps the memory, unless it is large.
func (m *memory) empty() {
	if cap(m.buf) > maxKept {
		m.buf = nil
	}
	m.buf = m.buf[:0]
}
