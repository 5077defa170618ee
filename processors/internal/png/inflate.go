package png

import (
	"context"
	"encoding/binary"
)

// inflater decodes a zlib stream (RFC 1950) of deflated data (RFC 1951), 64 bits of it in a register, up to three
// literals with one look into a table, and straight into a window from which rows are taken without being copied.
//
// It is here because of its speed: github.com/klauspost/compress takes twice as long for the same pictures.
type inflater struct {
	in    idat
	bits  uint64
	count uint // of bits that are valid; those above may be set already to what follows

	state  uint8
	last   bool // no block follows
	stored int  // bytes that are left of a stored block
	lit    litTable
	dist   distTable

	window []byte // history, and what was decoded
	read   int    // how far it has been taken
	write  int    // how far it is decoded
	sum    adler
}

const (
	beforeBlock = iota
	inStored
	inHuffman
	atEnd

	history = 32 << 10
	produce = 128 << 10 // bytes that fit into the window beside the history, if rows are not longer
	slop    = 258 + 3*3 + 16
)

// reset begins with the first IDAT chunk of data, from which rows of at most rowBytes will be taken.
func (z *inflater) reset(data []byte, rowBytes int) error {
	z.in.open(data)
	z.bits, z.count, z.state, z.last = 0, 0, beforeBlock, false
	z.read, z.write, z.sum = 0, 0, newAdler()
	n := history + max(produce, rowBytes) + slop
	if cap(z.window) < n {
		z.window = make([]byte, n)
	}
	z.window = z.window[:n]
	if err := z.in.want(2); err != nil {
		return err
	}
	if z.in.end < 2 {
		return corrupt("no pixels")
	}
	head := binary.BigEndian.Uint16(z.in.buf)
	z.in.pos = 2
	if head>>8&15 != 8 || head>>12 > 7 || head%31 != 0 || head&0x20 != 0 {
		return corrupt("zlib header")
	}
	return nil
}

// next takes n bytes, which stay valid until the next call.
func (z *inflater) next(ctx context.Context, n int) ([]byte, error) {
	for z.write-z.read < n {
		if z.state == atEnd {
			return nil, corrupt("too few pixels")
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if keep := min(z.read, max(z.write-history, 0)); z.write > len(z.window)-slop || z.read+n > len(z.window)-slop {
			copy(z.window, z.window[keep:z.write])
			z.read -= keep
			z.write -= keep
		}
		if err := z.fill(); err != nil {
			return nil, err
		}
	}
	p := z.window[z.read:][:n]
	z.read += n
	return p, nil
}

// finish checks that the stream ends here.
func (z *inflater) finish(ctx context.Context) error {
	for z.state != atEnd && z.read == z.write {
		if err := ctx.Err(); err != nil {
			return err
		}
		z.write = copy(z.window, z.window[max(z.write-history, 0):z.write])
		z.read = z.write
		if err := z.fill(); err != nil {
			return err
		}
	}
	if z.read != z.write {
		return corrupt("too many pixels")
	}
	z.byteAlign()
	if err := z.in.want(4); err != nil {
		return err
	}
	if z.in.pos+4 > z.in.end {
		return corrupt("cut off")
	}
	if binary.BigEndian.Uint32(z.in.buf[z.in.pos:]) != z.sum.sum() {
		return corrupt("checksum of the pixels")
	}
	return nil
}

// fill decodes until the window is full or the stream at its end.
func (z *inflater) fill() error {
	from := z.write
	for z.state != atEnd && z.write <= len(z.window)-slop {
		var err error
		switch z.state {
		case beforeBlock:
			err = z.block()
		case inStored:
			err = z.copyStored()
		case inHuffman:
			if err = z.in.want(64); err == nil {
				err = z.huffman()
			}
		}
		if err != nil {
			return err
		}
		if z.in.pos-int(z.count/8) > z.in.end {
			return corrupt("cut off")
		}
	}
	z.sum.add(z.window[from:z.write])
	return nil
}

// block reads the header of a block (RFC 1951, 3.2.3).
func (z *inflater) block() error {
	if z.last {
		z.state = atEnd
		return nil
	}
	if err := z.in.want(idatPad / 2); err != nil { // more than the longest header
		return err
	}
	z.refill()
	z.last = z.take(1) == 1
	switch z.take(2) {
	case 0:
		z.byteAlign()
		n := binary.LittleEndian.Uint32(z.in.buf[z.in.pos:])
		z.in.pos += 4
		if n&0xffff != ^n>>16 {
			return corrupt("stored block")
		}
		z.stored, z.state = int(n&0xffff), inStored
		return nil
	case 1:
		z.fixed()
	case 2:
		if err := z.dynamic(); err != nil {
			return err
		}
	default:
		return corrupt("block type")
	}
	joinLiterals(&z.lit)
	z.state = inHuffman
	return nil
}

// fixed sets the tables of RFC 1951, 3.2.6.
func (z *inflater) fixed() {
	var n [fixedLit]byte
	for i := range n {
		switch {
		case i < 144, i >= 280:
			n[i] = 8
		case i < 256:
			n[i] = 9
		default:
			n[i] = 7
		}
	}
	build(z.lit[:], litBits, n[:], litSymbols[:])
	for i := range 32 {
		n[i] = 5
	}
	build(z.dist[:], distBits, n[:32], distSymbols[:])
}

// dynamic reads the tables that a block brings (RFC 1951, 3.2.7).
func (z *inflater) dynamic() error {
	lits, dists, codes := 257+int(z.take(5)), 1+int(z.take(5)), 4+int(z.take(4))
	if lits > maxLit || dists > maxDist {
		return corrupt("code lengths")
	}
	var n [maxLit + maxDist]byte
	for i := range codes {
		z.refill()
		n[codeOrder[i]] = byte(z.take(3))
	}
	const width = 7
	var table [1 << width]uint32
	if !build(table[:], width, n[:19], codeSymbols[:]) {
		return corrupt("code lengths")
	}
	clear(n[:19])
	for i := 0; i < lits+dists; {
		z.refill()
		e := table[z.bits&(1<<width-1)]
		z.take(uint(e & 31))
		if e&exceptional != 0 {
			return corrupt("code lengths")
		}
		var repeat int
		var value byte
		switch symbol := e >> 16; symbol {
		case 16:
			if i == 0 {
				return corrupt("code lengths")
			}
			value, repeat = n[i-1], 3+int(z.take(2))
		case 17:
			repeat = 3 + int(z.take(3))
		case 18:
			repeat = 11 + int(z.take(7))
		default:
			value, repeat = byte(symbol), 1
		}
		if i+repeat > lits+dists {
			return corrupt("code lengths")
		}
		for range repeat {
			n[i] = value
			i++
		}
	}
	if !build(z.lit[:], litBits, n[:lits], litSymbols[:]) || !build(z.dist[:], distBits, n[lits:][:dists], distSymbols[:]) {
		return corrupt("codes")
	}
	return nil
}

var codeOrder = [19]uint8{16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15}

func (z *inflater) copyStored() error {
	for z.stored > 0 && z.write <= len(z.window)-slop {
		if err := z.in.want(1); err != nil {
			return err
		}
		n := min(z.stored, z.in.end-z.in.pos, len(z.window)-z.write)
		if n <= 0 {
			return corrupt("cut off")
		}
		copy(z.window[z.write:], z.in.buf[z.in.pos:][:n])
		z.in.pos += n
		z.write += n
		z.stored -= n
	}
	if z.stored == 0 {
		z.state = beforeBlock
	}
	return nil
}

// refill makes at least 56 bits valid, if eight bytes can be read.
func (z *inflater) refill() {
	z.bits |= binary.LittleEndian.Uint64(z.in.buf[z.in.pos:]) << z.count
	z.in.pos += int(63-z.count) / 8
	z.count |= 56
}

func (z *inflater) take(n uint) uint64 {
	v := z.bits & (1<<n - 1)
	z.bits >>= n
	z.count -= n
	return v
}

// byteAlign drops the bits of a byte that was begun, and gives back those that follow.
func (z *inflater) byteAlign() {
	z.in.pos -= int(z.count / 8)
	z.bits, z.count = 0, 0
}

// huffman decodes symbols until the block ends, the window is full or the input runs out.
func (z *inflater) huffman() error {
	lit, dist := &z.lit, &z.dist
	in, pos, stop := z.in.buf, z.in.pos, z.in.end-16
	if z.in.done {
		stop = z.in.end + 8
	}
	out, write := z.window, z.write
	full := len(out) - slop
	b, count := z.bits, z.count
	var err error
	for pos <= stop && write <= full {
		b |= binary.LittleEndian.Uint64(in[pos:]) << (count & 63)
		pos += int(63-count) >> 3
		count |= 56

		e := lit[b&(1<<litBits-1)]
		if e&literals != 0 {
			binary.LittleEndian.PutUint32(out[write:], e>>8)
			write += int(e >> 5 & 3)
			b >>= e & 31
			count -= uint(e & 31)
			e = lit[b&(1<<litBits-1)]
			if e&literals != 0 {
				binary.LittleEndian.PutUint32(out[write:], e>>8)
				write += int(e >> 5 & 3)
				b >>= e & 31
				count -= uint(e & 31)
				e = lit[b&(1<<litBits-1)]
				if e&literals != 0 {
					binary.LittleEndian.PutUint32(out[write:], e>>8)
					write += int(e >> 5 & 3)
					b >>= e & 31
					count -= uint(e & 31)
					continue
				}
			}
			b |= binary.LittleEndian.Uint64(in[pos:]) << (count & 63)
			pos += int(63-count) >> 3
			count |= 56
		}
		if e&exceptional != 0 {
			if e&subtable == subtable && e&0xf000 == subtable&0xf000 {
				b >>= e & 31
				count -= uint(e & 31)
				e = lit[e>>16+uint32(b)&(1<<(e>>8&15)-1)]
			}
			if e&literals != 0 {
				out[write] = byte(e >> 8)
				write++
				b >>= e & 31
				count -= uint(e & 31)
				continue
			}
			if e&exceptional != 0 {
				if e&0xf0ff|31 != endOfBlock|31 {
					err = corrupt("code")
					break
				}
				b >>= e & 31
				count -= uint(e & 31)
				z.state = beforeBlock
				break
			}
		}
		length := int(e>>16) + int(uint32(b)&(1<<(e&31)-1)>>(e>>8&15))
		b >>= e & 31
		count -= uint(e & 31)

		e = dist[b&(1<<distBits-1)]
		if e&exceptional != 0 {
			if e&0xf000 == subtable&0xf000 {
				b >>= e & 31
				count -= uint(e & 31)
				e = dist[e>>16+uint32(b)&(1<<(e>>8&15)-1)]
			}
			if e&exceptional != 0 {
				err = corrupt("code")
				break
			}
		}
		distance := int(e>>16) + int(uint32(b)&(1<<(e&31)-1)>>(e>>8&15))
		b >>= e & 31
		count -= uint(e & 31)
		from := write - distance
		if from < 0 {
			err = corrupt("distance")
			break
		}
		end := write + length
		if distance < 8 { // the first bytes repeated make a longer period
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
		write = end
	}
	z.bits, z.count, z.in.pos, z.write = b, count, pos, write
	return err
}
