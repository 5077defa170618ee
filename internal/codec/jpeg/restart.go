package jpeg

// restarts counts the MCUs of a scan between two restart markers (section B.2.1).
type restarts struct {
	interval, left int
	marker         byte // next
	one            bool // MCUs are counted one by one
	uncounted      bool // all markers are there, whatever their numbers
	missing        bool // of the MCUs up to the next restart marker there are no data
}

// beginScan sets the reader to the entropy-coded data of n MCUs that begins here.
func (d *Decoder) beginScan(n int) restarts {
	r := restarts{interval: d.restartInterval, left: d.restartInterval, marker: mRST0, one: d.tolerant}
	if d.tolerant && r.interval > 0 {
		r.uncounted = d.countRestarts() == (n-1)/r.interval
	}
	d.beginInterval()
	return r
}

// countRestarts returns how many restart markers the scan has that begins here.
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

// pass goes behind the marker at an offset, and behind its repetitions.
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

// atMost limits n to the MCUs before the next restart marker, and to one where each of them may be
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

// restart goes on behind the next restart marker. The state of decoding is reset by the caller.
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

// resynchronize looks for the restart marker want as libjpeg does: one that is one or two ahead stays
// for later, and the data before it are missing; one that is one or two behind is passed over; any
// other is taken for want, as is every one if they are uncounted. It reports false if data are
// missing. A marker that is there twice counts once. Beyond libjpeg, a restart marker with a wrong bit that
// makes it another marker is recognized by the one after it.
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

// wasRestart reports whether the marker at offset at is the restart marker want with a wrong bit: it is no
// restart marker, no scan header with a plausible length, and the restart marker after want comes next. It
// examines each offset once, so that the search for the next marker takes no longer than the file.
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

// damaged is called where the entropy-coded data are. What follows up to the next restart marker is
// missing then, if that is tolerated.
func (d *Decoder) damaged(r *restarts, err error) error {
	if !d.tolerant {
		return err
	}
	r.missing = true
	return nil
}
