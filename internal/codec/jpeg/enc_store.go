package jpeg

import (
	"math/bits"
	"sync"
)

// record is a block of which the values lie in a store.
type record struct {
	nonzero uint64 // AC coefficients, zigzag
	twos    uint64 // those of at least 2
	fours   uint64 // those of at least 4
	values  []int16
	dc      int16
}

// recordSize is what a record takes, in bytes.
const recordSize = 56

// store has the coefficients of the whole picture, for scans that go over it several times: the
// values that are not 0, in zigzag order.
type store struct {
	records [3][]record // of each component, in rows of blocks, those of the picture alone
	memory  []record
	full    []*values
	last    *values
}

const (
	valuesChunk = 32 << 10
	valuesBytes = 2 * valuesChunk
)

// values is a part of a store.
type values struct {
	v [valuesChunk]int16
	n int
}

var valuesPool = sync.Pool{New: func() any { return new(values) }}

func (s *store) release() {
	for i, v := range s.full {
		valuesPool.Put(v)
		s.full[i] = nil
	}
	s.full, s.last, s.records = s.full[:0], nil, [3][]record{}
	if cap(s.memory)*recordSize > 1<<20 {
		s.memory = nil
	}
	clear(s.memory[:cap(s.memory)]) // of what refers to the pool's memory
}

// collect transforms the whole picture into the store.
func (e *encoder) collect() error {
	s := &e.store
	total := 0
	for _, c := range e.comps {
		total += c.blocks.X * c.blocks.Y
	}
	if err := e.take(int64(total) * recordSize); err != nil {
		return err
	}
	s.memory = grown(s.memory, total)
	rest := s.memory
	for i, c := range e.comps {
		n := c.blocks.X * c.blocks.Y
		s.records[i], rest = rest[:n:n], rest[n:]
	}
	for row := range e.mcus.Y {
		if err := e.ctx.Err(); err != nil {
			return err
		}
		e.src.load(row)
		for i, c := range e.comps {
			for v := range c.v {
				if y := row*c.v + v; y < c.blocks.Y {
					if err := e.collectRow(i, y, v); err != nil {
						return err
					}
				}
			}
		}
	}
	return nil
}

// collectRow transforms a row of blocks of component i.
func (e *encoder) collectRow(i, y, v int) error {
	width := e.comps[i].blocks.X
	for x, r := range e.store.records[i][y*width:][:width] {
		to, err := e.room()
		if err != nil {
			return err
		}
		r.nonzero = inZigzag(e.forward(i, x, y, v) &^ 1)
		r.dc = e.coded[0]
		r.values = to.v[to.n:to.n]
		r.twos, r.fours = 0, 0
		for m := r.nonzero; m != 0; m &= m - 1 {
			k := bits.TrailingZeros64(m)
			value := e.coded[codedAt[k&63]&63]
			r.values = append(r.values, value)
			if value > 1 || value < -1 {
				r.twos |= 1 << k
				if value > 3 || value < -3 {
					r.fours |= 1 << k
				}
			}
		}
		to.n += len(r.values)
		e.store.records[i][y*width+x] = r
	}
	return nil
}

// room returns a part of the store with room for a block.
func (e *encoder) room() (*values, error) {
	s := &e.store
	if s.last != nil && s.last.n+63 <= valuesChunk {
		return s.last, nil
	}
	if err := e.take(valuesBytes); err != nil {
		return nil, err
	}
	s.last = valuesPool.Get().(*values)
	s.last.n = 0
	s.full = append(s.full, s.last)
	return s.last, nil
}
