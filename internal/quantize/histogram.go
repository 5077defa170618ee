package quantize

import (
	"cmp"
	"context"
	"encoding/binary"
	"image"
	"image/color"
	"math/bits"
	"slices"
	"unsafe"
)

// A Histogram counts the colors of pictures. If there are too many, it merges colors with equal upper bits.
type Histogram struct {
	// Vivid says that palettes have a color for every hue, even if few pixels have that hue: Choose divides the colors as if the numbers
	// of their pixels were the square roots of these numbers, and as if differences of hue were twice as large.
	Vivid bool

	opaque  bool
	entries []entry
	slots   []uint32 // indices of entries, plus 1, by hash
	shift   uint     // number of low bits of each sample that are ignored
	last    uint32   // the previous pixel
	at      int      // index of the entry of last
	pixels  int64
}

// An entry is a color, or several colors that were merged.
type entry struct {
	key    uint32
	count  uint32
	sum    [4]uint64
	point  point
	color  color.NRGBA // the mean of the merged colors
	choice uint16      // index of the nearest color of the palette
}

const (
	maxSlotBits = 15
	maxEntries  = 3 << 13 // three quarters of the slots
)

// Bytes returns the maximum memory of a Histogram for n pixels, including a Palette that it chooses.
func Bytes(n int64) int64 {
	const perEntry = int64(unsafe.Sizeof(entry{}) + unsafe.Sizeof(&entry{}))
	return perEntry*min(n, maxEntries) + 4<<slotBits(n) + 256*min(n, 256) + 4<<10
}

// NewHistogram returns a Histogram for pictures of at least n pixels. If opaque is set, pixels less than half opaque are not
// counted, and all other pixels count as opaque.
func NewHistogram(n int64, opaque bool) *Histogram {
	return &Histogram{opaque: opaque, entries: make([]entry, 0, max(min(n, maxEntries), 1)), slots: make([]uint32, 1<<slotBits(n))}
}

// slotBits returns the size of the hash table as a power of two, so that the table is at most three quarters full.
func slotBits(n int64) int { return min(bits.Len64(uint64(n))+1, maxSlotBits) }

// opaqueFrom is the minimum alpha of a pixel that counts as opaque if the result has no partial transparency.
const opaqueFrom = 128

// Add counts the pixels of a picture. It returns early if ctx ends.
func (h *Histogram) Add(ctx context.Context, img *image.NRGBA) {
	every := max(1<<18/max(img.Rect.Dx(), 1), 1)
	for y := range img.Rect.Dy() {
		if y%every == 0 && ctx.Err() != nil {
			return
		}
		row := img.Pix[y*img.Stride:][:4*img.Rect.Dx()]
		for ; len(row) >= 4; row = row[4:] {
			h.add(binary.LittleEndian.Uint32(row))
		}
	}
}

// canonical returns the color that is counted for a pixel. It returns false if the pixel is not counted.
func (h *Histogram) canonical(c uint32) (uint32, bool) {
	if h.opaque {
		return c | 255<<24, c>>24 >= opaqueFrom
	}
	if c>>24 == 0 {
		return 0, true
	}
	return c, true
}

func (h *Histogram) add(c uint32) {
	c, ok := h.canonical(c)
	if !ok {
		return
	}
	h.pixels++
	if c != h.last || h.pixels == 1 {
		h.at, h.last = h.entryOf(c), c
	}
	e := &h.entries[h.at]
	e.count++
	for i := range e.sum {
		e.sum[i] += uint64(c >> (8 * i) & 255)
	}
}

// mask returns the bits of a color that are not ignored.
func (h *Histogram) mask() uint32 { return 0xff >> h.shift << h.shift * 0x01010101 }

// entryOf returns the index of the entry of a color. It adds the entry if there is none.
func (h *Histogram) entryOf(c uint32) int {
	key := c & h.mask()
	slot := h.slot(key)
	if h.slots[slot] != 0 {
		return int(h.slots[slot]) - 1
	}
	if len(h.entries) == cap(h.entries) {
		h.merge()
		return h.entryOf(c)
	}
	h.entries = append(h.entries, entry{key: key})
	h.slots[slot] = uint32(len(h.entries))
	return len(h.entries) - 1
}

// slot returns the slot of a key, which is empty if the key is new.
func (h *Histogram) slot(key uint32) uint32 {
	mask := uint32(len(h.slots) - 1)
	slot := key * 2654435761 >> (32 - maxSlotBits) & mask
	for h.slots[slot] != 0 && h.entries[h.slots[slot]-1].key != key {
		slot = (slot + 1) & mask
	}
	return slot
}

// merge ignores one more bit of each sample, and merges the entries that become equal.
func (h *Histogram) merge() {
	h.shift++
	clear(h.slots)
	old := h.entries
	h.entries = h.entries[:0]
	for _, e := range old {
		key := e.key & h.mask()
		slot := h.slot(key)
		if at := h.slots[slot]; at != 0 {
			into := &h.entries[at-1]
			into.count += e.count
			for i := range e.sum {
				into.sum[i] += e.sum[i]
			}
			continue
		}
		e.key = key
		h.entries = append(h.entries, e)
		h.slots[slot] = uint32(len(h.entries))
	}
}

// Colors returns the number of different colors, after merging.
func (h *Histogram) Colors() int { return len(h.entries) }

// Exact reports whether no colors were merged.
func (h *Histogram) Exact() bool { return h.shift == 0 }

// Pixels returns the number of pixels that were counted.
func (h *Histogram) Pixels() int64 { return h.pixels }

// Share returns the share of the pixels that have one of the n most frequent colors.
func (h *Histogram) Share(n int) float64 {
	most, sum := make([]uint32, 0, n+1), uint64(0)
	for i := range h.entries {
		at, _ := slices.BinarySearchFunc(most, h.entries[i].count, func(a, b uint32) int { return cmp.Compare(b, a) })
		if at < n {
			most = slices.Insert(most, at, h.entries[i].count)
			most = most[:min(len(most), n)]
		}
	}
	for _, n := range most {
		sum += uint64(n)
	}
	return float64(sum) / float64(max(h.pixels, 1))
}

// close computes the mean color of each entry.
func (h *Histogram) close() {
	for i := range h.entries {
		e := &h.entries[i]
		mean := func(j int) uint8 { return uint8((e.sum[j] + uint64(e.count)/2) / uint64(e.count)) }
		e.color = color.NRGBA{mean(0), mean(1), mean(2), mean(3)}
		e.point = pointOf(e.color)
	}
}
