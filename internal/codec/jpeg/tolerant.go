package jpeg

// tolerantMCU decodes one MCU of a damaged file as libjpeg does: a code that is none is taken for the
// symbol 0, coefficients beyond the block are ignored, and zeros follow where the data end. After
// that, the error says that there are no more.
func (d *Decoder) tolerantMCU(ts []target) error {
	r := &d.bits
	r.ready()
	for i := range ts {
		d.tolerantBlock(&ts[i])
	}
	if r.overrun() {
		return errShort
	}
	return nil
}

func (d *Decoder) tolerantBlock(t *target) {
	r := &d.bits
	b := &d.blk
	clear(b[:])
	_, diff := r.tolerantValue(t.dc)
	*t.prediction += diff
	last := uint(0)
	for k := uint(1); k < 64; k++ {
		symbol, v := r.tolerantValue(t.ac)
		if symbol&15 == 0 {
			if symbol != 0xF0 {
				break
			}
			k += 15
			continue
		}
		if k += uint(symbol >> 4); k < 64 {
			p := &t.places[k]
			b[p.at&63] = float32(v) * p.q
			last = t.last
		}
	}
	d.store(t, b, last)
}

// store makes samples of a block of which the coefficients but DC are set, up to last.
func (d *Decoder) store(t *target, b *block, last uint) {
	dst := t.plane[t.at:]
	t.at += t.step
	b[0] = float32(float32(*t.prediction)*t.places[0].q) + level
	reconstruct(b, last, t.c.scale, dst, t.stride)
}

// tolerantValue reads a symbol and its magnitude bits.
func (r *bitReader) tolerantValue(h *huffman) (symbol byte, v int32) {
	r.refill()
	symbol, length := h.code(r.acc)
	if length == 0 {
		r.take(17)
		return 0, 0
	}
	r.take(uint(length))
	size := uint(symbol & 15)
	if size == 0 {
		return symbol, 0
	}
	return symbol, extend(int32(r.take(size)), int(size))
}
