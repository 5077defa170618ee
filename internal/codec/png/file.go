package png

import (
	"encoding/binary"
)

// file holds the contents of the chunks before the pixels, as far as decoding needs them.
type file struct {
	pictureHeader
	palette [256][4]byte // R, G, B, A; entries that the file does not define are opaque black
	colors  int          // number of palette entries that the file defines
	trns    bool
	noMatch bool      // the tRNS chunk that applies has a sample that no pixel can have
	key     [3]uint16 // samples of the transparent color, if trns is set and the color type is not indexed
	damage  error     // error for a wrong checksum of a needed chunk, or nil
}

// samples returns the number of samples per pixel.
func (h *pictureHeader) samples() int {
	switch h.Color {
	case colorGrayAlpha:
		return 2
	case colorRGB:
		return 3
	case colorRGBA:
		return 4
	default:
		return 1
	}
}

// rowBytes returns the length in bytes of a row of width pixels, without the filter type byte.
func (h *pictureHeader) rowBytes(width int) int {
	return int((int64(width)*int64(h.samples()*h.Depth) + 7) / 8)
}

// pixelBytes returns the distance between a byte and the corresponding byte of the pixel to the left, as filters use it
// (9.2).
func (h *pictureHeader) pixelBytes() int { return max(h.samples()*h.Depth/8, 1) }

// chunks reads the chunks up to the first IDAT and returns that IDAT. ok is false if there is none. chunks reads some
// of these chunks itself. It passes the others to the function named also, if that is not nil.
func (f *file) chunks(w *walker, also func(c chunk) error) (idat chunk, ok bool, err error) {
	for {
		c, ok, err := w.next()
		switch {
		case err != nil || !ok:
			return c, false, err
		case c.is("IDAT"):
			f.Transparent = f.transparent()
			return c, true, nil
		case c.is("PLTE"):
			err = f.plte(w, c)
		case c.is("tRNS"):
			err = f.trnsChunk(w, c)
		case also != nil:
			err = also(c)
		}
		if err != nil {
			return c, false, err
		}
	}
}

func (f *file) ihdr(b []byte) error {
	width, height := binary.BigEndian.Uint32(b), binary.BigEndian.Uint32(b[4:])
	if width == 0 || height == 0 || width > 1<<31-1 || height > 1<<31-1 {
		return corrupt("invalid size of the picture")
	}
	f.Width, f.Height, f.Depth, f.Color, f.Interlaced = int(width), int(height), int(b[8]), colorType(b[9]), b[12] == 1
	if b[10] != 0 || b[11] != 0 || b[12] > 1 {
		return unsupported("compression method %d, filter method %d, interlace method %d", b[10], b[11], b[12])
	}
	depths := map[colorType]uint{ // bit n for depth n (table 11.1)
		colorGray: 1<<1 | 1<<2 | 1<<4 | 1<<8 | 1<<16, colorRGB: 1<<8 | 1<<16, colorIndexed: 1<<1 | 1<<2 | 1<<4 | 1<<8,
		colorGrayAlpha: 1<<8 | 1<<16, colorRGBA: 1<<8 | 1<<16,
	}
	if depths[f.Color]>>f.Depth&1 == 0 {
		return unsupported("color type %d of depth %d", f.Color, f.Depth)
	}
	return nil
}

// plte reads the palette (11.2.2). The first PLTE chunk applies, up to the number of possible indices. For color types
// other than indexed, PLTE is a suggestion and does not affect pixels. But as in libpng, a tRNS chunk before PLTE is
// then ignored.
func (f *file) plte(w *walker, c chunk) error {
	if f.Color == colorGray || f.Color == colorGrayAlpha || c.size < 3 || f.colors > 0 {
		return nil
	}
	f.trns = false
	if f.Color != colorIndexed {
		return nil
	}
	const limit = 1 << 16 // some writers exceed the maximum of 256 entries
	data, sound, err := w.data(c, limit)
	if err != nil || data == nil {
		return err
	}
	if !sound {
		f.damage = corrupt("wrong checksum of PLTE")
	}
	f.colors = min(len(data)/3, 1<<f.Depth)
	for i := range f.palette {
		f.palette[i] = [4]byte{3: 255}
	}
	for i := range f.colors {
		copy(f.palette[i][:3], data[3*i:])
	}
	return nil
}

// trnsChunk reads tRNS (11.3.1.1). As in libpng, the first valid tRNS chunk applies. A valid one is allowed for the color
// type, follows PLTE if there is a PLTE, and has the right length.
func (f *file) trnsChunk(w *walker, c chunk) error {
	fits := false
	switch f.Color {
	case colorGray, colorRGB:
		fits = c.size == int64(2*f.samples())
	case colorIndexed:
		fits = c.size > 0 && c.size <= int64(f.colors)
	}
	if !fits || f.trns || f.noMatch {
		return nil
	}
	data, sound, err := w.data(c, c.size)
	if err != nil || data == nil {
		return err
	}
	if f.Color == colorIndexed {
		for i := range data {
			f.palette[i][3] = data[i]
		}
	} else {
		for i := range f.samples() {
			f.key[i] = binary.BigEndian.Uint16(data[2*i:])
			if int(f.key[i])>>f.Depth != 0 {
				f.noMatch = true
				return nil
			}
		}
	}
	if f.trns = true; !sound {
		f.damage = corrupt("wrong checksum of tRNS")
	}
	return nil
}

func (f *file) transparent() bool {
	if f.Color != colorIndexed {
		return f.trns || f.Color == colorGrayAlpha || f.Color == colorRGBA
	}
	for _, c := range f.palette[:f.colors] {
		if c[3] != 255 {
			return true
		}
	}
	return false
}
