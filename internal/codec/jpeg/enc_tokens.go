package jpeg

import "sync"

// A token is what is written for a symbol, before its code is known:
//
//	bits 0–15   the bits that follow the code
//	bits 16–23  the symbol
//	bits 24–25  its Huffman table
//
// Table rawTable is none: of its symbols only the bits are written, as many as the symbol says.
type token uint32

const (
	tokenSize   = 4
	blockTokens = 64 // at most
	rawTable    = 3
)

func newToken(table, symbol int, bits uint32) token {
	return token(uint32(table)<<24 | uint32(symbol)<<16 | bits)
}

// chunkTokens is how many tokens lie together.
const (
	chunkTokens = 16 << 10
	chunkBytes  = chunkTokens * tokenSize
)

type chunk struct {
	tokens [chunkTokens]token
	n      int
}

var chunks = sync.Pool{New: func() any { return new(chunk) }}

// tokens are those of a scan, in chunks.
type tokens struct {
	chunks []*chunk
	used   int // of chunks
}

// reserve returns a chunk with room for n more tokens. The memory is taken from the account.
func (e *encoder) reserve(n int) (*chunk, error) {
	t := &e.tokens
	if t.used > 0 && t.chunks[t.used-1].n+n <= chunkTokens {
		return t.chunks[t.used-1], nil
	}
	if err := e.ctx.Err(); err != nil {
		return nil, err
	}
	if t.used == len(t.chunks) {
		if err := e.take(chunkBytes); err != nil {
			return nil, err
		}
		t.chunks = append(t.chunks, chunks.Get().(*chunk))
	}
	c := t.chunks[t.used]
	c.n = 0
	t.used++
	return c, nil
}

// write writes all tokens of a scan, and forgets them.
func (e *encoder) write() error {
	for _, c := range e.tokens.chunks[:e.tokens.used] {
		if err := e.ctx.Err(); err != nil {
			return err
		}
		e.out.write(c.tokens[:c.n], &e.codes)
	}
	e.tokens.used = 0
	e.out.finish()
	return e.out.err
}

func (t *tokens) release() {
	for i, c := range t.chunks {
		chunks.Put(c)
		t.chunks[i] = nil
	}
	t.chunks, t.used = t.chunks[:0], 0
}
