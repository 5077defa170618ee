package webp

import (
	"cmp"
	"encoding/binary"
	"image"
	"slices"
)

// picture writes the header (RFC 9649, 3.4), transforms and pixels.
func (e *vp8lEncoder) picture(img *image.NRGBA) error {
	e.width, e.height = img.Rect.Dx(), img.Rect.Dy()
	e.w.put(0x2f, 8)
	e.w.put(uint32(e.width-1), 14)
	e.w.put(uint32(e.height-1), 14)
	alpha := uint32(1)
	if img.Opaque() {
		alpha = 0
	}
	e.w.put(alpha, 4) // and version 0
	px, err := takenFor[uint32](e, e.width*e.height, 4)
	if err != nil {
		return err
	}
	if err := e.load(px, img); err != nil {
		return err
	}
	if err := e.allocate(len(px)); err != nil {
		return err
	}
	return e.pixels(px)
}

// load sets px to the pixels of img, as ARGB. Where nothing of a color shows it is black, unless colors
// are to be exact.
func (e *vp8lEncoder) load(px []uint32, img *image.NRGBA) error {
	for y := range e.height {
		if err := e.ctx.Err(); err != nil {
			return err
		}
		row := img.Pix[y*img.Stride:][:4*e.width]
		out := px[y*e.width:][:e.width]
		for x := range out {
			v := binary.LittleEndian.Uint32(row[4*x:])
			v = v&0xff00ff00 | v>>16&0xff | v&0xff<<16
			if v>>24 == 0 && !e.exact {
				v = 0
			}
			out[x] = v
		}
	}
	return nil
}

// pixels chooses transforms, and writes them and what they leave of the pixels. Of a small picture it tries several.
func (e *vp8lEncoder) pixels(px []uint32) error {
	table := new(colorTable)
	few := true
	for y := 0; few && y < e.height; y++ {
		few = table.add(px[y*e.width:][:e.width])
		if err := e.ctx.Err(); err != nil {
			return err
		}
	}
	if few {
		table.sort()
	}
	choices, err := e.analyze(px, table, few)
	switch {
	case err != nil:
		return err
	case len(choices) == 1 || e.effort < 3 || len(px) > maxTried:
		return e.attempt(px, table, choices[0])
	}
	return e.tryAll(px, table, choices)
}

// maxTried is the number of pixels up to which several choices of transforms are tried.
const maxTried = 1 << 16

// tryAll writes what the best of the choices makes of the pixels.
func (e *vp8lEncoder) tryAll(px []uint32, table *colorTable, choices []choice) error {
	again, err := takenFor[uint32](e, len(px), 4)
	if err != nil {
		return err
	}
	defer e.give(4 * int64(len(again)))
	copy(again, px)
	head, best := e.w, bitSink{}
	e.keep = true
	defer func() { best.close(); e.keep = false }()
	for i, c := range choices {
		copy(px, again)
		e.w = bitSink{account: e.account, acc: head.acc, n: head.n}
		e.w.reserve(int64(len(head.buf)))
		if e.w.err == nil {
			e.w.buf = append(e.w.buf, head.buf...)
		}
		if err = e.attempt(px, table, c); err != nil {
			break
		}
		if i == 0 || len(e.w.buf) < len(best.buf) {
			best, e.w = e.w, best
		}
		e.w.close()
	}
	if err != nil {
		e.w.close()
		e.w = head
		return err
	}
	head.close()
	e.w, best = best, bitSink{}
	return nil
}

// attempt writes what the transforms make of the pixels.
func (e *vp8lEncoder) attempt(px []uint32, table *colorTable, c choice) error {
	width := e.width
	if c.palette {
		e.w.put(1|colorIndexing<<1, 3)
		e.w.put(uint32(len(table.colors)-1), 8)
		if err := e.aside(table.differences(), len(table.colors)); err != nil {
			return err
		}
		px, width = table.pack(px, width)
	}
	if c.subtractGreen {
		subtractGreenFrom(px)
		e.w.put(1|subtractGreen<<1, 3)
	}
	if c.predict {
		if err := e.predict(px, width, c.palette, c.correlate); err != nil {
			return err
		}
	}
	e.w.put(0, 1)
	return e.image(px, width, true)
}

// predict writes the transforms that predict, and applies them.
func (e *vp8lEncoder) predict(px []uint32, width int, exact, correlate bool) error {
	height := len(px) / width
	p := predictor{px: px, width: width, height: height, bits: predictorBits(width, height), exact: e.exact || exact, step: 2}
	if e.effort > 4 || height < 64 {
		p.step = 1
	}
	p.across = tilesOf(width, p.bits)
	n := p.across * tilesOf(height, p.bits)
	rows := 2*width + 1 + 1<<p.bits
	if err := e.take(4 * int64(n+rows)); err != nil {
		return err
	}
	defer e.give(4 * int64(n+rows))
	p.modes, p.above, p.row, p.line = make([]uint32, n), make([]uint32, width+1), make([]uint32, width), make([]uint32, 1<<p.bits)
	if err := p.run(e); err != nil {
		return err
	}
	e.w.put(1|predictorTransform<<1, 3)
	e.w.put(uint32(p.bits-2), 3)
	if err := e.aside(p.modes, p.across); err != nil {
		return err
	}
	if !correlate {
		return nil
	}
	c := correlator{px: px, width: width, height: height, bits: p.bits, across: p.across, tiles: p.modes, price: &p.price}
	if err := c.run(e); err != nil {
		return err
	}
	used := uint32(0)
	for _, m := range c.tiles {
		used |= m & 0xffffff
	}
	if used == 0 {
		return nil
	}
	e.w.put(1|colorTransform<<1, 3)
	e.w.put(uint32(c.bits-2), 3)
	return e.aside(c.tiles, c.across)
}

// A choice is of transforms.
type choice struct{ palette, subtractGreen, predict, correlate bool }

// An estimate counts samples of the pixels that no simple copy makes.
type estimate struct{ counts [4 * 256]uint32 }

func (s *estimate) add(v uint32) {
	s.counts[v&0xff]++
	s.counts[256+v>>8&0xff]++
	s.counts[512+v>>16&0xff]++
	s.counts[768+v>>24]++
}

func (s *estimate) bits() (sum int64) {
	for c := 0; c < len(s.counts); c += 256 {
		sum += entropy(s.counts[c:c+256]) + codeCost(s.counts[c:c+256])
	}
	return sum
}

// analyze returns choices of transforms, the best one first: that for which the samples of those pixels have the least
// entropy that are neither like the one on the left nor like the one above.
func (e *vp8lEncoder) analyze(px []uint32, table *colorTable, few bool) ([]choice, error) {
	if few && len(table.colors) <= 16 {
		return []choice{{palette: true}}, nil
	}
	var direct, green, spatial, both, indexed, near estimate
	width := e.width
	noGreen := func(v uint32) uint32 {
		g := v >> 8 & 0xff
		return v&0xff00ff00 | (v|0xff00ff00-(g<<16|g))&0x00ff00ff
	}
	samples := int64(0)
	for y := range e.height {
		if err := e.ctx.Err(); err != nil {
			return nil, err
		}
		row, above := px[y*width:][:width], px[max(y-1, 0)*width:][:width]
		left, corner := above[0], above[0]
		for x, v := range row {
			top := above[x]
			if y == 0 {
				top, corner = left, left
			}
			if v != left && v != top {
				samples++
				direct.add(v)
				d := subPixels(v, gradient(left, top, corner))
				spatial.add(d)
				green.add(noGreen(v))
				both.add(noGreen(d))
				if few {
					i := table.slots[table.slot(v)]
					indexed.counts[i-1]++
					near.counts[uint8(i-table.slots[table.slot(left)])]++
				}
			}
			left, corner = v, top
		}
	}
	tiles := min(int64(tilesOf(width, 4)*tilesOf(e.height, 4))*2, samples)
	all := []candidate{
		{choice{}, direct.bits()},
		{choice{subtractGreen: true}, green.bits()},
		{choice{predict: true, correlate: true}, spatial.bits() + tiles},
		{choice{predict: true, correlate: true, subtractGreen: true}, both.bits() + tiles},
	}
	if few {
		palette := int64(12 * len(table.colors))
		all = append(all, candidate{choice{palette: true}, indexed.bits() + palette})
		if len(px) <= maxTried { // the estimate alone is not to be trusted
			all = append(all, candidate{choice{palette: true, predict: true}, near.bits() + palette + tiles})
		}
	}
	return bestOf(all, len(px)), nil
}

// A candidate is a choice with an estimate of the bits.
type candidate struct {
	choice
	bits int64
}

// bestOf returns the best choice, and those that may be better than it seems.
func bestOf(all []candidate, pixels int) (choices []choice) {
	slack := int64(2) // quarters: of an icon more are tried
	if pixels > 1<<14 {
		slack = 1
	}
	slices.SortStableFunc(all, func(a, b candidate) int { return cmp.Compare(a.bits, b.bits) })
	for _, c := range all[:3] {
		if c.bits <= all[0].bits+all[0].bits*slack/4 {
			choices = append(choices, c.choice)
		}
	}
	return choices
}
