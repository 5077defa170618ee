// Package deflate compresses to zlib streams (RFC 1950, RFC 1951) what is in memory as a whole, such as the
// filtered rows of a PNG. Sections are those of RFC 1951.
//
// It finds matches in hash chains, takes one only if it has fewer bits than its literals are expected to
// have, and begins a block wherever codes of its own pay.
package deflate

import (
	"context"
	"encoding/binary"
	"hash/adler32"
	"io"
	"unsafe"
)

// An Effort says how long matches are looked for.
type Effort struct {
	chain int  // how many places are looked at
	nice  int  // a length that is long enough
	good  int  // a length from which on a quarter of the chain is enough to look for a better one
	lazy  int  // how many positions further on a better match may begin
	hasty bool // it gives up where there are none
}

// The efforts: that of an estimate, that for noise with few matches in it, and those for the rest.
var (
	Quick    = Effort{chain: 4, nice: 32, good: 8, hasty: true}
	Light    = Effort{chain: 4, nice: 32, good: 8, lazy: 1, hasty: true}
	Usual    = Effort{chain: 16, nice: 130, good: 8, lazy: 1}
	Thorough = Effort{chain: 128, nice: 258, good: 32, lazy: 2}
)

// A Compressor keeps its memory from one call to the next. The zero value is ready to use, by one goroutine
// at a time.
type Compressor struct {
	matcher matcher
	writer  writer
	codes   codes
	tokens  []token
	block   histogram // of tokens, but the last chunk
	chunk   histogram // of what follows in tokens
	counted int       // tokens in block
	costs   [literals]uint32
	far     [distances]uint32

	out   io.Writer // nil: only an estimate is made
	total histogram // of an estimate
	extra int       // bits behind the symbols of an estimate
}

// Memory is how many bytes a Compressor has at most for data of n bytes.
func Memory(n int) int64 {
	matcher := 4*(1<<hashBits(n)+1<<min(hashBits(n), hash3Bits)) + 4*windowOf(n)
	return int64(unsafe.Sizeof(Compressor{})) + int64(matcher) + 9*int64(min(n, blockTokens)) + 1<<10
}

const (
	blockTokens = 1 << 15 // of a block at most
	chunkTokens = 1 << 11 // after which it is seen whether another block begins
)

// Compress writes the zlib stream of data to w, a block at a time. It looks at ctx once per 64 KiB. The error
// is that of ctx or of w.
func (c *Compressor) Compress(ctx context.Context, w io.Writer, data []byte, e Effort) error {
	c.out = w
	defer func() { c.out, c.matcher.data = nil, nil }()
	c.writer = writer{out: append(c.writer.out[:0], 0x78, 0xda)}
	if err := c.parse(ctx, data, e); err != nil {
		return err
	}
	if err := c.flush(len(c.tokens), true); err != nil {
		return err
	}
	c.writer.align()
	_, err := w.Write(binary.BigEndian.AppendUint32(c.writer.out, adler32.Checksum(data)))
	return err
}

// Estimate returns about how many bytes a stream of data has.
func (c *Compressor) Estimate(ctx context.Context, data []byte, e Effort) (int, error) {
	c.extra, c.total = 0, histogram{}
	defer func() { c.matcher.data = nil }()
	if err := c.parse(ctx, data, e); err != nil {
		return 0, err
	}
	if err := c.flush(len(c.tokens), true); err != nil {
		return 0, err
	}
	return (c.extra + int(c.total.entropy()) + 7) / 8, nil
}

// Entropy returns about how many bytes a stream of data has that has no matches.
func Entropy(data []byte) int {
	var counts [256]uint32
	for _, v := range data {
		counts[v]++
	}
	return int(entropy(counts[:])+7) / 8
}

// add adds a token, and ends the block where that pays.
func (c *Compressor) add(t token) error {
	c.tokens = append(c.tokens, t)
	if len(c.tokens)-c.counted < chunkTokens {
		return nil
	}
	c.chunk = histogram{}
	c.chunk.count(c.tokens[c.counted:])
	if c.out != nil && c.counted > 0 {
		both := c.block
		both.add(&c.chunk)
		const head = 80 * 8 // bits that codes take
		if apart := c.block.entropy() + c.chunk.entropy() + head; apart < both.entropy() || len(c.tokens) == blockTokens {
			if err := c.flush(c.counted, false); err != nil {
				return err
			}
		}
	}
	c.block.add(&c.chunk)
	c.counted = len(c.tokens)
	if c.out == nil {
		return c.flush(c.counted, false)
	}
	return nil
}

// flush writes the first n tokens as a block.
func (c *Compressor) flush(n int, last bool) (err error) {
	if last {
		c.block.count(c.tokens[c.counted:])
	}
	if c.out != nil {
		c.codes.build(&c.block)
		kind := uint64(2 << 1) // with codes of its own
		if last {
			kind |= 1
		}
		c.writer.put(kind, 3)
		c.codes.head(&c.writer)
		c.codes.body(&c.writer, c.tokens[:n])
		if !last {
			_, err = c.out.Write(c.writer.out)
			c.writer.out = c.writer.out[:0]
		}
	} else {
		for _, t := range c.tokens[:n] {
			if t.distance() > 0 {
				c.extra += int(lengthSymbols[t.length()].extra + distanceSymbol(t.distance()).extra)
			}
		}
		c.total.add(&c.block)
	}
	c.setCosts(&c.block)
	c.tokens = c.tokens[:copy(c.tokens, c.tokens[n:])]
	c.block, c.counted = histogram{}, 0
	return err
}
