// Package isobmff reads what an AVIF file says of its picture before any pixel is decoded: the
// boxes of the ISO base media file format (ISO/IEC 14496-12) that the image file format (ISO/IEC
// 23008-12) and AVIF (AV1 Image File Format, AOMedia) make use of.
package isobmff

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"io"
)

// MaxMeta is the size in bytes that the box "meta" may have. It holds no pixels: a few hundred
// bytes are usual, more is a colour profile.
const MaxMeta = 5 << 20

// A Picture is the primary item of a file.
type Picture struct {
	Width, Height int             // as they lie in the file
	Deep          bool            // more than 8 bits per sample
	Clip          image.Rectangle // what is to be seen of it
	Turns         int             // quarter turns, anti-clockwise, of what has been clipped
	Mirror        Mirror
}

// Size is the size in pixels as it is seen.
func (p Picture) Size() image.Point {
	size := p.Clip.Size()
	if p.Turns%2 == 1 {
		return image.Pt(size.Y, size.X)
	}
	return size
}

// Mirror says how a picture is to be mirrored, after it has been turned.
type Mirror int

const (
	NoMirror  Mirror = iota
	TopBottom        // about a horizontal axis
	LeftRight        // about a vertical axis
)

var errCut = errors.New("avif: the header is cut off")

// Read reads from r as far as it must, without looking at any pixels.
//
// The error matches image.ErrFormat if the picture is one that cannot be shown here: of a codec
// other than AV1, with an essential property that is unknown, or there is no primary item, as in a
// sequence that is nothing else. It matches io.ErrUnexpectedEOF if the header is cut off, or is r's
// own.
func Read(r io.Reader) (Picture, error) {
	sequence := false
	for {
		kind, size, err := next(r)
		switch {
		case err == io.EOF && sequence:
			return Picture{}, fmt.Errorf("avif: a sequence without a primary item: %w", image.ErrFormat)
		case err != nil:
			return Picture{}, unexpected(err)
		case kind == "meta" && size > MaxMeta:
			return Picture{}, fmt.Errorf("avif: a header of %d bytes", size)
		case kind == "meta":
			var meta bytes.Buffer // which grows with what there is
			if _, err := io.CopyN(&meta, r, size); err != nil {
				return Picture{}, unexpected(err)
			}
			return parseMeta(meta.Bytes())
		case kind == "moov":
			sequence = true
		}
		if _, err := io.CopyN(io.Discard, r, size); err != nil {
			return Picture{}, unexpected(err)
		}
	}
}

// next reads the head of a box: its type, and how many bytes follow. The error is io.EOF where
// there are no more boxes, or only one that goes on to the end: that is of pixels.
func next(r io.Reader) (kind string, size int64, err error) {
	var head [16]byte
	if _, err := io.ReadFull(r, head[:8]); err != nil {
		return "", 0, err
	}
	n, length := uint64(binary.BigEndian.Uint32(head[:])), uint64(8)
	switch n {
	case 0:
		return "", 0, io.EOF
	case 1:
		if _, err := io.ReadFull(r, head[8:]); err != nil {
			return "", 0, unexpected(err)
		}
		n, length = binary.BigEndian.Uint64(head[8:]), 16
	}
	if n < length || n > 1<<40 {
		return "", 0, fmt.Errorf("avif: a box of %d bytes", n)
	}
	return string(head[4:8]), int64(n - length), nil
}

func unexpected(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return fmt.Errorf("%w: %w", errCut, io.ErrUnexpectedEOF)
	}
	return err
}

// Whole returns an error if a box of the file goes on beyond its end: decoders may not mind that
// pixels are missing.
func Whole(file []byte) error {
	for len(file) > 0 {
		if len(file) < 8 {
			return nil // not a box: padding, or garbage
		}
		size := uint64(binary.BigEndian.Uint32(file))
		switch {
		case size == 0: // to the end of the file
			return nil
		case size == 1 && len(file) >= 16:
			size = binary.BigEndian.Uint64(file[8:])
		}
		if size < 8 {
			return nil
		}
		if size > uint64(len(file)) {
			return fmt.Errorf("avif: the box %q is cut off: %w", file[4:8], io.ErrUnexpectedEOF)
		}
		file = file[size:]
	}
	return nil
}
