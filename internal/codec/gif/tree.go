package gif

// A tree contains the known sequences of pixels. Each is identified by its code. The sequences of one pixel are the roots; their codes are
// the symbols.
type tree struct {
	next int // the code of the next sequence
	last int // the last sequence that was written, or -1

	parent  [maxCodes]uint16
	eldest  [maxCodes]uint16 // a sequence that is one pixel longer, or 0
	sibling [maxCodes]uint16 // another sequence that extends the same sequence by one pixel, or 0
	symbol  [maxCodes]uint8  // the last symbol of the sequence
	start   [maxCodes]uint8  // the first symbol of the sequence
	slots   [2 * maxCodes]uint32
}

const maxCodes = 1 << 12

// reset removes all sequences of more than one pixel. next is the code of the next sequence.
func (t *tree) reset(next int) {
	t.next, t.last = next, -1
	for i := range min(next, 256) {
		t.parent[i], t.symbol[i], t.start[i] = 0, uint8(i), uint8(i)
	}
	clear(t.eldest[:min(next, 256)])
	t.eldest[next] = 0
	clear(t.slots[:])
}

// full reports whether all codes are used. The largest code is never used, because some decoders do not support it.
func (t *tree) full() bool { return t.next == maxCodes-1 }

// pending reports whether the next code that is written adds the sequence t.next. The code that is written may be t.next itself. It then
// stands for the last sequence, followed by the first symbol of that sequence.
func (t *tree) pending() bool { return t.last >= 0 && !t.full() }

func (t *tree) first(node int) int { return int(t.eldest[node]) }

// child returns the sequence that is one symbol longer, or 0. The result may be the pending sequence.
func (t *tree) child(node, symbol int) int {
	if n := t.find(node, symbol); n != 0 {
		return n
	}
	if node == t.last && symbol == int(t.start[node]) && t.pending() {
		return t.next
	}
	return 0
}

// find returns the sequence that is one symbol longer, or 0. It does not return the pending sequence.
func (t *tree) find(node, symbol int) int {
	key := uint32(node<<8 | symbol)
	for slot := t.slot(key); t.slots[slot] != 0; slot = (slot + 1) % (2 * maxCodes) {
		if t.slots[slot]>>12 == key {
			return int(t.slots[slot] & (maxCodes - 1))
		}
	}
	return 0
}

func (t *tree) slot(key uint32) uint32 { return key * 2654435761 >> (32 - 13) }

// extend adds a sequence: the last sequence, followed by the first symbol of the sequence node. node becomes the last sequence.
func (t *tree) extend(node int) {
	if t.pending() {
		symbol := t.start[node]
		if node == t.next {
			symbol = t.start[t.last]
		}
		known := t.find(t.last, int(symbol)) != 0
		n := t.next
		t.next++
		t.parent[n], t.symbol[n], t.start[n], t.eldest[n], t.sibling[n] = uint16(t.last), symbol, t.start[t.last], 0, 0
		if !known {
			t.sibling[n], t.eldest[t.last] = t.eldest[t.last], uint16(n)
			t.insert(uint32(t.last<<8|int(symbol)), n)
		}
	}
	t.eldest[t.next] = 0
	t.last = node
}

func (t *tree) insert(key uint32, n int) {
	slot := t.slot(key)
	for t.slots[slot] != 0 {
		slot = (slot + 1) % (2 * maxCodes)
	}
	t.slots[slot] = key<<12 | uint32(n)
}
