package webp

// subtractGreenFrom subtracts green from red and blue (RFC 9649, 4.3).
func subtractGreenFrom(px []uint32) {
	for i, v := range px {
		px[i] = withoutGreen(v)
	}
}

// withoutGreen subtracts green from red and blue of a pixel.
func withoutGreen(v uint32) uint32 {
	green := v >> 8 & 0xff
	return v&0xff00ff00 | (v|0xff00ff00-(green<<16|green))&0x00ff00ff
}

// A correlator subtracts from red what it has in common with green, and from blue what it has with green and
// red (RFC 9649, 4.2).
type correlator struct {
	px            []uint32
	width, height int
	bits          uint
	across        int
	tiles         []uint32 // multipliers, as they are written
	price         *[4 * 256]price
}

func (c *correlator) run(e *vp8lEncoder) error {
	for y := 0; y < c.height; y += 1 << c.bits {
		if err := e.ctx.Err(); err != nil {
			return err
		}
		for x := 0; x < c.width; x += 1 << c.bits {
			at := y>>c.bits*c.across + x>>c.bits
			m := c.multipliers(x, y)
			c.tiles[at] = 0xff000000 | m
			if m != 0 {
				c.apply(x, y, m)
			}
		}
	}
	return nil
}

// rows calls do with the rows of a tile.
func (c *correlator) rows(x, y int, do func(row []uint32)) {
	end := min(x+1<<c.bits, c.width)
	for ; ; y++ {
		do(c.px[y*c.width:][x:end])
		if y+1 >= c.height || (y+1)&(1<<c.bits-1) == 0 {
			return
		}
	}
}

// multipliers returns those that suit a tile: by least squares, if they make it cheaper.
func (c *correlator) multipliers(x, y int) uint32 {
	var gg, rr, gr, gb, rb int64
	c.rows(x, y, func(row []uint32) {
		for _, v := range row {
			r, g, b := int64(int8(v>>16)), int64(int8(v>>8)), int64(int8(v))
			gg += g * g
			rr += r * r
			gr += g * r
			gb += g * b
			rb += r * b
		}
	})
	if gg == 0 && rr == 0 {
		return 0
	}
	m := uint32(uint8(scaled(gr, gg)))
	if det := gg*rr - gr*gr; det > 0 && det > gg*rr/64 {
		m |= uint32(uint8(scaled64(float64(float64(gb)*float64(rr))-float64(float64(rb)*float64(gr)), float64(det))))<<8 |
			uint32(uint8(scaled64(float64(float64(rb)*float64(gg))-float64(float64(gb)*float64(gr)), float64(det))))<<16
	} else {
		m |= uint32(uint8(scaled(gb, gg))) << 8
	}
	if m == 0 {
		return 0
	}
	// Each of red and blue has its multipliers, or none.
	var before, after [2]int64
	c.rows(x, y, func(row []uint32) {
		for _, v := range row {
			w := decorrelate(v, m)
			before[0] += int64(c.price[512+v>>16&0xff])
			after[0] += int64(c.price[512+w>>16&0xff])
			before[1] += int64(c.price[v&0xff])
			after[1] += int64(c.price[w&0xff])
		}
	})
	const worth = 24 * int64(bit) // what multipliers take, and what they spoil for copies
	if after[0]+worth > before[0] {
		m &^= 0xff
	}
	if after[1]+2*worth > before[1] {
		m &^= 0xffff00
	}
	return m
}

// scaled is 32·a/b, as a multiplier.
func scaled(a, b int64) int8 { return scaled64(float64(a), float64(b)) }

func scaled64(a, b float64) int8 {
	if b == 0 {
		return 0
	}
	return int8(min(max(32*a/b, -127), 127))
}

func decorrelate(v, m uint32) uint32 {
	r, g := int32(int8(v>>16)), int32(int8(v>>8))
	red := v>>16 - uint32(int32(int8(m))*g>>5)
	blue := v - uint32(int32(int8(m>>8))*g>>5) - uint32(int32(int8(m>>16))*r>>5)
	return v&0xff00ff00 | red&0xff<<16 | blue&0xff
}

func (c *correlator) apply(x, y int, m uint32) {
	c.rows(x, y, func(row []uint32) {
		for i, v := range row {
			row[i] = decorrelate(v, m)
		}
	})
}
