package jpeg

// tolerantMCU decodes one MCU of a damaged file as libjpeg does. An invalid code counts as symbol 0, and
// coefficients beyond the block are ignored. After the end of the data, bits are zero, and the error says that the
// data have ended.
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

// store computes the samples of a block whose AC coefficients are set up to last.
func (d *Decoder) store(t *target, b *block, last uint) {
	dst := t.plane[t.at:]
	t.at += t.step
	b[0] = float32(float32(*t.prediction)*t.places[0].q) + level
	reconstruct(b, last, t.component.scale, dst, t.stride)
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

// tolerantDC decodes one MCU of a DC scan.
func (d *Decoder) tolerantDC(ts []dcTarget, s *scan) error {
	r := &d.bits
	r.ready()
	if s.ah > 0 {
		r.refineDC(ts, 1, s.al)
	} else {
		for i := range ts {
			t := &ts[i]
			_, diff := r.tolerantValue(t.huffman)
			*t.prediction += diff
			t.value[t.at] = int16(*t.prediction << s.al)
		}
	}
	if r.overrun() {
		return errShort
	}
	return nil
}

// tolerant returns the function that decodes block i of an AC scan.
func (b *acBand) tolerant(s *scan) func(i, n int) (ok bool) {
	return func(i, _ int) bool {
		if s.ah > 0 {
			b.tolerantRefine(i)
		} else {
			b.tolerantFirst(i)
		}
		return true
	}
}

// tolerantFirst decodes block i in the first scan of a band.
func (b *acBand) tolerantFirst(i int) {
	if b.eobRun > 0 {
		b.eobRun--
		return
	}
	b.bits.ready()
	for k := b.ss; k <= b.se; k++ {
		symbol, v := b.bits.tolerantValue(b.huffman)
		run := uint(symbol >> 4)
		switch {
		case symbol&15 != 0:
			if k += run; k < 64 {
				b.set(i, k, int16(v<<b.al))
			}
		case run == 15:
			k += 15
		default:
			b.eobRun = 1<<run - 1 + int(b.bits.take(run))
			return
		}
	}
}

// set stores a coefficient that was zero before.
func (b *acBand) set(i int, k uint, v int16) {
	b.nonzero[i] |= 1 << k
	if at := int(b.at[k]); at < b.size {
		b.value[i*b.size+at] = v
	}
}

// tolerantRefine reads one more bit for the band of block i.
func (b *acBand) tolerantRefine(i int) {
	b.bits.ready()
	k := b.ss
	for ; b.eobRun == 0 && k <= b.se; k++ {
		symbol, length := b.huffman.code(b.bits.peek())
		if length == 0 {
			symbol, length = 0, 17
		}
		b.bits.take(uint(length))
		run, v := uint(symbol>>4), int16(0)
		switch {
		case symbol&15 != 0:
			v = int16(2*int(b.bits.take(1))-1) << b.al
		case run != 15:
			b.eobRun = 1<<run + int(b.bits.take(run))
			k-- // this coefficient still needs its correction bit
			continue
		}
		for ; k <= b.se; k++ {
			if b.nonzero[i]>>k&1 != 0 {
				b.correctOne(i, k)
			} else if run == 0 {
				break
			} else {
				run--
			}
		}
		if v != 0 && k < 64 {
			b.set(i, k, v)
		}
	}
	if b.eobRun > 0 {
		b.eobRun--
		for ; k <= b.se; k++ {
			if b.nonzero[i]>>k&1 != 0 {
				b.correctOne(i, k)
			}
		}
	}
}

// correctOne reads the correction bit of a nonzero coefficient.
func (b *acBand) correctOne(i int, k uint) {
	if b.bits.take(1) == 0 {
		return
	}
	if at := int(b.at[k]); at < b.size {
		v := &b.value[i*b.size+at]
		sign := *v >> 15
		*v += 1<<b.al ^ sign - sign
	}
}

// peek returns the next bits, at least 32, left-aligned.
func (r *bitReader) peek() uint64 {
	r.refill()
	return r.acc
}
