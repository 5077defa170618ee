package webp

import (
	"encoding/binary"
	"image"

	straighten "github.com/rest-thumbnails/thumbnail/internal/pixels"
)

// picture writes the header (RFC 9649, 3.4), the transforms and the pixels.
func (e *vp8lEncoder) picture(img *image.NRGBA) error {
	e.width, e.height = img.Rect.Dx(), img.Rect.Dy()
	e.w.put(0x2f, 8)
	e.w.put(uint32(e.width-1), 14)
	e.w.put(uint32(e.height-1), 14)
	alpha := uint32(1)
	if straighten.Opaque(img) {
		alpha = 0
	}
	e.w.put(alpha, 4) // followed by version 0
	px, err := e.pixelsFor(0, e.width*e.height)
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

// load converts the pixels of img to ARGB. Fully transparent pixels become 0, unless e.exact is true.
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

// paletteWorth is the least number of pixels per color at which a palette of more than 16 colors is worth a try.
const paletteWorth = 4

// pixels chooses the transforms, and writes the transforms and the transformed pixels.
func (e *vp8lEncoder) pixels(px []uint32) error {
	table := &e.table
	table.reset()
	few := true
	for y := 0; few && y < e.height; y++ {
		few = table.add(px[y*e.width:][:e.width])
		if err := e.ctx.Err(); err != nil {
			return err
		}
	}
	few = few && len(table.colors) <= max(16, len(px)/paletteWorth)
	if few {
		table.sort()
	}
	e.busy = 0
	e.few, e.tiny, e.residuals = few, few && len(table.colors) <= 16, 0
	choices, err := e.analyze(px, table, few)
	if err != nil {
		return err
	}
	if len(choices) > 1 && e.effort >= 3 {
		if len(px) > maxTried {
			if choices, err = e.drafted(px, table, choices); err != nil {
				return err
			}
		}
		if len(choices) > 1 {
			return e.tryAll(px, table, choices)
		}
	}
	return e.attempt(px, table, choices[0])
}

// If a picture has at most maxTried pixels, all choices are encoded completely. If it has more, drafts are compared. If
// the two best drafts are almost equal, and there are at most maxDrafted pixels, both choices are encoded completely.
const (
	maxTried   = 1 << 7
	maxDrafted = 1 << 16
)

// tryAll encodes the pixels with each choice and keeps the smallest result.
func (e *vp8lEncoder) tryAll(px []uint32, table *colorTable, choices []choice) error {
	again, err := e.pixelsFor(1, len(px))
	if err != nil {
		return err
	}
	defer e.giveBack(1, len(again))
	copy(again, px)
	head, best := e.w, bitSink{}
	defer func() { best.close(); e.keep = false }()
	for i, c := range choices {
		copy(px, again)
		e.w = bitSink{account: e.account, acc: head.acc, n: head.n}
		e.w.reserve(int64(len(head.buf)))
		if e.w.err == nil {
			e.w.buf = append(e.w.buf, head.buf...)
		}
		e.keep = i+1 < len(choices)
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

// attempt writes the transforms of a choice and the transformed pixels.
func (e *vp8lEncoder) attempt(px []uint32, table *colorTable, c choice) error {
	width := e.width
	e.predicted, e.alike = c.predict, e.isAlike(c, table)
	if !e.draft && e.kept.are(c) {
		return e.attemptKept()
	}
	if c.palette {
		e.w.put(1|colorIndexing<<1, 3)
		e.w.put(uint32(len(table.colors)-1), 8)
		if err := e.palette(table); err != nil {
			return err
		}
		px, width = table.pack(px, width)
	}
	if c.subtractGreen {
		subtractGreenFrom(px)
		e.w.put(1|subtractGreen<<1, 3)
	}
	if c.predict {
		if err := e.predict(px, width, c); err != nil {
			return err
		}
	}
	e.w.put(0, 1)
	return e.image(px, width, true)
}

// palette writes the colors of a palette. For a draft it only makes room for them.
func (e *vp8lEncoder) palette(table *colorTable) error {
	if !e.draft {
		differences := table.differences()
		return e.aside(differences, len(differences))
	}
	for range paletteCost(table) / 32 {
		e.w.put(0, 32)
	}
	return nil
}

// paletteCost estimates the size of the colors of a palette in bits.
func paletteCost(table *colorTable) int64 {
	var s estimate
	for _, v := range table.differences() {
		s.add(v)
	}
	return s.bits()
}
