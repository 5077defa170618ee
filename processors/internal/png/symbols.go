package png

import "encoding/binary"

// huffman decodes symbols until the block ends, the window is full or the input runs out. A turn of its loop writes
// up to three times three literals and a match, which is what slop is for, and advances the input by 14 bytes at most.
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
			if e&kind == subtable {
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
				if e&kind != endOfBlock {
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
			if e&kind == subtable {
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
