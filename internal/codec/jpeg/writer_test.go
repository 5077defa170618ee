package jpeg

import (
	"bytes"
	"math/bits"

	"github.com/rest-thumbnails/thumbnail/internal/imagetest/pieces"
)

// writer writes segments and entropy-coded bits.
type writer struct {
	bytes.Buffer
	longCodes bool
	code      [2][256]uint
	length    [2][256]int

	acc, n uint // bits that do not yet fill a byte
	run    int  // number of blocks in the end-of-band run that is not yet written
	behind []uint
}

func (w *writer) segment(marker byte, payload []byte) { w.Write(pieces.JPEG(marker, payload)) }

// tables writes a DC and an AC Huffman table, with codes of 2 bits and more for some symbols.
func (w *writer) tables() {
	rest := 10
	if w.longCodes {
		rest = 16
	}
	for class, order := range [2][]byte{{2, 5, 0, 1, 3, 4}, {0x01, 0x00, 0x11, 0x02, 0x21, 0xF0}} {
		seen := [256]bool{}
		var counts [16]byte
		code := uint(0)
		values := append([]byte(nil), order...)
		for i, s := range order {
			seen[s] = true
			counts[i+1] = 1
			w.code[class][s], w.length[class][s] = code, i+2
			code = (code + 1) << 1
		}
		code <<= rest - len(order) - 2
		for s := range 256 {
			if seen[s] || class == 0 && s > 15 {
				continue
			}
			values = append(values, byte(s))
			counts[rest-1]++
			w.code[class][s], w.length[class][s] = code, rest
			code++
		}
		w.segment(mDHT, append(append([]byte{byte(class << 4)}, counts[:]...), values...))
	}
}

func (w *writer) bits(v uint, n int) {
	for i := n - 1; i >= 0; i-- {
		w.acc, w.n = w.acc<<1|v>>i&1, w.n+1
		if w.n == 8 {
			w.WriteByte(byte(w.acc))
			if byte(w.acc) == 0xFF {
				w.WriteByte(0)
			}
			w.acc, w.n = 0, 0
		}
	}
}

func (w *writer) flush() {
	for w.n > 0 {
		w.bits(1, 1)
	}
}

// number writes a run of zeros and a coefficient (section F.1.2.1).
func (w *writer) number(class, run, v int) {
	size := bits.Len(uint(max(v, -v)))
	s := run<<4 | size
	w.bits(w.code[class][s], w.length[class][s])
	if v < 0 {
		v--
	}
	w.bits(uint(v)&(1<<size-1), size)
}

func (w *writer) symbol(s int) { w.bits(w.code[1][s], w.length[1][s]) }

func (w *writer) sequentialAC(b *[64]int) {
	run := 0
	for _, v := range b[1:] {
		if v == 0 {
			run++
			continue
		}
		for ; run > 15; run -= 16 {
			w.symbol(0xF0)
		}
		w.number(1, run, v)
		run = 0
	}
	if run > 0 {
		w.symbol(0)
	}
}

// endOfBand writes the end-of-band run, and the correction bits of its blocks.
func (w *writer) endOfBand() {
	if w.run > 0 {
		n := bits.Len(uint(w.run)) - 1
		w.symbol(n << 4)
		w.bits(uint(w.run)&(1<<n-1), n)
	}
	for _, bit := range w.behind {
		w.bits(bit, 1)
	}
	w.run, w.behind = 0, nil
}

// shifted applies the point transform of AC coefficients, which is a division (section G.1.2.1).
func shifted(v, al int) int { return v / (1 << al) }

func (w *writer) first(b *[64]int, s scan, longest int) {
	run := 0
	for k := s.ss; k <= s.se; k++ {
		v := shifted(b[k], s.al)
		if v == 0 {
			run++
			continue
		}
		w.endOfBand()
		for ; run > 15; run -= 16 {
			w.symbol(0xF0)
		}
		w.number(1, run, v)
		run = 0
	}
	w.band(run > 0, nil, longest)
}

// band records the end of a block in a scan. zeros means that the remaining coefficients of the block are zero.
func (w *writer) band(zeros bool, corrections []uint, longest int) {
	if !zeros && len(corrections) == 0 {
		return
	}
	w.run++
	w.behind = append(w.behind, corrections...)
	if w.run >= longest {
		w.endOfBand()
	}
}

// refine writes a block of an AC refinement scan (section G.1.2.3).
func (w *writer) refine(b *[64]int, s scan, longest int) {
	end := -1 // last coefficient that becomes nonzero in this scan
	for k := s.ss; k <= s.se; k++ {
		if v := shifted(b[k], s.al); v == 1 || v == -1 {
			end = k
		}
	}
	run := 0
	var corrections []uint
	for k := s.ss; k <= s.se; k++ {
		v := shifted(b[k], s.al)
		if v == 0 {
			run++
			continue
		}
		for ; run > 15 && k <= end; run -= 16 {
			w.endOfBand()
			w.symbol(0xF0)
			for _, bit := range corrections {
				w.bits(bit, 1)
			}
			corrections = nil
		}
		if v < -1 || v > 1 {
			corrections = append(corrections, uint(max(v, -v))&1)
			continue
		}
		w.endOfBand()
		w.symbol(run<<4 | 1)
		w.bits(uint(v+1)/2, 1)
		for _, bit := range corrections {
			w.bits(bit, 1)
		}
		corrections, run = nil, 0
	}
	w.band(run > 0, corrections, longest)
}
