package webp

import "github.com/rest-thumbnails/thumbnail/internal/codec"

// A levelStore keeps the levels of all macroblocks until the probabilities are known that they are
// written with: for each block, how many there are and then these.
type levelStore struct {
	chunks  [][]int16
	account *codec.Account
	taken   int64
}

const (
	chunkLevels      = 32 << 10
	macroblockLevels = 25 + 16 + 24*16 // the most that a macroblock takes
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

// add keeps a block: the levels from the first on.
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

// A levelReader reads what was kept, a macroblock at a time.
type levelReader struct {
	chunks [][]int16
	rest   []int16
}

func (s *levelStore) reader() levelReader { return levelReader{chunks: s.chunks} }

// macroblock goes on to the next chunk where the current one is finished: macroblocks are not divided.
func (r *levelReader) macroblock() {
	if len(r.rest) == 0 && len(r.chunks) > 0 {
		r.rest, r.chunks = r.chunks[0], r.chunks[1:]
	}
}

// next returns the levels of a block, from the first on.
func (r *levelReader) next(first int) []int16 {
	n := max(int(r.rest[0])-first, 0)
	levels := r.rest[1 : 1+n]
	r.rest = r.rest[1+n:]
	return levels
}

// writeBlock writes a block whose first coefficient has the number n, and reports whether it has any.
func (w *boolWriter) writeBlock(levels []int16, n, context int, probs *planeProbs) (any bool) {
	p := &probs[n][context]
	if len(levels) == 0 {
		w.put(false, p[0])
		return false
	}
	end := true // may come next
	for _, level := range levels {
		if end {
			w.put(true, p[0])
		}
		v := int(abs(int32(level)))
		n++
		switch {
		case v == 0:
			w.put(false, p[1])
			p, end = &probs[n][0], false
			continue
		case v == 1:
			w.put(true, p[1])
			w.put(false, p[2])
			p = &probs[n][1]
		default:
			w.put(true, p[1])
			w.put(true, p[2])
			w.writeLarge(v, p)
			p = &probs[n][2]
		}
		w.put(level < 0, 128)
		end = true
	}
	if n < 16 {
		w.put(false, p[0])
	}
	return true
}

// writeLarge writes a magnitude of 2 or more.
func (w *boolWriter) writeLarge(v int, p *[11]uint8) {
	if v < categoryBase[0] {
		w.put(false, p[3])
		w.put(v > 2, p[4])
		if v > 2 {
			w.put(v > 3, p[5])
		}
		return
	}
	w.put(true, p[3])
	category := int(levelCodes[v&maxLevel].class) - classCategory1
	w.put(category >= 2, p[6])
	if category < 2 {
		w.put(category == 1, p[7])
	} else {
		w.put(category >= 4, p[8])
		w.put(category&1 == 1, p[9+category/2-1])
	}
	extra, probs := v-categoryBase[category], categoryProbs[category]
	for i, prob := range probs {
		w.put(extra>>(len(probs)-1-i)&1 != 0, prob)
	}
}
