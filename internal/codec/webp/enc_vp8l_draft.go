package webp

import (
	"cmp"
	"math"
	"slices"
)

// sampled copies bands of rows from all parts of the picture to dst, as many rows as dst has, and returns them.
func (e *vp8lEncoder) sampled(dst, px []uint32) []uint32 {
	const least = 32 // rows of a band
	rows := len(dst) / e.width
	bands := min(max(rows/least, 1), 8)
	dst = dst[:0]
	for i := range bands {
		from, to := rows*i/bands, rows*(i+1)/bands
		skipped := (e.height - rows) * (2*i + 1) / (2 * bands)
		dst = append(dst, px[(from+skipped)*e.width:(to+skipped)*e.width]...)
	}
	return dst
}

// draftPixels returns the number of pixels of a draft. A picture of which many pixels differ from their neighbors takes
// longer, and fewer of its pixels are sufficient.
func (e *vp8lEncoder) draftPixels(pixels int) int {
	switch {
	case pixels > 8*maxDrafted:
		return min(pixels/4, 2*maxDrafted)
	case e.busy > pixels/busyShare:
		return max(pixels/4, maxDrafted)
	}
	return max(pixels/4, 4*maxDrafted)
}

// busyShare is the share of the pixels that differ from their left and upper neighbors in a picture with a shorter draft, as
// a divisor.
const busyShare = 4

// drafted estimates the size of each choice from some rows of the picture. It returns the best choice, or the two best
// choices of a small picture.
func (e *vp8lEncoder) drafted(px []uint32, table *colorTable, choices []choice) ([]choice, error) {
	rows := min(e.draftPixels(len(px))/e.width+1, e.height)
	draft, err := e.pixelsFor(2, rows*e.width)
	if err != nil {
		return nil, err
	}
	defer e.giveBack(2, len(draft))
	head := e.w
	e.draft, e.keeping = true, rows == e.height && len(px) <= maxDrafted
	defer func() { e.w, e.draft, e.keeping = head, false, false }()
	if draft = e.sampled(draft, px); oneColor(draft) { // the draft would not differ between the choices
		return choices[:1], nil
	}
	drafts, err := e.draftedAlike(draft, table, choices)
	if err != nil {
		return nil, err
	}
	least := int64(math.MaxInt64) // size of the kept residuals
	for _, c := range choices {
		if e.isAlike(c, table) {
			continue
		}
		if c.predict && len(drafts) > 0 && e.hopeless(slices.MinFunc(drafts, smaller).bits*int64(e.height)/int64(rows)) {
			continue
		}
		draft = e.sampled(draft, px)
		e.w = bitSink{dry: true}
		if err := e.attempt(draft, table, c); err != nil {
			return nil, err
		}
		bits := e.bits + e.w.skipped
		if e.keeping && c.predict && !c.palette && bits < least {
			if draft, err = e.keepLatest(draft); err != nil {
				return nil, err
			}
			least = bits
		}
		if c.predict && rows < e.height { // the rest saves more without prediction
			bits += bits / 32
			if len(px) > manyPixels {
				bits += bits / 12
			}
		}
		drafts = append(drafts, candidate{c, bits})
	}
	if rows < e.height {
		e.shared = nil
	}
	slices.SortStableFunc(drafts, smaller)
	choices = append(choices[:0], drafts[0].choice)
	if len(px) <= maxDrafted && len(drafts) > 1 && drafts[1].bits-drafts[0].bits < drafts[0].bits/64 &&
		(choices[0].predict != drafts[1].predict || choices[0].predict && len(px) > tiedPixels) {
		choices = append(choices, drafts[1].choice)
	}
	return choices, nil
}

// tiedPixels is the number of pixels up to which a picture is not encoded twice to choose between two predictions.
const tiedPixels = 1 << 10

func smaller(a, b candidate) int { return cmp.Compare(a.bits, b.bits) }

// hopeless reports whether prediction can't be better than another choice that takes that many bits.
func (e *vp8lEncoder) hopeless(bits int64) bool {
	if e.few {
		return e.residuals > bits-bits/8
	}
	return e.residuals > bits+bits/2
}

// draftedAlike drafts the choices that share matches, if there is such a choice. A single parsing is enough for all of them.
func (e *vp8lEncoder) draftedAlike(draft []uint32, table *colorTable, choices []choice) (drafts []candidate, err error) {
	if !slices.ContainsFunc(choices, func(c choice) bool { return e.isAlike(c, table) }) {
		return nil, nil
	}
	t := &e.trial
	t.variants = true
	defer func() { t.variants, t.table = false, nil }()
	indexed := e.few && table.pixelBits() == 0
	if indexed {
		t.table = table
	}
	e.w = bitSink{dry: true}
	if err := e.attempt(draft, table, choice{}); err != nil {
		return nil, err
	}
	add := func(c choice, planes *[4]int, more int64) {
		_, bits := t.best(planes)
		drafts = append(drafts, candidate{c, bits + more})
	}
	add(choice{subtractGreen: true}, &planesOf.green, 0)
	add(choice{}, &planesOf.direct, 0)
	if indexed {
		add(choice{palette: true}, &planesOf.index, paletteCost(table))
	}
	return drafts, nil
}

// isAlike reports whether the transforms of a choice make equal pixels from equal pixels only, and keep their number.
func (e *vp8lEncoder) isAlike(c choice, table *colorTable) bool {
	return !c.predict && (!c.palette || table.pixelBits() == 0)
}
