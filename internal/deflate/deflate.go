// Package deflate compresses data to zlib streams (RFC 1950, RFC 1951). All of the data must be in memory, such
// as the filtered rows of a PNG. Section numbers in comments are those of RFC 1951.
//
// The encoder finds matches with hash chains. It uses a match only if the match is estimated to take fewer bits
// than the literals it replaces. It starts a new block where new Huffman tables save more bits than they cost.
package deflate

import (
	"context"
	"encoding/binary"
	"hash/adler32"
	"io"
	"unsafe"
)

// An Effort sets how hard the encoder searches for matches.
type Effort struct {
	chain int  // maximum number of earlier positions to compare
	nice  int  // match length at which the search stops
	good  int  // match length from which lazy matching searches only a quarter as many positions
	lazy  int  // maximum number of positions that lazy matching looks ahead; 0 disables it
	hasty bool // skip positions where matches are rare
	best  bool // find the sequence of tokens with the lowest cost: see optimizer
}

// Quick is for estimates, Light for noisy data with few matches, and Usual, Thorough and Best for all other data.
var (
	Quick    = Effort{chain: 4, nice: 32, good: 8, hasty: true}
	Light    = Effort{chain: 4, nice: 32, good: 8, lazy: 1, hasty: true}
	Usual    = Effort{chain: 16, nice: 130, good: 8, lazy: 1}
	Thorough = Effort{chain: 128, nice: 258, good: 32, lazy: 2}
	Best     = Effort{chain: 32, nice: 64, best: true}
)

// A Compressor reuses its buffers from one call to the next. The zero value is ready to use. Only one goroutine
// may use a Compressor at a time.
type Compressor struct {
	matcher matcher
	writer  writer
	codes   codes

	optimizer optimizer

	tokens  []token
	block   histogram // histogram of tokens[:counted]
	chunk   histogram // histogram of tokens[counted:]
	counted int       // number of tokens counted in block
	bits    float64   // entropy of block
	costs   [literals]uint32
	far     [distances]uint32

	out   io.Writer // nil: only an estimate is made
	total histogram // estimate only: histogram of all blocks
	extra int       // estimate only: number of extra bits
}

// Memory returns the maximum number of bytes that a Compressor allocates for n bytes of data.
func Memory(n int) int64 {
	matcher := 4*(1<<hashBits(n)+1<<min(hashBits(n), hash3Bits)) + 4*windowOf(n)
	return int64(unsafe.Sizeof(Compressor{})) + int64(matcher) + 9*int64(min(n, blockTokens)) + optimizerBytes(n) + 4<<10
}

const (
	blockTokens = 1 << 15 // maximum per block
	chunkTokens = 1 << 11 // the encoder considers a new block after each chunk
)

// Compress writes data to w as a zlib stream, one block per Write. It checks ctx once per 64 KiB of data. It
// returns the error of ctx or of w.
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

// Estimate returns the approximate size in bytes of the compressed data.
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

// Entropy returns the approximate size in bytes of data compressed by Huffman coding alone, without matches.
func Entropy(data []byte) int {
	var counts [256]uint32
	countBytes(&counts, data)
	return int(entropy(counts[:])+7) / 8
}

// add appends a token. c.tokens must have spare capacity.
func (c *Compressor) add(t token) error {
	n := len(c.tokens)
	c.tokens = c.tokens[:n+1]
	c.tokens[n] = t
	if n+1 < c.counted+chunkTokens {
		return nil
	}
	return c.ended()
}

// ended adds the last chunk to the current block. If the chunk would take fewer bits in a separate block, ended first
// writes the tokens before the chunk as a block.
func (c *Compressor) ended() error {
	c.chunk = histogram{}
	c.chunk.count(c.tokens[c.counted:])
	if c.out == nil {
		c.block.add(&c.chunk)
		c.counted = len(c.tokens)
		return c.flush(c.counted, false)
	}
	alone := c.chunk.entropy()
	if c.counted > 0 {
		both := c.block
		both.add(&c.chunk)
		const head = 80 * 8 // estimated size of the Huffman tables of a block, in bits
		together := both.entropy()
		if apart := c.bits + alone + head; apart < together || len(c.tokens) == blockTokens {
			if err := c.flush(c.counted, false); err != nil {
				return err
			}
		} else {
			alone = together
		}
	}
	c.block.add(&c.chunk)
	c.counted, c.bits = len(c.tokens), alone
	return nil
}

// flush writes the first n tokens as a block.
func (c *Compressor) flush(n int, last bool) (err error) {
	if last {
		c.block.count(c.tokens[c.counted:])
	}
	if c.out != nil {
		kind := c.codes.choose(&c.block)
		header := kind << 1
		if last {
			header |= 1
		}
		c.writer.put(header, 3)
		if kind == 2 {
			c.codes.head(&c.writer)
		}
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
