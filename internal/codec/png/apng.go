package png

import (
	"encoding/binary"
	"image"
	"time"
)

// An animation follows the chunks of an APNG (PNG, third edition, 4.9 and 11.3.6). It ends where a
// chunk breaks the rules, before the frame that this one belongs to: what came before can be shown.
type animation struct {
	canvas image.Point
	limit  uint32 // the number of frames that acTL announces; 0 before it
	plays  uint32 // 0: for ever
	sequence
	next    *control // of the frame whose data come next, or nil
	current control  // of the last frame that has begun
	inFrame bool     // fdAT chunks continue it
	ended   bool
	count   uint32
}

// A sequence counts the chunks fcTL and fdAT.
type sequence struct{ number uint32 }

func (s *sequence) take(n uint32) bool {
	if n != s.number {
		return false
	}
	s.number++
	return true
}

// A control is how a frame is put on the canvas (11.3.6.2).
type control struct {
	rect    image.Rectangle
	delay   time.Duration
	dispose byte
	blend   byte
}

const (
	disposeNone       = 0
	disposeBackground = 1
	disposePrevious   = 2

	blendSource = 0
	blendOver   = 1
)

// chunk looks at a chunk other than IDAT. It reports whether the data of a frame, an.current,
// begin with it.
func (an *animation) chunk(w *walker, c chunk) (begun bool, err error) {
	switch {
	case an.ended:
		return false, nil
	case c.is("acTL") && an.limit == 0 && c.size == 8:
		data, sound, err := w.data(c, 8)
		if sound {
			an.limit, an.plays = binary.BigEndian.Uint32(data), binary.BigEndian.Uint32(data[4:])
		}
		return false, err
	case an.limit == 0:
		return false, nil
	case c.is("fcTL"):
		data, sound, err := w.data(c, 26)
		if err != nil {
			return false, err
		}
		an.inFrame = false
		an.ended = an.next != nil || an.count == an.limit || !sound || len(data) != 26 || !an.take(binary.BigEndian.Uint32(data)) || !an.control(data)
	case c.is("fdAT"):
		data, err := w.peek(c, 4)
		switch {
		case err != nil:
			return false, err
		case len(data) < 4 || !an.inFrame && an.next == nil || !an.take(binary.BigEndian.Uint32(data)):
			an.ended = true
		case an.next != nil:
			an.begin()
			return true, nil
		}
	}
	return false, nil
}

// pixels is chunk for the first IDAT, which is a frame if an fcTL stands before it.
func (an *animation) pixels() (begun bool) {
	if an.ended || an.next == nil {
		return false
	}
	if an.next.rect != (image.Rectangle{Max: an.canvas}) {
		an.ended = true
		return false
	}
	an.begin()
	an.inFrame = false
	return true
}

func (an *animation) begin() {
	an.current, an.next, an.inFrame = *an.next, nil, true
	an.count++
}

// control reads an fcTL. It is not ok if that breaks the rules.
func (an *animation) control(b []byte) (ok bool) {
	at := func(i int) int64 { return int64(binary.BigEndian.Uint32(b[i:])) }
	w, h, x, y := at(4), at(8), at(12), at(16)
	num, den := binary.BigEndian.Uint16(b[20:]), binary.BigEndian.Uint16(b[22:])
	if w < 1 || h < 1 || x+w > int64(an.canvas.X) || y+h > int64(an.canvas.Y) || b[24] > disposePrevious || b[25] > blendOver {
		return false
	}
	if den == 0 {
		den = 100
	}
	an.next = &control{
		rect:    image.Rect(int(x), int(y), int(x+w), int(y+h)),
		delay:   time.Duration(num) * time.Second / time.Duration(den),
		dispose: b[24], blend: b[25],
	}
	return true
}

// loopCount is that of package image/gif.
func (an *animation) loopCount() int {
	switch an.plays {
	case 0:
		return 0
	case 1:
		return -1
	}
	return int(min(an.plays-1, 1<<30))
}
