package jpeg

import (
	"bytes"
	"context"
	"errors"
	"io"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
)

// A segment is a marker with the bytes that its length covers (section B.1.1.4).
type segment struct {
	marker byte
	at     int64 // offset of the marker
	body   int64 // offset of the data after the length field
	size   int64 // size of that data in bytes; 0 for markers without data
}

// segments iterates over the marker segments of a file. Headers, colors, pixels and stripped files are all read
// through this one type.
type segments struct {
	r    *codec.Reader
	next int64 // offset at which the search for the next marker starts

	tolerant bool // unknown markers count as damaged data
}

// window is the number of bytes to read at a time while searching for a marker that is not at the expected place.
const window = 4 << 10

// read returns the next segment, without its body. Like libjpeg it skips data outside of segments: bytes between
// segments, fill bytes, entropy-coded data with its stuffed zeros, and the markers TEM and RSTn. It returns EOI,
// SOI and unknown markers, which the caller handles.
func (s *segments) read() (segment, error) {
	marker, err := s.marker()
	if err != nil {
		return segment{}, walkError(err)
	}
	seg := segment{marker: marker, at: s.r.Pos() - 2, body: s.r.Pos()}
	if marker != mEOI && marker != mSOI {
		var length [2]byte
		if err := s.r.Read(length[:]); err != nil {
			return segment{}, walkError(err)
		}
		n := int64(length[0])<<8 | int64(length[1])
		if n < 2 && !skippable(marker) {
			return segment{}, corrupt("segment length below 2")
		}
		seg.body += 2
		seg.size = max(n-2, 0)
	}
	s.next = seg.body + seg.size
	return seg, nil
}

// skippable reports whether a segment can be ignored. A skippable segment with an invalid length of 0 or 1 counts
// as empty.
func skippable(marker byte) bool {
	return marker >= mAPP0 && marker <= mAPP15 || marker == mCOM || marker == mDNL
}

// marker advances past the next marker and returns the marker.
func (s *segments) marker() (byte, error) {
	if err := s.r.SeekTo(s.next); err != nil {
		return 0, err
	}
	for n := 2; ; n = window {
		b, err := s.r.Peek(n)
		if err != nil {
			return 0, err
		}
		if len(b) < 2 {
			return 0, io.ErrUnexpectedEOF
		}
		marker, used := findMarker(b, s.tolerant)
		if err := s.r.Skip(int64(used)); err != nil {
			return 0, err
		}
		if marker != 0 {
			return marker, nil
		}
	}
}

// findMarker returns the first marker in b, which has at least two bytes, and the offset of the byte after it. If there
// is no marker, marker is 0, and used is the number of bytes that can't be part of a marker.
func findMarker(b []byte, tolerant bool) (marker byte, used int) {
	for i := 0; ; {
		j := bytes.IndexByte(b[i:], 0xFF)
		if j < 0 {
			return 0, len(b)
		}
		for i += j; i+1 < len(b) && b[i+1] == 0xFF; {
			i++ // a fill byte, section B.1.1.2
		}
		if i+1 == len(b) {
			return 0, i
		}
		if c := b[i+1]; c != 0 && c != mTEM && (c < mRST0 || c > mRST7) && (c >= mSOF0 || !tolerant) {
			return c, i + 2
		}
		i += 2
	}
}

// data returns the body of a segment. It is valid until the next call.
func (s *segments) data(seg segment) ([]byte, error) {
	if err := s.r.SeekTo(seg.body); err != nil {
		return nil, walkError(err)
	}
	b, err := s.r.Block(seg.size)
	return b, walkError(err)
}

// head returns the first n bytes of the body of a segment, or the whole body if it is shorter.
func (s *segments) head(seg segment, n int64) ([]byte, error) {
	seg.size = min(seg.size, n)
	return s.data(seg)
}

// walkError converts the error for a file that ends too early to one that matches ErrCorrupt. It returns errors of
// the source and of the context unchanged.
func walkError(err error) error {
	var read *codec.ReadError
	switch {
	case err == nil, errors.As(err, &read), errors.Is(err, codec.ErrTooLarge), errors.Is(err, codec.ErrCorrupt), errors.Is(err, codec.ErrFormat),
		errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return err
	case errors.Is(err, io.ErrUnexpectedEOF):
		return corrupt("the file ends too early")
	}
	return corrupt(err.Error())
}

// readHead reads the segments before the first scan into f, and returns the segment of the first scan header. It
// passes segments that are not about the frame to the function named also.
func (s *segments) readHead(f *frame, also func(segment) error) (first segment, err error) {
	soi, err := s.r.Peek(2)
	if err != nil {
		return segment{}, walkError(err)
	}
	if string(soi) != "\xff\xd8" {
		return segment{}, corrupt("no SOI marker")
	}
	s.next = 2
	for {
		seg, err := s.read()
		switch {
		case err != nil:
			return segment{}, err
		case seg.marker == mEOI:
			return segment{}, corrupt("no scan")
		case seg.marker == mSOS && len(f.comps) == 0:
			return segment{}, corrupt("scan before frame header")
		case seg.marker == mSOS:
			return seg, nil
		}
		if err := s.readHeadSegment(f, seg, also); err != nil {
			return segment{}, err
		}
	}
}

func (s *segments) readHeadSegment(f *frame, seg segment, also func(segment) error) error {
	switch m := seg.marker; {
	case isFrame(m):
		b, err := s.data(seg)
		if err != nil {
			return err
		}
		return f.readSOF(m, b)
	case m == mAPP0 || m == mAPP14:
		b, err := s.head(seg, 12)
		if err != nil {
			return err
		}
		f.application(m, b)
		return nil
	case m == mSOI || m == mDNL:
		return nil // libjpeg ignores them too: a second SOI has no data, and the height in DNL is also in the frame header
	case skippable(m) || m == mDHT || m == mDQT || m == mDRI || m == mDAC:
		return also(seg)
	case m < mSOF0:
		return corrupt("unknown marker")
	}
	return unsupported(markerName(seg.marker))
}
