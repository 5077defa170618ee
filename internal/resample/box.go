package resample

// boxes adds up rows of the source and computes one row of averages. Rows of bytes are added without splitting them into planes. Rows of
// other formats, which are rare, are split into planes first.
type boxes struct {
	format Format
	lo, hi int // range of the columns that influence the result
	rows   int // number of rows in the sum

	sum  []uint16 // sums of rows of bytes, (hi-lo) × bytes per pixel, in the order of addRow; a sum has room for maxBox rows
	bits uint     // fraction bits of sum. If bytes are premultiplied, all bits that are not needed for the sum are fraction bits.
	wide []uint32 // sums of rows of other formats, planes × (hi-lo), or in the order of addWords; used if sum is empty
	row  []int16  // one row of another format, split into planes
}

func (b *boxes) bytes() int { return 2*cap(b.sum) + 4*cap(b.wide) + 2*cap(b.row) }

// boxBytes returns the memory that set takes.
func boxBytes(f Format, columns int) int64 {
	if f.sumsBytes() {
		return 2 * int64(columns) * int64(f.BytesPerPixel())
	}
	return 6 * int64(columns) * int64(f.planes())
}

// sumsBytes reports whether rows of the format are added without being split into planes.
func (f Format) sumsBytes() bool {
	switch f {
	case NRGBA8, Gray8, RGB8, RGBA8, RGBX8, cmykRaw:
		return true
	}
	return false
}

// sumsWords reports whether rows of the format, whose samples have 16 bits, are added without being split into planes.
func (f Format) sumsWords() bool { return f == Gray16 || f == RGB16 || f == RGBA16 || f == NRGBA16 }

// set prepares for boxes of at most the given number of rows, which is at least 2.
func (b *boxes) set(f Format, lo, hi, rows int) {
	b.format, b.lo, b.hi, b.rows = f, lo, hi, 0
	b.sum, b.wide, b.bits = b.sum[:0], b.wide[:0], 0
	n := (hi - lo) * f.BytesPerPixel()
	switch {
	case f.sumsBytes():
		if f == NRGBA8 {
			b.bits = meanOf(rows, 0).shift
		}
		b.sum = grow(b.sum, n)
		clear(b.sum)
	default:
		b.row = grow(b.row, (hi-lo)*f.planes())
		b.wide = grow(b.wide, (hi-lo)*f.planes())
		clear(b.wide)
	}
}

// add adds a row of the source.
func (b *boxes) add(row []byte) {
	n := b.format.BytesPerPixel()
	row = row[b.lo*n : b.hi*n]
	b.rows++
	if len(b.sum) > 0 {
		if b.format == NRGBA8 {
			addPremul(b.sum, row, premulOf(b.bits))
		} else {
			addRow(b.sum, row)
		}
		return
	}
	switch {
	case b.format == NRGBA16:
		addPremulWords(b.wide, row)
		return
	case b.format.sumsWords():
		addWords(b.wide, row)
		return
	}
	w := b.hi - b.lo
	b.format.toPlanes(b.row, w, row, 0, w)
	wide := b.wide[:len(b.row)]
	for i, v := range b.row {
		wide[i] += uint32(v)
	}
}

// flush writes the averages to planes, which are stride samples apart, and starts the next sum.
func (b *boxes) flush(dst []int16, stride int) {
	w := b.hi - b.lo
	m := meanOf(b.rows, b.bits)
	switch n := b.format.BytesPerPixel(); {
	case b.format.sumsWords():
		b.flushWords(dst, stride)
		clear(b.wide)
	case len(b.sum) == 0:
		half, rows := uint32(b.rows)/2, uint32(b.rows)
		for p := range b.format.planes() {
			d := dst[p*stride:][:w]
			for i, v := range b.wide[p*w:][:w] {
				d[i] = int16((v + half) / rows)
			}
		}
		clear(b.wide)
	case n == 1:
		mean(dst[:w], b.sum, m)
	case n == 4 && b.format.planes() == 4:
		meanSplit(dst, stride, b.sum, m)
	case n == 3:
		inOrder(b.sum)
		meanSplit3(dst[:w], dst[stride:][:w], dst[2*stride:][:w], b.sum, m)
	default:
		inOrder(b.sum)
		d0, d1, d2 := dst[:w], dst[stride:][:w], dst[2*stride:][:w]
		s := b.sum
		for i := range d0 {
			d0[i], d1[i], d2[i] = m.of(s[0]), m.of(s[1]), m.of(s[2])
			s = s[n:]
		}
	}
	clear(b.sum)
	b.rows = 0
}

// meanSplit3 writes the averages of sums of three samples to three planes.
func meanSplit3(d0, d1, d2 []int16, sum []uint16, m meanFactor) {
	d1, d2 = d1[:len(d0)], d2[:len(d0)]
	factor := uint64(m.factor) << m.shift // a sum loses no bits when it is shifted
	for i := range d0 {
		s := sum[:3:3]
		d0[i] = int16(uint64(s[0]) * factor >> 16)
		d1[i] = int16(uint64(s[1]) * factor >> 16)
		d2[i] = int16(uint64(s[2]) * factor >> 16)
		sum = sum[3:]
	}
}

// meanFactor divides a sum of bytes by their number and multiplies the result by 1<<sampleBits, in 16-bit
// arithmetic.
type meanFactor struct {
	shift  uint   // chosen so that 255·rows<<shift takes 15 or 16 bits
	factor uint16 // rounded up; the average of equal bytes is exact, because the error is less than 255·256/65536, which is less than one
}

// meanOf returns the factor for sums of the given number of rows, where each sum has been shifted left by bits.
// rows<<bits must not exceed maxBox.
func meanOf(rows int, bits uint) meanFactor {
	m := meanFactor{}
	n := rows << bits
	for n <= maxBox/2 {
		n <<= 1
		m.shift++
	}
	m.factor = uint16((65536<<sampleBits + n - 1) / n)
	return m
}

func (m meanFactor) of(sum uint16) int16 { return int16(uint32(sum<<m.shift) * uint32(m.factor) >> 16) }

// shrinkRow divides a row into boxes of the given number of samples, and replaces each box by the average of its samples. If the edge cuts
// off a part of the last box, the average is that of the remaining samples.
func shrinkRow(row []int16, box int) {
	whole := len(row) / box
	half, inverse := box/2, (1<<40+uint64(box)-1)/uint64(box) // exact for sums below 1<<23 of up to maxBox samples
	for i := range whole {
		sum := half
		for _, v := range row[i*box:][:box] {
			sum += int(v)
		}
		row[i] = int16(uint64(sum) * inverse >> 40)
	}
	if rest := row[whole*box:]; len(rest) > 0 {
		sum := len(rest) / 2
		for _, v := range rest {
			sum += int(v)
		}
		row[whole] = int16(sum / len(rest))
	}
}
