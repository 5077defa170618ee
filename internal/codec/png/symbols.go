package png

import (
	"encoding/binary"
	"math/bits"
)

// Reasons for which the symbol loop ends.
const (
	paused = iota // the window is full, or the input ran out
	blockEnd
	badCode
	badDistance
	cutOff
)

// huffman decodes symbols until the block ends, the window is full or the input runs out.
func (z *inflater) huffman(full int) error {
	result := paused
	if stop := z.in.end - lookahead; z.in.pos <= stop {
		result = z.symbols(stop, full)
	}
	if result == paused && z.in.done {
		result = z.tail(full)
	}
	switch result {
	case blockEnd:
		z.state = beforeBlock
	case badCode:
		return corrupt("invalid Huffman code")
	case badDistance:
		return corrupt("invalid distance")
	case cutOff:
		return corrupt("the pixels are cut off")
	}
	return nil
}

// tail decodes the last symbols of the stream one by one. It decodes no symbol with bits beyond the end of the stream.
func (z *inflater) tail(full int) int {
	missing := func() bool { return (z.in.end-z.in.pos)*8+int(z.count) < 0 }
	drop := func(e uint32) { z.take(uint(e & taken)) }
	for z.write <= full {
		z.refill()
		e := z.lit[z.bits&(1<<litBits-1)]
		if e&literals == 0 && e&kind == subtable {
			drop(e)
			e = z.lit[e>>16+uint32(z.bits)&(1<<(e>>8&15)-1)]
		}
		if e&literals != 0 {
			if drop(e); missing() {
				return cutOff
			}
			binary.LittleEndian.PutUint32(z.window[z.write:], e>>8)
			z.write += int(e >> 6 & 3)
			continue
		}
		if e&exceptional != 0 {
			drop(e)
			switch {
			case missing():
				return cutOff
			case e&kind == endOfBlock:
				return blockEnd
			}
			return badCode
		}
		length := int(e>>16) + int(z.bits&(1<<(e&taken)-1)>>(e>>8&15))
		drop(e)
		z.refill()
		e = z.dist[z.bits&(1<<distBits-1)]
		if e&exceptional != 0 && e&kind == subtable {
			drop(e)
			e = z.dist[e>>16+uint32(z.bits)&(1<<(e>>8&15)-1)]
		}
		distance := int(e>>16) + int(z.bits&(1<<(e&taken)-1)>>(e>>8&15))
		drop(e)
		switch {
		case missing():
			return cutOff
		case e&exceptional != 0:
			return badCode
		case distance > z.write:
			return badDistance
		}
		for range length {
			z.window[z.write] = z.window[z.write-distance]
			z.write++
		}
	}
	return paused
}

// symbolsGo decodes symbols until the block ends, the input has been read beyond stop, or the window has been written
// beyond full. It checks these limits once per iteration: see lookahead and slop.
func (z *inflater) symbolsGo(stop, full int) int {
	lit, dist := &z.lit, &z.dist
	in, pos := z.in.buf, z.in.pos
	out, write := z.window, z.write
	b, count := z.bits, z.count
	result := paused
	for pos <= stop && write <= full {
		b |= binary.LittleEndian.Uint64(in[pos:]) << (count & 63)
		pos += int(63-count) >> 3
		count |= 56

		e := lit[b&(1<<litBits-1)]
		if e&literals != 0 {
			for range 4 {
				b, count = b>>(e&taken), count-uint(e&taken)
				next := lit[b&(1<<litBits-1)] // loaded early, because it does not depend on the lines below
				binary.LittleEndian.PutUint32(out[write:], bits.RotateLeft32(e, -8))
				write += int(e >> 6 & 3)
				if e = next; e&literals == 0 {
					break
				}
			}
			if e&literals != 0 {
				continue
			}
			b |= binary.LittleEndian.Uint64(in[pos:]) << (count & 63)
			pos += int(63-count) >> 3
			count |= 56
		}
		if e&exceptional != 0 {
			if e&kind == subtable {
				b, count = b>>(e&taken), count-uint(e&taken)
				e = lit[e>>16+uint32(b)&(1<<(e>>8&15)-1)]
			}
			if e&literals != 0 {
				out[write] = byte(e >> 8)
				write++
				b, count = b>>(e&taken), count-uint(e&taken)
				continue
			}
			if e&exceptional != 0 {
				if e&kind != endOfBlock {
					result = badCode
					break
				}
				b, count = b>>(e&taken), count-uint(e&taken)
				result = blockEnd
				break
			}
		}

		length := int(e>>16) + int(b&(1<<(e&taken)-1)>>(e>>8&15))
		b, count = b>>(e&taken), count-uint(e&taken)

		e = dist[b&(1<<distBits-1)]
		if e&exceptional != 0 {
			if e&kind == subtable {
				b, count = b>>(e&taken), count-uint(e&taken)
				e = dist[e>>16+uint32(b)&(1<<(e>>8&15)-1)]
			}
			if e&exceptional != 0 {
				result = badCode
				break
			}
		}
		distance := int(e>>16) + int(b&(1<<(e&taken)-1)>>(e>>8&15))
		b, count = b>>(e&taken), count-uint(e&taken)

		from := write - distance
		if from < 0 {
			result = badDistance
			break
		}
		repeat(out, from, write, length)
		write += length
	}
	z.bits, z.count, z.in.pos, z.write = b, count, pos, write
	return result
}

// repeat copies length bytes. from is the index of the first byte, and write is the index of its copy. repeat may write
// up to slop bytes more. If the ranges overlap, copied bytes are copied again, as deflate requires.
func repeat(out []byte, from, write, length int) {
	end := write + length
	if write-from < 8 { // repeating the first bytes makes the period longer
		for write < end && write-from < 8 {
			binary.LittleEndian.PutUint64(out[write:], binary.LittleEndian.Uint64(out[from:]))
			write += write - from
		}
	}
	for write < end {
		binary.LittleEndian.PutUint64(out[write:], binary.LittleEndian.Uint64(out[from:]))
		binary.LittleEndian.PutUint64(out[write+8:], binary.LittleEndian.Uint64(out[from+8:]))
		write += 16
		from += 16
	}
}
