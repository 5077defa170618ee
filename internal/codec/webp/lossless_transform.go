package webp

// Kinds of transforms (RFC 9649, 4).
const (
	predictorTransform = iota
	colorTransform
	subtractGreen
	colorIndexing
)

// A transform describes how the encoder has transformed the pixels. The decoder inverts transforms row by row.
type transform struct {
	kind  uint32
	width int  // width of a row after the inverse transform
	bits  uint // logarithm of the tile size; for colorIndexing, logarithm of the number of indices per pixel

	tiles   []uint32 // multipliers, for colorTransform
	modes   []uint8  // modes, for predictorTransform
	across  int      // number of tiles in a row
	above   []uint32 // for predictorTransform: the row above, and one more pixel
	palette []uint32 // 256 colors, for colorIndexing
}

// readTransform reads the data of a transform. width is the width after the inverse transform.
func (d *lossless) readTransform(kind uint32, width int) (t transform, err error) {
	t = transform{kind: kind, width: width}
	switch kind {
	case predictorTransform, colorTransform:
		t.bits = uint(d.bits.read(3)) + 2
		t.across = tilesOf(width, t.bits)
		return t, d.readTransformTiles(&t, tilesOf(d.height, t.bits))
	case colorIndexing:
		n := int(d.bits.read(8)) + 1
		switch {
		case n <= 2:
			t.bits = 3
		case n <= 4:
			t.bits = 2
		case n <= 16:
			t.bits = 1
		}
		t.palette = make([]uint32, 256) // indices beyond the palette are transparent black
		err = d.subImage(n, 1, func(_ int, row []uint32) {
			var last uint32
			for i, v := range row {
				last = addPixels(last, v)
				t.palette[i] = last
			}
		})
	}
	return t, err
}

func (d *lossless) readTransformTiles(t *transform, down int) (err error) {
	if t.kind == colorTransform {
		if t.tiles, err = makeTaken[uint32](d, t.across*down, 4); err != nil {
			return err
		}
		return d.subImage(t.across, down, func(y int, row []uint32) { copy(t.tiles[y*t.across:], row) })
	}
	if t.above, err = makeTaken[uint32](d, t.width+1, 4); err != nil {
		return err
	}
	if t.modes, err = makeTaken[uint8](d, t.across*down, 1); err != nil {
		return err
	}
	return d.subImage(t.across, down, func(y int, row []uint32) {
		for x, v := range row {
			t.modes[y*t.across+x] = uint8(v >> 8 & 15)
		}
	})
}

// packed returns the width of a row before the inverse transform. width is the width after it.
func (t *transform) packed(width int) int {
	if t.kind == colorIndexing {
		return tilesOf(width, t.bits)
	}
	return width
}

// undo applies the inverse transform to a row. The slice has room for the full width.
func (t *transform) undo(row []uint32, y int) {
	row = row[:t.width]
	switch t.kind {
	case predictorTransform:
		t.unpredict(row, y)
	case colorTransform:
		t.uncorrelate(row, y)
	case subtractGreen:
		for i, v := range row {
			green := v >> 8 & 0xff
			row[i] = v&0xff00ff00 | (v&0x00ff00ff+green<<16+green)&0x00ff00ff
		}
	case colorIndexing:
		t.unpack(row)
	}
}

// unpack replaces indices by colors. It starts with the last pixel, because a pixel may hold several indices.
func (t *transform) unpack(row []uint32) {
	palette := (*[256]uint32)(t.palette)
	if t.bits == 0 {
		for i, v := range row {
			row[i] = palette[v>>8&0xff]
		}
		return
	}
	depth := uint(8) >> t.bits
	mask := uint32(1)<<depth - 1
	inner := 1<<t.bits - 1
	for i := len(row) - 1; i >= 0; i-- {
		v := row[i>>t.bits] >> 8 & 0xff
		row[i] = palette[v>>(uint(i&inner)*depth)&mask]
	}
}

// uncorrelate applies the inverse color transform (RFC 9649, 4.2): it adds a multiple of green to red, and multiples
// of green and red to blue.
func (t *transform) uncorrelate(row []uint32, y int) {
	tiles := t.tiles[y>>t.bits*t.across:][:t.across]
	for _, m := range tiles {
		n := min(len(row), 1<<t.bits)
		greenToRed, greenToBlue, redToBlue := int32(int8(m)), int32(int8(m>>8)), int32(int8(m>>16))
		for i, v := range row[:n] {
			green := int32(int8(v >> 8))
			red := v>>16 + uint32(greenToRed*green>>5)
			blue := v + uint32(greenToBlue*green>>5) + uint32(redToBlue*int32(int8(red))>>5)
			row[i] = v&0xff00ff00 | red&0xff<<16 | blue&0xff
		}
		row = row[n:]
	}
}

// addPixels adds the samples of two pixels, modulo 256.
func addPixels(a, b uint32) uint32 {
	return (a&0xff00ff00+b&0xff00ff00)&0xff00ff00 | (a&0x00ff00ff+b&0x00ff00ff)&0x00ff00ff
}
