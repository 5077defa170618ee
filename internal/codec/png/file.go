package png

import (
	"encoding/binary"
	"hash/crc32"
)

const signature = "\x89PNG\r\n\x1a\n"

// file is what the chunks around the pixels say.
type file struct {
	Header
	palette [256][4]byte // R, G, B, A; what the file does not define is opaque black
	colours int          // that the file defines
	trns    bool
	key     [3]uint16 // the samples that are transparent, if trns and not Indexed
	idat    []byte    // the file from its first IDAT chunk on
	behind  []byte    // the file behind the last of the consecutive IDAT chunks, once they are read
}

// samples per pixel
func (h *Header) samples() int {
	switch h.Color {
	case GrayAlpha:
		return 2
	case RGB:
		return 3
	case RGBA:
		return 4
	default:
		return 1
	}
}

// rowBytes is the length of a row of that many pixels without its filter type.
func (h *Header) rowBytes(width int) int {
	return int((int64(width)*int64(h.samples()*h.Depth) + 7) / 8)
}

// pixelBytes is the distance between bytes that filters bring together (9.2).
func (h *Header) pixelBytes() int { return max(h.samples()*h.Depth/8, 1) }

func (f *file) readHeader(data []byte) error {
	*f = file{}
	if len(data) < len(signature) || string(data[:len(signature)]) != signature {
		return corrupt("no PNG")
	}
	c, data, err := nextChunk(data[len(signature):])
	switch {
	case err != nil:
		return err
	case c.kind != "IHDR" || len(c.data) != 13:
		return corrupt("no IHDR")
	case !c.sound():
		return corrupt("checksum of IHDR")
	}
	if err := f.ihdr(c.data); err != nil {
		return err
	}
	for {
		f.idat = data
		if c, data, err = nextChunk(data); err != nil {
			return err
		}
		switch c.kind {
		case "PLTE":
			err = f.plte(c)
		case "tRNS":
			err = f.trnsChunk(c)
		case "IDAT":
			if f.Color == Indexed && f.colours == 0 {
				return corrupt("no palette")
			}
			f.Transparent = f.transparent()
			return nil
		case "IHDR", "IEND":
			return corrupt("order of chunks")
		}
		if err != nil {
			return err
		}
	}
}

func (f *file) ihdr(b []byte) error {
	width, height := binary.BigEndian.Uint32(b), binary.BigEndian.Uint32(b[4:])
	if width == 0 || height == 0 || width > 1<<31-1 || height > 1<<31-1 {
		return corrupt("size")
	}
	f.Width, f.Height, f.Depth, f.Color, f.Interlaced = int(width), int(height), int(b[8]), ColorType(b[9]), b[12] == 1
	if b[10] != 0 || b[11] != 0 || b[12] > 1 {
		return unsupported("methods %d, %d, %d", b[10], b[11], b[12])
	}
	depths := map[ColorType]uint{ // bit n for depth n (table 11.1)
		Gray: 1<<1 | 1<<2 | 1<<4 | 1<<8 | 1<<16, RGB: 1<<8 | 1<<16, Indexed: 1<<1 | 1<<2 | 1<<4 | 1<<8,
		GrayAlpha: 1<<8 | 1<<16, RGBA: 1<<8 | 1<<16,
	}
	if depths[f.Color]>>f.Depth&1 == 0 {
		return unsupported("colour type %d of depth %d", f.Color, f.Depth)
	}
	return nil
}

// plte reads the palette (11.2.2), which other colour types may have as a suggestion.
func (f *file) plte(c chunk) error {
	n := len(c.data) / 3
	switch {
	case !c.sound():
		return corrupt("checksum of PLTE")
	case f.colours > 0 || f.trns:
		return corrupt("order of chunks")
	case len(c.data)%3 != 0 || n == 0 || n > 256 || f.Color == Indexed && n > 1<<f.Depth || f.Color == Gray || f.Color == GrayAlpha:
		return corrupt("PLTE")
	}
	f.colours = n
	for i := range f.palette {
		f.palette[i] = [4]byte{3: 255}
	}
	for i := range n {
		copy(f.palette[i][:3], c.data[3*i:])
	}
	return nil
}

// trnsChunk reads which pixels are transparent (11.3.1.1).
func (f *file) trnsChunk(c chunk) error {
	if !c.sound() {
		return corrupt("checksum of tRNS")
	}
	bad := false
	switch f.Color {
	case Gray, RGB:
		bad = len(c.data) != 2*f.samples()
		for i := 0; !bad && i < f.samples(); i++ {
			f.key[i] = binary.BigEndian.Uint16(c.data[2*i:]) & (1<<f.Depth - 1) // more bits than a sample has do not count
		}
	case Indexed:
		bad = f.colours == 0 || len(c.data) > 256
		for i := 0; !bad && i < len(c.data); i++ {
			f.palette[i][3] = c.data[i]
		}
		f.colours = max(f.colours, len(c.data))
	default:
		bad = true
	}
	if bad || f.trns {
		return corrupt("tRNS")
	}
	f.trns = true
	return nil
}

func (f *file) transparent() bool {
	if f.Color != Indexed {
		return f.trns || f.Color == GrayAlpha || f.Color == RGBA
	}
	for _, c := range f.palette {
		if c[3] != 255 {
			return true
		}
	}
	return false
}

// readTrailer reads the chunks behind the pixels.
func (f *file) readTrailer() error {
	data := f.behind
	for {
		c, rest, err := nextChunk(data)
		switch {
		case err != nil:
			return err
		case c.kind == "IEND":
			if len(c.data) != 0 || !c.sound() {
				return corrupt("IEND")
			}
			return nil
		case c.kind == "IHDR" || c.kind == "PLTE" || c.kind == "tRNS":
			return corrupt("order of chunks")
		}
		data = rest
	}
}

// A chunk of the file (5.3).
type chunk struct {
	kind string
	data []byte
	sum  []byte // kind and data, as the CRC takes them
	crc  uint32
}

// nextChunk splits off the first chunk.
func nextChunk(data []byte) (c chunk, rest []byte, err error) {
	if len(data) < 12 {
		return c, nil, corrupt("cut off")
	}
	n := binary.BigEndian.Uint32(data)
	if uint64(n) > uint64(len(data)-12) {
		return c, nil, corrupt("cut off")
	}
	end := 8 + int(n)
	c = chunk{string(data[4:8]), data[8:end], data[4:end], binary.BigEndian.Uint32(data[end:])}
	return c, data[end+4:], nil
}

func (c chunk) sound() bool { return crc32.ChecksumIEEE(c.sum) == c.crc }
