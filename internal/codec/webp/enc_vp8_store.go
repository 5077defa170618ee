package webp

import "github.com/rest-thumbnails/thumbnail/internal/codec"

// A levelStore keeps the levels of all macroblocks until the token probabilities are known. Each block is stored as
// the number of its levels, followed by the levels.
type levelStore struct {
	chunks  [][]int16
	account *codec.Account
	taken   int64
}

const (
	chunkLevels      = 32 << 10
	macroblockLevels = 25 + 16 + 24*16 // most elements that a macroblock takes
)

// reserve makes room for a macroblock.
func (s *levelStore) reserve() error {
	if n := len(s.chunks); n > 0 && cap(s.chunks[n-1])-len(s.chunks[n-1]) >= macroblockLevels {
		return nil
	}
	if err := s.account.Take(2 * chunkLevels); err != nil {
		return err
	}
	s.taken += 2 * chunkLevels
	s.chunks = append(s.chunks, make([]int16, 0, chunkLevels))
	return nil
}

// add stores a block. Levels before position first are left out.
func (s *levelStore) add(levels *[16]int16, count, first int) {
	to := &s.chunks[len(s.chunks)-1]
	*to = append(*to, int16(count))
	if count > first {
		*to = append(*to, levels[first:count]...)
	}
}

func (s *levelStore) close() {
	s.account.Give(s.taken)
	s.taken, s.chunks = 0, nil
}

// A levelReader reads the stored levels, one macroblock at a time.
type levelReader struct {
	chunks [][]int16
	rest   []int16
}

func (s *levelStore) reader() levelReader { return levelReader{chunks: s.chunks} }

// macroblock moves to the next chunk at the end of a chunk. No macroblock is split between chunks.
func (r *levelReader) macroblock() {
	if len(r.rest) == 0 && len(r.chunks) > 0 {
		r.rest, r.chunks = r.chunks[0], r.chunks[1:]
	}
}

// next returns the levels of the next block. The first level is at position first.
func (r *levelReader) next(first int) []int16 {
	n := max(int(r.rest[0])-first, 0)
	levels := r.rest[1 : 1+n]
	r.rest = r.rest[1+n:]
	return levels
}

// writeBlock writes the tokens of a block whose first level is at position n. It reports whether the block has levels.
func (w *boolWriter) writeBlock(levels []int16, n, context int, probs *planeProbs) (any bool) {
	p := &probs[n][context]
	s := w.boolState
	if len(levels) == 0 {
		w.boolState = w.room(s.zero(p[0]))
		return false
	}
	s = s.one(p[0]) // not the end of block
	for i, level := range levels {
		n++
		next := &probs[n]
		if level == 0 {
			s = w.room(s.zero(p[1]))
			p = &next[0]
			continue
		}
		s = w.room(s.one(p[1]))
		v := int(abs(int32(level)))
		if v == 1 {
			s = s.zero(p[2])
			p = &next[1]
		} else {
			s = w.writeLarge(s.one(p[2]), v, p)
			p = &next[2]
		}
		s = w.room(s.even(uint32(int32(level)) >> 31))
		if n < 16 {
			s = s.bit(i+1 < len(levels), p[0])
		}
	}
	w.boolState = s
	return true
}

// writeLarge writes a magnitude of at least 2. There is room for two more bits afterwards.
func (w *boolWriter) writeLarge(s boolState, v int, p *[11]uint8) boolState {
	s = w.room(s)
	if v < categoryBase[0] {
		s = s.zero(p[3])
		if v == 2 {
			return w.room(s.zero(p[4]))
		}
		return w.room(w.room(s.one(p[4])).bit(v > 3, p[5]))
	}
	s = s.one(p[3])
	category := int(levelCodes[v&maxLevel].class) - classCategory1
	s = s.bit(category >= 2, p[6])
	if category < 2 {
		s = s.bit(category == 1, p[7])
	} else {
		s = w.room(s.bit(category >= 4, p[8]))
		s = s.bit(category&1 == 1, p[9+category/2-1])
	}
	extra, probs := v-categoryBase[category], categoryProbs[category]
	for i, prob := range probs {
		s = w.room(s).bit(extra>>(len(probs)-1-i)&1 != 0, prob)
	}
	return w.room(s)
}
