package webp

// subtractGreenFrom applies the subtract green transform (RFC 9649, 4.3).
func subtractGreenFrom(px []uint32) {
	for i, v := range px {
		px[i] = withoutGreen(v)
	}
}

// withoutGreen subtracts the green sample of a pixel from red and blue.
func withoutGreen(v uint32) uint32 {
	green := v >> 8 & 0xff
	return v&0xff00ff00 | (v|0xff00ff00-(green<<16|green))&0x00ff00ff
}

// A correlator applies the color transform (RFC 9649, 4.2). It subtracts from red a multiple of green, and from blue
// multiples of green and red.
type correlator struct {
	px            []uint32
	width, height int
	bits          uint
	across        int
	tiles         []uint32 // multipliers of each tile, in the format of the file
	price         *[4 * 256]price
	worth         int64 // bits that new multipliers of a tile must save, as a price
}

func (c *correlator) run(e *vp8lEncoder) error {
	for y := 0; y < c.height; y += 1 << c.bits {
		if err := e.ctx.Err(); err != nil {
			return err
		}
		left := uint32(0)
		for x := 0; x < c.width; x += 1 << c.bits {
			at := y>>c.bits*c.across + x>>c.bits
			above := uint32(0)
			if y > 0 {
				above = c.tiles[at-c.across] & 0xffffff
			}
			left = c.multipliers(x, y, left, above)
			c.tiles[at] = 0xff000000 | left
			if left != 0 {
				c.apply(x, y, left)
			}
		}
	}
	return nil
}

// rows calls do for each row of a tile.
func (c *correlator) rows(x, y int, do func(row []uint32)) {
	end := min(x+1<<c.bits, c.width)
	for ; ; y++ {
		do(c.px[y*c.width:][x:end])
		if y+1 >= c.height || (y+1)&(1<<c.bits-1) == 0 {
			return
		}
	}
}

// multipliers returns the multipliers of a tile that save the most bits, or 0. The candidates are those of the tile on
// the left, those of the tile above, and the least-squares fit.
func (c *correlator) multipliers(x, y int, left, above uint32) uint32 {
	fitted, gray := c.fit(x, y)
	if gray {
		return 0
	}
	best := [2]int64{} // for red and for blue
	m := uint32(0)
	for i, candidate := range [3]uint32{left, above, fitted} {
		if candidate == 0 || i == 1 && candidate == left {
			continue
		}
		red, blue := c.gain(x, y, candidate)
		if i == 2 { // new multipliers take bits, and they make backward references rarer
			red, blue = red-c.worth, blue-2*c.worth
		}
		if red > best[0] {
			best[0], m = red, m&^0xff|candidate&0xff
		}
		if blue > best[1] {
			best[1], m = blue, m&0xff|candidate&0xffff00
		}
	}
	return m
}

// gain returns how many bits the multipliers save for red and for blue, as prices.
func (c *correlator) gain(x, y int, m uint32) (red, blue int64) {
	c.rows(x, y, func(row []uint32) {
		for _, v := range row {
			w := decorrelate(v, m)
			red += int64(c.price[512+v>>16&0xff] - c.price[512+w>>16&0xff])
			blue += int64(c.price[v&0xff] - c.price[w&0xff])
		}
	})
	return red, blue
}

// fit returns the least-squares fit of the multipliers. gray is true if the transform can't change anything. Large
// differences are ignored, because they may be wrapped modulo 256.
func (c *correlator) fit(x, y int) (m uint32, gray bool) {
	const large = 80
	var gg, rr, gr, gb, rb int64
	all := uint32(0)
	c.rows(x, y, func(row []uint32) {
		for _, v := range row {
			all |= v
			r, g, b := int64(int8(v>>16)), int64(int8(v>>8)), int64(int8(v))
			if max(r, -r, g, -g, b, -b) > large {
				continue
			}
			gg += g * g
			rr += r * r
			gr += g * r
			gb += g * b
			rb += r * b
		}
	})
	if all&0xffff00 == 0 || all&0xff00ff == 0 {
		return 0, true
	}
	m = uint32(uint8(scaled(gr, gg)))
	if det := gg*rr - gr*gr; det > 0 && det > gg*rr/64 {
		m |= uint32(uint8(scaled64(float64(float64(gb)*float64(rr))-float64(float64(rb)*float64(gr)), float64(det))))<<8 |
			uint32(uint8(scaled64(float64(float64(rb)*float64(gg))-float64(float64(gb)*float64(gr)), float64(det))))<<16
	} else {
		m |= uint32(uint8(scaled(gb, gg))) << 8
	}
	return m, false
}

// scaled returns 32·a/b, limited to the range of a multiplier.
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
