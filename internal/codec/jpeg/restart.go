package jpeg

// restarts counts the MCUs of a scan up to the next restart marker (section B.2.1).
type restarts struct {
	interval, left int
	marker         byte // the next restart marker
	one            bool // MCUs are decoded one by one
	uncounted      bool // no restart marker is missing, but their numbers may be wrong
	missing        bool // the data of the MCUs up to the next restart marker are missing
}

// beginScan prepares to read the entropy-coded data of a scan of n MCUs.
func (d *Decoder) beginScan(n int) restarts {
	r := restarts{interval: d.restartInterval, left: d.restartInterval, marker: mRST0, one: d.tolerant}
	if d.tolerant && r.interval > 0 {
		r.uncounted = d.countRestarts() == (n-1)/r.interval
	}
	d.beginInterval()
	return r
}

// countRestarts returns the number of restart markers in the scan that begins at the current offset.
func (d *Decoder) countRestarts() (n int) {
	in := d.input
	for {
		at, marker := in.nextMarker()
		if marker < mRST0 || marker > mRST7 {
			return n
		}
		n++
		in.pass(at, marker)
	}
}

// pass moves in.off to the byte after the marker at the given offset, and after repetitions of that marker.
func (in *input) pass(at int, marker byte) {
	for in.off = at + 2; in.off+2 <= len(in.data) && in.data[in.off] == 0xFF && in.data[in.off+1] == marker; {
		in.off += 2
	}
}

func (d *Decoder) beginInterval() {
	if d.frame.arithmetic {
		d.arith.begin(&d.input)
	} else {
		d.bits.begin(&d.input)
	}
}

// due reports whether a restart marker comes before the next MCU.
func (r *restarts) due() bool { return r.left == 0 && r.interval > 0 }

// atMost limits n to the number of MCUs before the next restart marker. It limits n to 1 if single MCUs may be
// missing.
func (r *restarts) atMost(n int) int {
	if r.one {
		return 1
	}
	if r.interval > 0 {
		return min(n, r.left)
	}
	return n
}

func (r *restarts) count(n int) { r.left -= n }

// restart continues after the next restart marker. The caller resets the state of the decoder.
func (d *Decoder) restart(r *restarts) error {
	want := r.marker
	r.left, r.marker = r.interval, mRST0|(r.marker+1)&7
	if d.tolerant {
		r.missing = !d.resynchronize(want, r.uncounted)
		if r.missing {
			return nil
		}
	} else if err := d.input.restart(want); err != nil {
		return err
	}
	d.beginInterval()
	return nil
}

// resynchronize finds the restart marker want in the way of libjpeg. If the marker found is one or two ahead of want, it
// is kept for later, and the data before it are missing. If it is one or two behind, it is skipped. Any other restart
// marker counts as want. If uncounted is true, every restart marker counts as want. A repeated marker counts once. The
// result is false if data are missing.
//
// Unlike libjpeg, resynchronize recognizes a restart marker that a wrong bit has turned into another marker. See
// wasRestart.
func (d *Decoder) resynchronize(want byte, uncounted bool) bool {
	for {
		at, marker := d.nextMarker()
		switch ahead := (marker - want) & 7; {
		case marker == 0: // the end of the file
			d.off = at
			return false
		case d.wasRestart(at, marker, want):
			d.off = at + 2
			return true
		case marker < mSOF0:
			d.off = at + 2
		case marker < mRST0 || marker > mRST7 || !uncounted && (ahead == 1 || ahead == 2):
			d.off = at
			return false
		case !uncounted && (ahead == 6 || ahead == 7):
			d.off = at + 2
		default:
			d.pass(at, marker)
			return true
		}
	}
}

// wasRestart reports whether the marker at the given offset is the restart marker want, with a wrong bit. This is so
// if the marker is neither a restart marker nor a scan header with a plausible length, and if the next restart marker
// is the one after want. Each offset is examined once, so the search takes no longer than reading the file.
func (d *Decoder) wasRestart(at int, marker, want byte) bool {
	if marker >= mRST0 && marker <= mRST7 || at == d.examined {
		return false
	}
	d.examined = at
	in := input{data: d.data, off: at + 2}
	if marker == mSOS && at+4 <= len(d.data) && d.data[at+2] == 0 && d.data[at+3] <= 14 {
		return false
	}
	_, next := in.nextMarker()
	return next == mRST0|(want+1)&7
}

// damaged handles damaged entropy-coded data. If damage is tolerated, the data up to the next restart marker count
// as missing.
func (d *Decoder) damaged(r *restarts, err error) error {
	if !d.tolerant {
		return err
	}
	r.missing = true
	return nil
}
