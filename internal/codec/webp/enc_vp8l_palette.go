package webp

import "slices"

// A colorTable numbers the colors of a picture with few colors.
type colorTable struct {
	colors  []uint32
	slots   [1024]uint16 // number of the color, plus 1
	numbers [1024]uint32 // color in the slot
}

// reset removes all colors.
func (t *colorTable) reset() {
	clear(t.slots[:])
	t.colors = t.colors[:0]
}

func (t *colorTable) slot(v uint32) uint32 {
	h := v * 0x9e3779b1 >> 22
	for t.slots[h] != 0 && t.numbers[h] != v {
		h = (h + 1) & 1023
	}
	return h
}

// add adds the colors of a row. It reports whether there are at most 256 colors.
func (t *colorTable) add(row []uint32) bool {
	last, any := uint32(0), false
	for _, v := range row {
		if any && v == last {
			continue
		}
		last, any = v, true
		h := t.slot(v)
		if t.slots[h] == 0 {
			if len(t.colors) == 256 {
				return false
			}
			t.colors = append(t.colors, v)
			t.slots[h], t.numbers[h] = uint16(len(t.colors)), v
		}
	}
	return true
}

// sort orders the colors so that consecutive colors are similar, because the palette is stored as differences. It takes the
// order whose differences are estimated to take the fewest bits.
func (t *colorTable) sort() {
	slices.Sort(t.colors)
	best, least := slices.Clone(t.colors), paletteCost(t)
	for alphaWeight := 1; alphaWeight <= 8; alphaWeight += 7 {
		t.chain(alphaWeight)
		if cost := paletteCost(t); cost < least {
			least = cost
			copy(best, t.colors)
		}
	}
	copy(t.colors, best)
	for i, v := range t.colors {
		t.slots[t.slot(v)] = uint16(i + 1)
	}
}

// chain orders the colors so that each is the one nearest to the color before, of those that are left. alphaWeight is that of
// colorDistance.
func (t *colorTable) chain(alphaWeight int) {
	slices.Sort(t.colors)
	last := uint32(0)
	for i := range t.colors {
		best, least := i, 1<<30
		for j := i; j < len(t.colors); j++ {
			if d := colorDistance(t.colors[j], last, alphaWeight); d < least {
				best, least = j, d
			}
		}
		t.colors[i], t.colors[best] = t.colors[best], t.colors[i]
		last = t.colors[i]
	}
}

// colorDistance estimates the cost of the difference of two colors. It adds the absolute values of the signed differences
// of the samples, with a weight of 8 for blue, green and red.
func colorDistance(a, b uint32, alphaWeight int) int {
	d := subPixels(a, b)
	negative := d >> 7 & 0x01010101
	d = (d ^ negative*0xff) + negative // at most 128 each
	return 8*int(d&0xff+d>>8&0xff+d>>16&0xff) + alphaWeight*int(d>>24)
}

// pixelBits returns the logarithm of the number of indices per pixel.
func (t *colorTable) pixelBits() uint {
	switch n := len(t.colors); {
	case n <= 2:
		return 3
	case n <= 4:
		return 2
	case n <= 16:
		return 1
	}
	return 0
}

// pack replaces the colors by indices, with one or more indices per pixel (RFC 9649, 4.4). It returns the packed
// pixels, which share the memory of px, and their width.
func (t *colorTable) pack(px []uint32, width int) ([]uint32, int) {
	shift := t.pixelBits()
	packed := tilesOf(width, shift)
	depth, inner := uint(8)>>shift, 1<<shift-1
	out, last, index := px[:0], ^px[0], uint32(0)
	if shift == 0 {
		for i, c := range px {
			if c != last {
				last, index = c, 0xff000000|uint32(t.slots[t.slot(c)]-1)<<8
			}
			px[i] = index
		}
		return px, width
	}
	for ; len(px) > 0; px = px[width:] {
		v := uint32(0)
		for x, c := range px[:width] {
			if c != last {
				last, index = c, uint32(t.slots[t.slot(c)]-1)
			}
			v |= index << (uint(x&inner)*depth + 8)
			if x&inner == inner || x == width-1 {
				out = append(out, 0xff000000|v)
				v = 0
			}
		}
	}
	return out, packed
}

// differences returns the palette as differences of consecutive colors.
func (t *colorTable) differences() []uint32 {
	out := make([]uint32, len(t.colors))
	last := uint32(0)
	for i, v := range t.colors {
		out[i] = subPixels(v, last)
		last = v
	}
	return out
}
