package png

import (
	"encoding/binary"
	"image"
	"time"
)

// An animation tracks the animation chunks of an APNG (4.9 and 11.3.6). If a chunk is invalid, the animation ends
// before the frame of that chunk, so that the earlier frames can be shown.
type animation struct {
	canvas image.Point
	limit  uint32 // the number of frames that acTL declares; 0 before acTL
	plays  uint32 // 0 means forever
	sequence
	next    *control // control of the next frame, whose data has not begun, or nil
	current control  // control of the last frame whose data has begun
	inFrame bool     // fdAT chunks may continue the current frame
	ended   bool
	count   uint32
}

// A sequence checks the sequence numbers of fcTL and fdAT chunks.
type sequence struct{ number uint32 }

func (s *sequence) take(n uint32) bool {
	if n != s.number {
		return false
	}
	s.number++
	return true
}

// A control is the content of an fcTL chunk: how a frame is drawn on the canvas (11.3.6.2).
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

// chunk processes a chunk other than IDAT. begun is true if the chunk starts the data of a frame, which is then
// an.current.
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

// pixels processes the first IDAT chunk. The default image is a frame if an fcTL chunk precedes it.
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

// control reads an fcTL chunk. ok is false if the chunk is invalid.
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

// loopCount returns the loop count as codec.Frames defines it.
func (an *animation) loopCount() int {
	switch an.plays {
	case 0:
		return 0
	case 1:
		return -1
	}
	return int(min(an.plays-1, 1<<30))
}
