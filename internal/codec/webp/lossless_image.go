package webp

import (
	"encoding/binary"
	"errors"
)

var errDistance = errors.New("webp: a backward reference to a pixel before the first")

// codes are the five prefix codes of a group (RFC 9649, 6.2.2).
type codes struct {
	table                             []uint16
	green, red, blue, alpha, distance code

	// literal holds red, blue and alpha of all literals, if the codes of these samples have a single symbol each.
	literal uint32
	simple  bool
}

// The largest distance and the largest length of a backward reference (RFC 9649, 5.2.2).
const (
	maxDistance = 1 << 20
	maxCopy     = 1 << 12
)

// pixels decodes an entropy-coded image row by row (RFC 9649, 5.2). Pixels are ARGB with blue in the lowest byte.
type pixels struct {
	decoder       *lossless
	width, height int
	y             int // the current row

	groups   []codes
	tiles    []uint16 // group of each tile; nil means that there is one group
	tileBits uint
	across   int // number of tiles in a row

	cache     []uint32
	cacheBits uint
	cached    int // number of pixels of buf that are in the cache

	buf   []uint32 // the last pixels
	start int      // index of the current row in buf
	at    int      // index of the next pixel in buf
	left  int      // number of pixels of the image from start on
}

// newPixels reads the data before the pixels of an image. Only the main image can have several groups.
func (d *lossless) newPixels(width, height int, top bool) (*pixels, error) {
	p := &pixels{decoder: d, width: width, height: height, left: width * height, tileBits: 31}
	if d.bits.flag() {
		p.cacheBits = uint(d.bits.read(4))
		if p.cacheBits < 1 || p.cacheBits > maxCacheBits {
			return nil, errors.New("webp: invalid size of the color cache")
		}
		p.cache = make([]uint32, 1<<p.cacheBits)
	}
	groups := 1
	if top && d.bits.flag() {
		var err error
		if groups, err = p.readTiles(); err != nil {
			return nil, err
		}
	}
	if err := p.readGroups(groups); err != nil {
		return nil, err
	}
	size := p.left
	if size > maxDistance+maxDistance/2 {
		size = maxDistance + maxDistance/2
	}
	var err error
	p.buf, err = makeTaken[uint32](d, size, 4)
	return p, err
}

// release gives the memory of a finished image back.
func (p *pixels) release() {
	p.decoder.give(4 * int64(len(p.buf)))
	p.buf = nil
}

// codesBytes is the memory of a group without its tables.
const codesBytes = 56

// row decodes the next row. The row is valid until the next call.
func (p *pixels) row() ([]uint32, error) {
	if p.start+min(p.left, p.width+maxCopy) > len(p.buf) {
		p.slide()
	}
	end := p.start + p.width
	for p.at < end {
		if err := p.tile(p.at-p.start, end); err != nil {
			return nil, err
		}
	}
	if p.decoder.bits.exhausted() {
		return nil, errShort
	}
	row := p.buf[p.start:end:end]
	p.start = end
	p.left -= p.width
	p.y++
	return row, p.decoder.meter.Spend(int64(p.width/4 + 1))
}

// slide makes room in buf. It keeps the pixels that backward references may reach.
func (p *pixels) slide() {
	p.fillCache()
	from := p.start - maxDistance
	n := copy(p.buf, p.buf[from:p.at])
	p.start, p.at, p.cached = p.start-from, n, n
}

// tile decodes pixels from position x of the row to the end of the tile. A backward reference may continue beyond
// that.
func (p *pixels) tile(x, end int) error {
	g := &p.groups[0]
	if p.tiles != nil {
		column := x >> p.tileBits
		g = &p.groups[p.tiles[p.y>>p.tileBits*p.across+column]]
		end = min(end, p.start+(column+1)<<p.tileBits)
	}
	if only := g.table[g.green.start] >> 4; g.simple && g.green.mask == 0 && only < 256 {
		run := p.buf[p.at:end]
		for i := range run {
			run[i] = g.literal | uint32(only)<<8
		}
		p.at = end
		return nil
	}
	return p.run(g, end)
}

// run decodes pixels up to index end. A backward reference may continue beyond that.
func (p *pixels) run(g *codes, end int) error {
	b := &p.decoder.bits
	v, n, data, pos := b.v, b.n, b.data, b.pos
	t, buf, at := g.table, p.buf[:end], p.at
	green, red, blue, alpha := t[g.green.start:], t[g.red.start:], t[g.blue.start:], t[g.alpha.start:]
	for at < len(buf) {
		switch {
		case n >= 45:
		case pos+8 <= len(data):
			v |= binary.LittleEndian.Uint64(data[pos:]) << (n & 63)
			pos += int((63 - n) >> 3)
			n |= 56
		default:
			b.v, b.n, b.pos = v, n, pos
			b.fill()
			v, n, pos = b.v, b.n, b.pos
		}
		e := green[v&uint64(g.green.mask)]
		if e&15 > rootBits {
			e = second(green, e, v)
		}
		v >>= e & 15
		n -= uint(e & 15)
		if e >= 256<<4 {
			b.v, b.n, b.pos, p.at = v, n, pos, at
			if err := p.special(g, int(e>>4)); err != nil {
				return err
			}
			v, n, pos, at = b.v, b.n, b.pos, p.at
			continue
		}
		argb := uint32(e>>4) << 8
		if g.simple {
			buf[at] = argb | g.literal
			at++
			continue
		}
		e = red[v&uint64(g.red.mask)]
		if e&15 > rootBits {
			e = second(red, e, v)
		}
		v >>= e & 15
		n -= uint(e & 15)
		argb |= uint32(e>>4) << 16
		e = blue[v&uint64(g.blue.mask)]
		if e&15 > rootBits {
			e = second(blue, e, v)
		}
		v >>= e & 15
		n -= uint(e & 15)
		argb |= uint32(e >> 4)
		e = alpha[v&uint64(g.alpha.mask)]
		if e&15 != 0 {
			b.v, b.n, b.pos = v, n, pos
			e = b.symbol(alpha, g.alpha.mask)
			v, n, pos = b.v, b.n, b.pos
		}
		buf[at] = argb | uint32(e>>4)<<24
		at++
	}
	b.v, b.n, b.pos, p.at = v, n, pos, at
	return nil
}

// second returns the entry in a second table. e is the entry of the root table that refers to it.
func second(table []uint16, e uint16, v uint64) uint16 {
	return table[uint64(e>>4)+v>>rootBits&(1<<(e&15-rootBits)-1)]
}

// symbol reads a symbol and returns its table entry.
func (b *bitReader) symbol(table []uint16, mask uint16) uint16 {
	if b.n < maxLength {
		b.fill()
	}
	e := table[b.v&uint64(mask)]
	if e&15 > rootBits {
		e = second(table, e, b.v)
	}
	b.v >>= e & 15
	b.n -= uint(e & 15)
	return e
}

// special decodes a backward reference or a color cache index.
func (p *pixels) special(g *codes, symbol int) error {
	if symbol >= greenSymbols {
		p.fillCache()
		p.buf[p.at] = p.cache[symbol-greenSymbols]
		p.at++
		return nil
	}
	b := &p.decoder.bits
	n := b.value(symbol - 256)
	distance := b.value(int(b.symbol(g.table[g.distance.start:], g.distance.mask) >> 4))
	if distance > len(neighbors) {
		distance -= len(neighbors)
	} else {
		near := int(neighbors[distance-1])
		distance = max(1, near>>4*p.width+8-near&15)
	}
	if distance > p.at {
		return errDistance
	}
	to := p.buf[p.at:min(p.at+n, p.start+p.left)]
	from := p.buf[p.at-distance:]
	p.at += len(to)
	if distance == 1 {
		for i := range to {
			to[i] = from[0]
		}
		return nil
	}
	for len(to) > 0 {
		n := copy(to, from[:min(distance, len(to))])
		to = to[n:]
		distance += n // the copied pixels may overlap with the copy
	}
	return nil
}

// value reads the extra bits of a length or distance and returns its value.
func (b *bitReader) value(symbol int) int {
	if symbol < 4 {
		return symbol + 1
	}
	extra := uint(symbol-2) >> 1
	return (2+symbol&1)<<extra + int(b.read(extra)) + 1
}

// fillCache adds the latest pixels to the color cache.
func (p *pixels) fillCache() {
	if p.cache == nil {
		return
	}
	shift := 32 - p.cacheBits
	cache := p.cache
	for _, v := range p.buf[p.cached:p.at] {
		cache[0x1e35a7bd*v>>(shift&31)] = v
	}
	p.cached = p.at
}

// neighbors lists the pixels of the short distance codes. The upper 4 bits are the number of rows above. The lower 4 bits
// are 8 minus the number of columns to the left.
var neighbors = [120]uint8{
	0x18, 0x07, 0x17, 0x19, 0x28, 0x06, 0x27, 0x29, 0x16, 0x1a, 0x26, 0x2a, 0x38, 0x05, 0x37, 0x39, 0x15, 0x1b, 0x36, 0x3a,
	0x25, 0x2b, 0x48, 0x04, 0x47, 0x49, 0x14, 0x1c, 0x35, 0x3b, 0x46, 0x4a, 0x24, 0x2c, 0x58, 0x45, 0x4b, 0x34, 0x3c, 0x03,
	0x57, 0x59, 0x13, 0x1d, 0x56, 0x5a, 0x23, 0x2d, 0x44, 0x4c, 0x55, 0x5b, 0x33, 0x3d, 0x68, 0x02, 0x67, 0x69, 0x12, 0x1e,
	0x66, 0x6a, 0x22, 0x2e, 0x54, 0x5c, 0x43, 0x4d, 0x65, 0x6b, 0x32, 0x3e, 0x78, 0x01, 0x77, 0x79, 0x53, 0x5d, 0x11, 0x1f,
	0x64, 0x6c, 0x42, 0x4e, 0x76, 0x7a, 0x21, 0x2f, 0x75, 0x7b, 0x31, 0x3f, 0x63, 0x6d, 0x52, 0x5e, 0x00, 0x74, 0x7c, 0x41,
	0x4f, 0x10, 0x20, 0x62, 0x6e, 0x30, 0x73, 0x7d, 0x51, 0x5f, 0x40, 0x72, 0x7e, 0x61, 0x6f, 0x50, 0x71, 0x7f, 0x60, 0x70,
}

func tilesOf(size int, bits uint) int { return (size + 1<<bits - 1) >> bits }

// makeTaken allocates n elements and charges them to the account.
func makeTaken[T any](d *lossless, n int, size int64) ([]T, error) {
	if err := d.take(int64(n) * size); err != nil {
		return nil, err
	}
	return make([]T, n), nil
}
