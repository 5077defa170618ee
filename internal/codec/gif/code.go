package gif

// A coder compresses pixels by LZW (GIF89a, appendix F; T. Welch, 1984). Each code stands for a sequence of pixels that the file already
// contains. Several sequences may match, because an unchanged pixel may be written as transparent or with its color. With a loss, any pixel
// may also have a similar color. The coder chooses the sequence with the highest value, see look. Without a loss, that is the longest one.
type coder struct {
	err  func() error // a reason to stop; nil: none
	work int          // work since the last call of err

	more  func() bool // appends further cells to the slice, at least maxCodes unless fewer are left, and reports whether more follow
	cells []cell      // the next cells to compress
	want  []uint32    // with a loss: the color that each pixel should have
	keep  []uint16    // with a loss: the cost of leaving each pixel as it is

	used    [256]bool // symbols that were written
	written []byte    // with a loss: all symbols that were written, in order

	tolerance
	gain   int32       // the value of one more pixel in a sequence, in the unit of distance
	colors [256]uint32 // colors of the symbols
	leave  int         // the symbol that leaves a pixel as it is (transparent), or -1

	tree   tree
	out    bitWriter
	chosen choice
	visits int
}

// A cell is a pixel: the symbol of its color, and flags.
type cell uint16

const (
	mustLeave cell = 1 << 8 // the pixel has to be left as it is
	mayLeave  cell = 1 << 9 // the pixel may be left as it is
)

// A choice is a sequence: a node of the tree.
type choice struct {
	node          int
	length, value int32
}

const (
	// maxVisits limits the number of sequences that are examined for one code. The coder calls err after maxWork units of work.
	maxVisits = 256
	maxWork   = 1 << 20
	far       = 1 << 30
)

// compress writes the cells to out: the minimum code size and sub-blocks. Symbols have symbolBits bits. If err returns an error, or if the
// number of bytes in out reaches the limit most, compress stops early and returns false.
func (c *coder) compress(symbolBits, most int) bool {
	bits := uint(max(symbolBits, 2))
	clear, width := 1<<bits, bits+1
	c.out.reset(byte(bits))
	c.out.write(clear, width)
	c.tree.reset(clear + 2)
	c.cells, c.want, c.keep, c.written, c.used = c.cells[:0], c.want[:0], c.keep[:0], c.written[:0], [256]bool{}
	var p pace
	more := true
	for at := 0; ; {
		if more && at+maxCodes > len(c.cells) {
			c.forget(at)
			at, more = 0, c.more()
		}
		if at == len(c.cells) {
			break
		}
		if c.work > maxWork {
			if c.work = 0; c.err != nil && c.err() != nil || c.out.len() >= most {
				return false
			}
		}
		c.choose(at)
		node, length := c.chosen.node, int(c.chosen.length)
		c.tree.extend(node)
		c.settle(node, length)
		c.out.write(node, width)
		if c.tree.next == 1<<width {
			width++
		}
		at += length
		if p.slower(length) && c.tree.full() {
			c.out.write(clear, width)
			c.tree.reset(clear + 2)
			width, p = bits+1, pace{}
		}
	}
	c.out.write(clear+1, width)
	c.out.close()
	return c.out.len() < most
}

// forget removes the cells before the given index, which have been compressed.
func (c *coder) forget(at int) {
	c.cells = c.cells[:copy(c.cells, c.cells[at:])]
	if c.any() {
		c.want, c.keep = c.want[:copy(c.want, c.want[at:])], c.keep[:copy(c.keep, c.keep[at:])]
	}
}

// choose sets chosen to the most valuable sequence that begins with the cell of the given index. If two sequences have the
// same value, it chooses the one that it tried first. Therefore the order matters: choose tries the pixel's own color first
// only if the pixel must be written or its color was the last symbol. Otherwise it tries the transparent symbol first. If
// the pixel's own color always came first, transparent pixels would never become part of longer sequences.
func (c *coder) choose(at int) {
	c.visits, c.chosen = maxVisits, choice{length: 0, value: -far}
	k := c.cells[at]
	ownFirst := k&(mustLeave|mayLeave) == 0 || c.tree.last >= 0 && c.tree.symbol[c.tree.last] == uint8(k)
	for _, own := range [2]bool{ownFirst, !ownFirst} {
		if own && k&mustLeave == 0 {
			c.look(int(k&255), at+1, 1, 0)
		}
		if !own && k&(mustLeave|mayLeave) != 0 {
			c.look(c.leave, at+1, 1, c.leaving(at))
		}
	}
	c.work += maxVisits - c.visits + int(c.chosen.length)
}

// look examines the sequence node and all known sequences that continue it. length is the number of pixels of node, and at is the index of the
// cell after it. spent is the sum of the costs of the pixels in node. The value of a sequence is gain·length - spent.
func (c *coder) look(node, at int, length, spent int32) {
	if value := c.gain*length - spent; value > c.chosen.value {
		c.chosen = choice{node, length, value}
	}
	if at == len(c.cells) {
		return
	}
	c.visits--
	k := c.cells[at]
	if k&mustLeave == 0 {
		if longer := c.tree.child(node, int(k&255)); longer != 0 {
			c.look(longer, at+1, length+1, spent)
		}
	}
	if k&mustLeave != 0 || k&mayLeave != 0 && c.visits > 0 {
		if longer := c.tree.child(node, c.leave); longer != 0 {
			c.look(longer, at+1, length+1, spent+c.leaving(at))
		}
	}
	if c.any() && k&mustLeave == 0 {
		c.lookAround(node, at, length, spent)
	}
}

// lookAround examines the sequences that continue node with a color similar to that of the pixel.
func (c *coder) lookAround(node, at int, length, spent int32) {
	own, want := int(c.cells[at]&255), c.want[at]
	try := func(longer, symbol int) {
		if symbol == own || symbol == c.leave {
			return
		}
		if cost, ok := c.cost(c.colors[own], want, c.colors[symbol]); ok {
			c.look(longer, at+1, length+1, spent+cost)
		}
	}
	for longer := c.tree.first(node); longer != 0 && c.visits > 0; longer = int(c.tree.sibling[longer]) {
		c.visits--
		try(longer, int(c.tree.symbol[longer]))
	}
	if node == c.tree.last && c.tree.pending() {
		try(c.tree.next, int(c.tree.start[node]))
	}
}

// leaving returns the cost of leaving a pixel as it is.
func (c *coder) leaving(at int) int32 {
	if !c.any() {
		return 0
	}
	return int32(c.keep[at])
}

// settle records the symbols of the sequence node.
func (c *coder) settle(node, length int) {
	n := len(c.written)
	if c.any() {
		c.written = c.written[:n+length]
	}
	for i := length - 1; i >= 0; i-- {
		symbol := c.tree.symbol[node]
		c.used[symbol] = true
		if c.any() {
			c.written[n+i] = symbol
		}
		node = int(c.tree.parent[node])
	}
}

// A pace measures the pixels per code, over groups of paceCodes codes. compress starts a new table if slower returns true, but only when
// the table is full, because a picture often continues as it began.
type pace struct{ codes, pixels, best int }

const paceCodes = 512

func (p *pace) slower(length int) bool {
	p.codes++
	p.pixels += length
	if p.codes < paceCodes {
		return false
	}
	slower := 10*p.pixels < 9*p.best
	p.best = max(p.best, p.pixels)
	p.codes, p.pixels = 0, 0
	return slower
}
