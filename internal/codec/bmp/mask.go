package bmp

import (
	"encoding/binary"
	"math/bits"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
)

// A mask extracts a sample from a pixel.
type mask struct {
	shift  int
	mask   uint32
	levels [256]byte // 8-bit samples, by the upper 8 bits of the masked value (by all its bits if there are fewer)
}

// masksOf returns the masks of red, green, blue and alpha. The mask of alpha is 0 if there is no alpha.
func (m *info) masksOf(data []byte) (values [4]uint32) {
	values = [4]uint32{0xff0000, 0xff00, 0xff, 0}
	if m.bits == 16 {
		values = [4]uint32{0x7c00, 0x3e0, 0x1f, 0}
	}
	if m.icon && m.bits == 32 {
		values[3] = 0xff000000
	}
	if m.bare && m.bits == 16 {
		return [4]uint32{0xf800, 0x7e0, 0x1f, 0}
	}
	if m.compression == compRGB && !m.icon {
		values[3] = m.unusedAlpha(data)
	}
	if !m.masked() || m.bare {
		return values
	}
	at := m.base + infoHeader
	n := 3
	if m.size >= fullHeader || m.size == infoHeader && m.compression == compAlphaMasks {
		n = 4
	}
	for i := range n {
		if at+int64(4*i+4) <= int64(len(data)) {
			values[i] = binary.LittleEndian.Uint32(data[at+int64(4*i):])
		}
		if m.bits == 16 {
			values[i] &= 0xffff // some programs write the alpha mask of 32 bits
		}
	}
	return values
}

// unusedAlpha returns the mask of alpha in a header whose compression says that there are no masks. Chromium uses it, but not the other
// masks. A mask that is not contiguous is ignored.
func (m *info) unusedAlpha(data []byte) uint32 {
	const at = fileHeader + maskHeader
	if m.size < fullHeader || m.size == os2Header || m.bits < 16 || len(data) < at+4 {
		return 0
	}
	value := binary.LittleEndian.Uint32(data[at:])
	if m.bits == 16 {
		value &= 0xffff
	}
	if _, err := newMask(value); err != nil {
		return 0
	}
	return value
}

// readBare sets m.bare if the pixels begin where the masks should be. ImageMagick writes such files with
// subtype=RGB565 and a header of Windows 3. offset is the offset of the pixels in the first header.
func (m *info) readBare(r *codec.Reader, offset int64) {
	if m.compression != compMasks || m.size != infoHeader || offset != m.base+infoHeader {
		return
	}
	var b [12]byte
	if r.Read(b[:]) != nil {
		m.bare = true // too few bytes for masks
		return
	}
	red, green, blue := binary.LittleEndian.Uint32(b[:]), binary.LittleEndian.Uint32(b[4:]), binary.LittleEndian.Uint32(b[8:])
	all := red | green | blue
	m.bare = all == 0 || red&green|red&blue|green&blue != 0 || uint64(all)>>m.bits != 0
	for _, v := range []uint32{red, green, blue} {
		if _, err := newMask(v); err != nil {
			m.bare = true
		}
	}
}

// newMask returns the mask of a contiguous range of bits. If there are no bits, the sample is 0.
func newMask(value uint32) (m mask, err error) {
	width := bits.OnesCount32(value)
	if value == 0 {
		return m, nil
	}
	if 32-bits.LeadingZeros32(value)-bits.TrailingZeros32(value) != width {
		return m, unsupported("the bits of mask %#x are not contiguous", value)
	}
	m.shift = bits.TrailingZeros32(value) + max(width-8, 0)
	m.mask = 1<<min(width, 8) - 1
	for i := range m.mask + 1 {
		m.levels[i] = byte((i*255 + m.mask/2) / m.mask)
	}
	return m, nil
}

func (m *mask) of(v uint32) byte { return m.levels[v>>m.shift&m.mask] }
