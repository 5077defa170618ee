package webp

import "math/bits"

const predictorModes = 14

// changeCost is the price of a mode that differs from that of the tile on the left, or of the tile above.
const changeCost = 6 * int64(bit)

// A predictor replaces the pixels of an image by their differences from the prediction.
type predictor struct {
	setting
	counts [4 * 256]uint32
	price  [4 * 256]price // prices of differences: blue, green, red, alpha
}

// A setting is what a predictor processes, and how.
type setting struct {
	px            []uint32
	width, height int
	bits          uint
	across        int
	exact         bool
	step          int      // distance of the rows that are sampled to choose modes
	modes         []uint32 // modes of the tiles, in the format of the file
	above, row    []uint32 // rows of original pixels; above has one more pixel
	line          []uint32 // scratch memory for predictions
}

// init sets the prices of differences to typical values, and clears the counts.
func (p *predictor) init() {
	clear(p.counts[:])
	for i := range p.price {
		d := int(int8(i))
		p.price[i] = bit + 2*bit*price(bits.Len(uint(max(d, -d))))
	}
}

// learn sets the prices from the differences so far.
func (p *predictor) learn() {
	for c := 0; c < len(p.price); c += 256 {
		setPrices(p.price[c:c+256], p.counts[c:c+256])
	}
}

// run processes the image, one row of tiles at a time.
func (p *predictor) run(e *vp8lEncoder) error {
	p.init()
	for y := 0; y < p.height; y += 1 << p.bits {
		if err := e.ctx.Err(); err != nil {
			return err
		}
		end := min(y+1<<p.bits, p.height)
		p.choose(y, end)
		for ; y < end; y++ {
			if err := e.ctx.Err(); err != nil {
				return err
			}
			p.subtract(y)
		}
		y = end - 1<<p.bits
		p.learn()
	}
	return nil
}

// choose chooses the modes of the tiles in the rows from y to end.
func (p *predictor) choose(y, end int) {
	tiles := p.modes[y>>p.bits*p.across:][:p.across]
	var above []uint32
	if y > 0 {
		above = p.modes[(y>>p.bits-1)*p.across:]
	}
	last := uint8(1)
	for t := range tiles {
		from, to := max(t<<p.bits, 1), min((t+1)<<p.bits, p.width)
		best, least := last, int64(-1)
		for i := range uint8(predictorModes) {
			mode := (last + i) % predictorModes
			cost, plain := p.try(max(y, 1), end, from, to, mode, least)
			if mode != last {
				cost += changeCost
			}
			if above != nil && uint8(above[t]>>8) != mode {
				cost += changeCost
			}
			if least < 0 || cost < least {
				best, least = mode, cost
			}
			if plain {
				break
			}
		}
		last = best
		tiles[t] = 0xff000000 | uint32(best)<<8
	}
}

// try returns the price of the differences of a tile with a mode, and whether all differences are zero. If the price
// exceeds limit, try stops early.
func (p *predictor) try(y, end, from, to int, mode uint8, limit int64) (sum int64, plain bool) {
	if from >= to {
		return 0, true
	}
	var all uint32
	line := p.line[:to-from]
	first := y
	for ; y < end; y += p.step {
		row := p.px[y*p.width:][:p.width]
		above := p.above[:p.width+1]
		if y > first || y&(1<<p.bits-1) != 0 {
			above = p.px[(y-1)*p.width:][:p.width+1]
		} else {
			above[p.width] = row[0]
		}
		predictInto(line, row, above, from, mode)
		for i, v := range row[from:to] {
			d := subPixels(v, line[i])
			if v>>24 == 0 && !p.exact {
				d &= 0xff000000
			}
			all |= d
			sum += int64(p.price[d&0xff] + p.price[256+d>>8&0xff] + p.price[512+d>>16&0xff] + p.price[768+d>>24])
		}
		if limit >= 0 && sum > limit {
			return sum, false
		}
	}
	return sum, all == 0
}

// subtract replaces the pixels of a row by differences. Unless p.exact is true, the colors of fully transparent pixels
// become the predicted ones.
func (p *predictor) subtract(y int) {
	row := p.row[:p.width]
	copy(row, p.px[y*p.width:][:p.width])
	out := p.px[y*p.width:][:p.width]
	above := p.above[:p.width+1]
	if y == 0 {
		last := uint32(0xff000000)
		for x := range row {
			out[x] = p.difference(row, x, last)
			last = row[x]
		}
	} else {
		out[0] = p.difference(row, 0, above[0])
		above[p.width] = row[0]
		modes := p.modes[y>>p.bits*p.across:][:p.across]
		for t, m := range modes {
			from, to := max(t<<p.bits, 1), min((t+1)<<p.bits, p.width)
			p.subtractTile(out, row, above, from, to, uint8(m>>8))
		}
	}
	copy(above, row)
	zeros := uint32(0)
	for _, d := range out {
		if d == 0 {
			zeros++
			continue
		}
		p.counts[d&0xff]++
		p.counts[256+d>>8&0xff]++
		p.counts[512+d>>16&0xff]++
		p.counts[768+d>>24]++
	}
	for c := 0; c < len(p.counts); c += 256 {
		p.counts[c] += zeros
	}
}

// subtractTile computes the differences of the pixels of a row that belong to one tile.
func (p *predictor) subtractTile(out, row, above []uint32, from, to int, mode uint8) {
	if from >= to {
		return
	}
	hidden := false // whether there are fully transparent pixels
	all := row[from-1] | above[from-1] | above[to]
	for i, v := range row[from:to] {
		all |= v | above[from+i]
		hidden = hidden || v>>24 == 0
	}
	if all == 0 && mode != 0 {
		clear(out[from:to])
		return
	}
	if hidden && !p.exact {
		for x := from; x < to; x++ { // one pixel at a time, because the pixel on the left may have changed
			predictInto(p.line[:1], row, above, x, mode)
			out[x] = p.difference(row, x, p.line[0])
		}
		return
	}
	line := p.line[:to-from]
	predictInto(line, row, above, from, mode)
	for i, v := range row[from:to] {
		out[from+i] = subPixels(v, line[i])
	}
}

func (p *predictor) difference(row []uint32, x int, prediction uint32) uint32 {
	if row[x]>>24 == 0 && !p.exact {
		row[x] = prediction & 0x00ffffff
	}
	return subPixels(row[x], prediction)
}

// predictorBits returns the size of the tiles of the predictor and color transforms.
func predictorBits(width, height int) uint {
	b := uint(3)
	for b < 9 && tilesOf(width, b)*tilesOf(height, b) > 2600 && (b < 5 || tilesOf(width, b)*tilesOf(height, b) > 1<<14) {
		b++
	}
	return b
}
