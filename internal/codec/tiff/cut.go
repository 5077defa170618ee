package tiff

// guess sets the probable BitsPerSample and SamplesPerPixel if these fields are cut off. Programs that write the directory last, such as
// libtiff, write the pixels between the header and the directory. If the pixels are uncompressed, the length of this space confirms the
// guess.
func (l *layout) guess(p *parser) {
	depths, samples := []int{l.bits}, []int{l.samples}
	if f, ok := p.fields[tagBits]; ok && !f.begins(p) {
		depths = []int{8, 16}
		samples[0] = max(l.samples, int(min(f.count, maxSamples)))
	} else if _, ok := p.fields[tagSamples]; !ok {
		samples = append(samples, l.samples+1) // alpha
	}
	l.bits, l.samples = depths[0], samples[0]
	for _, bits := range depths {
		for _, n := range samples {
			if l.compression == plain && l.with(bits, n).standsBehindHeader() {
				l.bits, l.samples = bits, n
				return
			}
		}
	}
}

// with returns a copy of the layout with the given BitsPerSample and SamplesPerPixel.
func (l *layout) with(bits, samples int) *layout {
	other := *l
	other.bits, other.samples = bits, samples
	return &other
}

const headerBytes = 8 // length in bytes of the header of a file that is not a BigTIFF

// standsBehindHeader reports whether uncompressed pixels exactly fill the space between header and directory.
func (l *layout) standsBehindHeader() bool {
	end := headerBytes + l.segmentsBytes()
	return end == l.start || end+1 == l.start
}

// begins reports whether the first value of the field is in the file.
func (f *field) begins(p *parser) bool {
	values, err := f.numbers(p.r, 1)
	p.failed(err)
	return len(values) > 0
}

// segmentsBytes returns the length in bytes of all strips or tiles without compression.
func (l *layout) segmentsBytes() int64 {
	return l.segmentOffset(int64(l.planes()) * int64(l.across()) * int64(l.down()))
}

// segmentOffset returns the length in bytes of the first n strips or tiles without compression.
func (l *layout) segmentOffset(n int64) int64 {
	if l.tiled {
		return n * l.segBytes(l.segH)
	}
	planes, strips := n/int64(l.down()), n%int64(l.down())
	return planes*l.segBytes(l.height) + strips*l.segBytes(l.segH)
}

// segment returns the bytes of strip or tile i. If its offset is cut off, a tolerant decode assumes that strips or tiles follow each other
// without gaps.
func (a *lane) segment(i int64, rows int) ([]byte, error) {
	d, l := a.decoder, a.decoder.layout
	if _, ok := l.offsets.at(d.data, i); ok || !d.tolerant {
		return l.segment(d.data, i, rows)
	}
	var at int64
	var ok bool
	if l.compression == plain {
		at, ok = d.plainOffset(i)
	} else {
		at, ok = a.trail.follow(d, i)
	}
	if !ok {
		return l.segment(d.data, i, rows)
	}
	d.assumed = true
	in, err := l.segmentAt(d.data, i, at, rows)
	if _, ok := l.counts.at(d.data, i); !ok && l.isJPEG() && err == nil { // other compressions do not read what follows
		if n, ok := a.trail.length(d); ok {
			in = in[:n]
		}
	}
	return in, err
}

// plainOffset returns the offset of an uncompressed strip or tile whose offset is cut off.
func (d *decoder) plainOffset(i int64) (at int64, ok bool) {
	l := d.layout
	first, ok := l.offsets.at(d.data, 0)
	if !ok {
		first, ok = headerBytes, l.standsBehindHeader()
	}
	if second, two := l.offsets.at(d.data, 1); two && second != first+l.segmentOffset(1) {
		ok = false
	}
	return first + l.segmentOffset(i), ok
}

// A trail adds up the lengths of compressed strips or tiles. Programs such as libtiff write the directory behind the pixels, and the
// lengths before the offsets. Lengths that are cut off as well are measured.
type trail struct {
	i, at    int64 // strip or tile i is at offset at; 0 means unknown
	measured int64 // length of strip or tile i; 0 means not measured, and -1 that it can't be measured
}

// follow returns the offset of strip or tile i. It may have to pass all strips of the planes before it.
func (t *trail) follow(d *decoder, i int64) (at int64, ok bool) {
	l, data := d.layout, d.data
	if t.at == 0 || i < t.i {
		*t = d.lastPlane(i)
	}
	for t.at > 0 && t.i < i {
		next, ok := l.offsets.at(data, t.i+1)
		if !ok {
			n, found := l.counts.at(data, t.i)
			if !found {
				n, found = t.length(d)
			}
			next, ok = t.at+n, found && n > 0 && n <= int64(len(data))
		}
		if !ok || d.meter.Spend(1) != nil {
			return 0, false
		}
		*t = trail{i: t.i + 1, at: next}
		if t.i%int64(l.across()*l.down()) == 0 {
			d.planes = append(d.planes, *t)
		}
	}
	return t.at, t.at > 0
}

// lastPlane returns where the last plane begins that was found and that is not behind strip or tile i. So each lane passes only the strips
// of planes that no lane has passed.
func (d *decoder) lastPlane(i int64) trail {
	if len(d.planes) == 0 {
		d.planes = append(d.planes, d.firstStrip())
	}
	found := d.planes[0]
	for _, t := range d.planes {
		if t.i <= i {
			found = t
		}
	}
	return found
}

// firstStrip returns where the first strip or tile is, or the zero trail if that is unknown.
func (d *decoder) firstStrip() trail {
	if first, ok := d.layout.offsets.at(d.data, 0); ok {
		return trail{at: first}
	}
	switch l := d.layout; {
	case l.start <= headerBytes:
		return trail{}
	case l.order.Uint16(d.data[2:]) != 42:
		return trail{at: 16} // BigTIFF
	}
	return trail{at: headerBytes}
}

// length measures the strip or tile that the trail has reached.
func (t *trail) length(d *decoder) (n int64, ok bool) {
	if t.measured == 0 {
		t.measured = -1
		if n, ok := d.measure(t.i, t.at); ok {
			t.measured = n
		}
	}
	return t.measured, t.measured > 0
}
