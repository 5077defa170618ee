package deflate

import (
	"encoding/binary"
	"math"
)

// A histogram counts the symbols of a block.
type histogram struct {
	literals  [literals]uint32
	distances [distances]uint32
}

func (h *histogram) add(o *histogram) {
	for i, n := range o.literals {
		h.literals[i] += n
	}
	for i, n := range o.distances {
		h.distances[i] += n
	}
}

func (h *histogram) count(tokens []token) {
	for _, t := range tokens {
		if t.distance() == 0 {
			h.literals[t]++
			continue
		}
		h.literals[lengthSymbols[t.length()].code]++
		h.distances[distanceSymbol(t.distance()).code]++
	}
}

// countBytes adds the number of occurrences of each byte to counts. It uses two tables, because a processor waits if it increments the same
// number twice in succession; and it counts eight equal bytes at once.
func countBytes(counts *[256]uint32, data []byte) {
	var odd [256]uint32
	for ; len(data) >= 8; data = data[8:] {
		v := binary.LittleEndian.Uint64(data)
		if v == v&255*0x0101010101010101 {
			counts[byte(v)] += 8
			continue
		}
		counts[byte(v)]++
		odd[byte(v>>8)]++
		counts[byte(v>>16)]++
		odd[byte(v>>24)]++
		counts[byte(v>>32)]++
		odd[byte(v>>40)]++
		counts[byte(v>>48)]++
		odd[byte(v>>56)]++
	}
	for _, v := range data {
		counts[v]++
	}
	for i, n := range odd {
		counts[i] += n
	}
}

// entropy returns the number of bits that the symbols take in an ideal code, without their extra bits.
func (h *histogram) entropy() float64 { return entropy(h.literals[:]) + entropy(h.distances[:]) }

func entropy(counts []uint32) float64 {
	total, sum := uint32(0), 0.0
	for _, n := range counts {
		if n > 0 {
			total += n
			sum -= float64(float64(n) * log2(n))
		}
	}
	if total == 0 {
		return 0
	}
	return sum + float64(float64(total)*log2(total))
}

// logs[n] is the binary logarithm of n.
var logs = func() (l [4096]float64) {
	for i := range l {
		l[i] = math.Log2(float64(i))
	}
	return l
}()

func log2(n uint32) float64 {
	if n < uint32(len(logs)) {
		return logs[n]
	}
	return math.Log2(float64(n))
}

// A writer writes bits, least significant bit first.
type writer struct {
	out  []byte
	acc  uint64
	held uint // bits in acc, less than 32 between calls
}

// put writes the n low bits of v; n is at most 32.
func (w *writer) put(v uint64, n uint) {
	w.acc |= v << w.held
	w.held += n
	if w.held >= 32 {
		w.out = binary.LittleEndian.AppendUint32(w.out, uint32(w.acc))
		w.acc >>= 32
		w.held -= 32
	}
}

// align pads the last byte with zero bits.
func (w *writer) align() {
	for ; w.held > 0; w.held -= min(w.held, 8) {
		w.out = append(w.out, byte(w.acc))
		w.acc >>= 8
	}
}

// codes holds the Huffman codes of a block.
type codes struct {
	literal, distance, length code
	lit                       [literals]uint8
	litBits                   [literals]uint16
	dist                      [distances]uint8
	distBits                  [distances]uint16
	len                       [codeLengths]uint8
	lenBits                   [codeLengths]uint16
	runs                      []run
	nLit, nDist, nLen         int // number of stored code lengths of each alphabet
}

// A run is one symbol of the code length alphabet with its extra bits (3.2.7).
type run struct{ symbol, extra, value uint8 }

func (c *codes) build(h *histogram) {
	c.literal, c.distance, c.length = code{c.lit[:], c.litBits[:]}, code{c.dist[:], c.distBits[:]}, code{c.len[:], c.lenBits[:]}
	h.literals[endOfBlock] = 1
	c.literal.build(h.literals[:], maxBits)
	c.distance.build(h.distances[:], maxBits)
}

// order is the order in which the lengths of the code length code are stored (3.2.7).
var order = [codeLengths]uint8{16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15}

// prepare makes the representation of the Huffman tables, and returns its length in bits. repeats says which symbols of the code
// length alphabet may be used, a combination of the constants below.
func (c *codes) prepare(repeats int) (bits int) {
	used := func(lengths []uint8, least int) int {
		n := len(lengths)
		for n > least && lengths[n-1] == 0 {
			n--
		}
		return n
	}
	c.nLit, c.nDist = used(c.lit[:], 257), used(c.dist[:], 1)
	c.runs = appendRuns(c.runs[:0], append(append(make([]uint8, 0, literals+distances), c.lit[:c.nLit]...), c.dist[:c.nDist]...), repeats)
	var counts [codeLengths]uint32
	for _, r := range c.runs {
		counts[r.symbol]++
	}
	c.length.build(counts[:], maxLengthBits)
	c.nLen = codeLengths
	for c.nLen > 4 && c.len[order[c.nLen-1]] == 0 {
		c.nLen--
	}
	bits = 14 + 3*c.nLen
	for _, r := range c.runs {
		bits += int(c.len[r.symbol] + r.extra)
	}
	return bits
}

// The symbols of the code length alphabet that repeat the previous length, and that repeat 0.
const (
	repeatPrevious = 1 << iota
	repeatZero
	repeatZeroLong
	repeatAll = 1<<iota - 1
)

// head writes the Huffman tables.
func (c *codes) head(w *writer) {
	w.put(uint64(c.nLit-257)|uint64(c.nDist-1)<<5|uint64(c.nLen-4)<<10, 14)
	for _, s := range order[:c.nLen] {
		w.put(uint64(c.len[s]), 3)
	}
	for _, r := range c.runs {
		w.put(uint64(c.lenBits[r.symbol])|uint64(r.value)<<c.len[r.symbol], uint(c.len[r.symbol]+r.extra))
	}
}

// choose builds the codes of a block and returns the BTYPE with the fewest bits (3.2.3): 1 for fixed codes, or 2.
func (c *codes) choose(h *histogram) uint64 {
	c.build(h)
	best, with := c.prepare(repeatAll), repeatAll
	if total := h.symbols(); total > smallBlock {
		return 2
	}
	for repeats := range repeatAll {
		if n := c.prepare(repeats); n < best {
			best, with = n, repeats
		}
	}
	if c.bits(h)+best > fixed.bits(h) {
		c.lit, c.litBits, c.dist, c.distBits = fixed.lit, fixed.litBits, fixed.dist, fixed.distBits
		return 1
	}
	c.prepare(with)
	return 2
}

// smallBlock is the number of symbols up to which every representation of the Huffman tables is tried.
const smallBlock = 4 << 10

// fixed holds the codes of BTYPE 1 (3.2.6).
var fixed = func() (c codes) {
	c.literal, c.distance = code{make([]uint8, 288), make([]uint16, 288)}, code{c.dist[:], c.distBits[:]}
	var number, numberDist [33]int
	for i := range c.literal.lengths {
		n := uint8(8)
		switch {
		case i >= 280:
		case i >= 256:
			n = 7
		case i >= 144:
			n = 9
		}
		c.literal.lengths[i] = n
		number[n]++
	}
	c.literal.assign(&number)
	copy(c.lit[:], c.literal.lengths)
	copy(c.litBits[:], c.literal.bits)
	for i := range c.dist {
		c.dist[i] = 5
		numberDist[5]++
	}
	c.distance.assign(&numberDist)
	return c
}()

// bits returns the number of bits that the symbols of h take, without their extra bits.
func (c *codes) bits(h *histogram) (n int) {
	for i, count := range h.literals {
		n += int(count) * int(c.lit[i])
	}
	for i, count := range h.distances {
		n += int(count) * int(c.dist[i])
	}
	return n
}

// symbols returns the number of symbols.
func (h *histogram) symbols() (n int) {
	for _, count := range h.literals {
		n += int(count)
	}
	return n
}

// appendRuns run-length encodes code lengths with the given symbols.
func appendRuns(runs []run, lengths []uint8, repeats int) []run {
	for len(lengths) > 0 {
		v, n := lengths[0], 1
		for n < len(lengths) && lengths[n] == v {
			n++
		}
		lengths = lengths[n:]
		first := len(runs)
		if v != 0 {
			runs = append(runs, run{symbol: v})
			n--
		}
		for n > 0 {
			switch {
			case v == 0 && n >= 11 && repeats&repeatZeroLong != 0:
				runs = append(runs, run{18, 7, uint8(min(n, 138) - 11)})
				n -= min(n, 138)
			case v == 0 && n >= 3 && repeats&repeatZero != 0:
				runs = append(runs, run{17, 3, uint8(min(n, 10) - 3)})
				n -= min(n, 10)
			case n >= 3 && repeats&repeatPrevious != 0 && len(runs) > first:
				runs = append(runs, run{16, 2, uint8(min(n, 6) - 3)})
				n -= min(n, 6)
			default:
				runs = append(runs, run{symbol: v})
				n--
			}
		}
	}
	return runs
}

// body writes the tokens and the end-of-block symbol.
func (c *codes) body(w *writer, tokens []token) {
	for _, t := range tokens {
		if t.distance() == 0 {
			w.put(uint64(c.litBits[t]), uint(c.lit[t]))
			continue
		}
		l := &lengthSymbols[t.length()]
		n := uint(c.lit[l.code])
		w.put(uint64(c.litBits[l.code])|uint64(t.length()-int(l.base))<<n, n+uint(l.extra))
		d := distanceSymbol(t.distance())
		n = uint(c.dist[d.code])
		w.put(uint64(c.distBits[d.code])|uint64(t.distance()-int(d.base))<<n, n+uint(d.extra))
	}
	w.put(uint64(c.litBits[endOfBlock]), uint(c.lit[endOfBlock]))
}
