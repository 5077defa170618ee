package bmp

import (
	"encoding/binary"
	"fmt"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
)

// Lengths of the second header in bytes.
const (
	fileHeader = 14
	coreHeader = 12  // OS/2 1.x
	infoHeader = 40  // Windows 3
	os2Header  = 64  // OS/2 2.x; may end anywhere after 16 bytes
	maskHeader = 52  // has masks of red, green and blue
	fullHeader = 56  // has a mask of alpha as well
	v5Header   = 124 // the longest known header
	maxHeader  = 4096
)

// maxPixels is the maximum number of pixels. The number of their bytes fits in an int64.
const maxPixels = 1 << 44

// Compressions.
const (
	compRGB        = 0
	compRLE8       = 1
	compRLE4       = 2
	compMasks      = 3 // in OS/2 files this value means Huffman coding
	compJPEG       = 4 // in OS/2 files this value means RLE of 24-bit pixels
	compPNG        = 5
	compAlphaMasks = 6
	compRLE24      = 100 // replaces compJPEG for OS/2 files
)

// An info holds the contents of the second header.
type info struct {
	size          int64 // length of the header
	width, height int
	topDown       bool
	bits          int
	compression   uint32
	used          int64 // number of palette entries; 0 means the maximum

	base    int64 // offset of the second header
	palette int64 // offset of the palette in the file
	pixels  int64

	bare bool  // compression is compMasks, but the file has no masks
	icon bool  // the bitmap is an icon, which has a mask of transparent pixels
	mask int64 // offset of the mask of transparent pixels
}

// readInfo reads the second header.
func readInfo(r *codec.Reader) (*info, error) {
	at := r.Pos()
	b, err := r.Block(4)
	if err != nil {
		return nil, err
	}
	m := &info{size: int64(binary.LittleEndian.Uint32(b)), base: at}
	if m.size != coreHeader && m.size < 16 || m.size > maxHeader {
		return nil, unsupported("a header of %d bytes", m.size)
	}
	var h [infoHeader]byte
	if err := r.Read(h[4:min(m.size, infoHeader)]); err != nil {
		return nil, err
	}
	le := binary.LittleEndian
	if m.size == coreHeader {
		m.width, m.height, m.bits = int(le.Uint16(h[4:])), int(le.Uint16(h[6:])), int(le.Uint16(h[10:]))
		return m, m.check()
	}
	width, height := int64(int32(le.Uint32(h[4:]))), int64(int32(le.Uint32(h[8:])))
	if height < 0 {
		m.topDown, height = true, -height
	}
	if width < 1 || height < 1 || height > 1<<31-1 {
		return nil, corrupt("invalid size %d×%d", width, height)
	}
	m.width, m.height = int(width), int(height)
	m.bits, m.compression, m.used = int(le.Uint16(h[14:])), le.Uint32(h[16:]), int64(le.Uint32(h[32:]))
	if m.compression == compJPEG && m.bits == 24 && m.size <= os2Header {
		m.compression = compRLE24
	}
	return m, m.check()
}

// check returns an error if the file can't be decoded.
func (m *info) check() error {
	if m.width < 1 || m.height < 1 {
		return corrupt("invalid size %d×%d", m.width, m.height)
	}
	if int64(m.width)*int64(m.height) > maxPixels {
		return fmt.Errorf("%w: %d×%d pixels", codec.ErrTooLarge, m.width, m.height)
	}
	ok := false
	switch m.compression {
	case compRGB:
		switch m.bits {
		case 1, 2, 4, 8, 16, 24, 32:
			ok = true
		}
	case compRLE8:
		ok = m.bits == 8
	case compRLE4:
		ok = m.bits == 4
	case compMasks, compAlphaMasks:
		ok = m.bits == 16 || m.bits == 32
	case compRLE24:
		ok = m.bits == 24
	}
	if !ok {
		return unsupported("%d bits, compression %d", m.bits, m.compression)
	}
	return nil
}

func (m *info) rle() bool {
	return m.compression == compRLE8 || m.compression == compRLE4 || m.compression == compRLE24
}

func (m *info) masked() bool { return m.compression == compMasks || m.compression == compAlphaMasks }

// place sets the offsets of palette and pixels. offset is the offset of the pixels in the first header; place ignores
// it if it lies within the headers.
func (m *info) place(base, offset int64) {
	m.base = base
	m.palette = base + m.size
	switch {
	case m.size > infoHeader || m.bare:
	case m.compression == compMasks:
		m.palette += 12
	case m.compression == compAlphaMasks:
		m.palette += 16
	}
	m.pixels = offset
	if offset < m.palette {
		m.pixels = m.palette + m.colors()*m.entry()
	}
}

// entry returns the size of a palette entry in bytes: 3 in OS/2 1.x, else 4.
func (m *info) entry() int64 {
	if m.size == coreHeader {
		return 3
	}
	return 4
}

// colors returns the number of palette entries. As in Chromium, a larger number than the bit depth allows counts as the maximum.
func (m *info) colors() int64 {
	switch {
	case m.bits > 8:
		return m.used // only a suggestion for displays with a palette; the pixels have none
	case m.used == 0:
		return 1 << m.bits
	}
	return min(m.used, 1<<m.bits)
}

// rowBytes returns the number of bytes with pixels in a row. stride returns the distance in bytes between rows.
func (m *info) rowBytes() int64 { return (int64(m.width)*int64(m.bits) + 7) / 8 }
func (m *info) stride() int64   { return (int64(m.width)*int64(m.bits) + 31) / 32 * 4 }
