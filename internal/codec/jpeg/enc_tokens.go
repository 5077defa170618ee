package jpeg

import "sync"

// A token is a symbol to be written. Its Huffman code is not known yet.
type token uint32

func newToken(table, symbol int, bits uint32) token {
	return token(uint32(table)<<24 | uint32(symbol)<<16 | bits)
}

// blockTokens is the maximum number of tokens of a block in a scan, with the end-of-band run before it.
const blockTokens = 65

// chunkTokens is the number of tokens of a chunk.
const (
	chunkTokens = 4 << 10
	chunkBytes  = chunkTokens * 4
)

type chunk struct {
	tokens [chunkTokens]token
	count  int
}

var chunks = sync.Pool{New: func() any { return new(chunk) }}

// stream holds the tokens of a scan.
type stream struct {
	chunks []*chunk
	last   *chunk // the last element of chunks

	// The fields below are used for progressive scans.
	scan  scan
	group int // number of the group of scans that share a Huffman table
	run   int // blocks of an end-of-band run that is still to be written (section G.1.2.2)
}

// reserve returns a chunk of s that has room for n more tokens. It takes memory from the account.
func (e *encoder) reserve(s *stream, n int) (*chunk, error) {
	if s.last != nil && s.last.count+n <= chunkTokens {
		return s.last, nil
	}
	if err := e.account.Take(chunkBytes); err != nil {
		return nil, err
	}
	e.taken += chunkBytes
	c := chunks.Get().(*chunk)
	c.count = 0
	s.chunks, s.last = append(s.chunks, c), c
	return c, nil
}

// write writes the tokens of a scan as entropy-coded data.
func (e *encoder) write(s *stream) error {
	for i, c := range s.chunks {
		if i%16 == 0 && e.ctx.Err() != nil {
			return e.ctx.Err()
		}
		e.out.write(c.tokens[:c.count], &e.codes)
	}
	e.out.finish()
	return e.out.err
}

// writeBoth writes the tokens of two streams of one token per block alternately, as one scan of two components.
func (e *encoder) writeBoth(s, t *stream) error {
	var both [512]token
	for i, c := range s.chunks {
		if i%16 == 0 && e.ctx.Err() != nil {
			return e.ctx.Err()
		}
		a, b := c.tokens[:c.count], t.chunks[i].tokens[:c.count]
		for len(a) > 0 {
			n := min(len(a), len(both)/2)
			for k := range n {
				both[2*k], both[2*k+1] = a[k], b[k]
			}
			e.out.write(both[:2*n], &e.codes)
			a, b = a[n:], b[n:]
		}
	}
	e.out.finish()
	return e.out.err
}

func (s *stream) release() {
	for i, c := range s.chunks {
		chunks.Put(c)
		s.chunks[i] = nil
	}
	s.chunks, s.last, s.run = s.chunks[:0], nil, 0
}
