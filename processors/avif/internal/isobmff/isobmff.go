// Package isobmff reads what an AVIF file says of its picture before any pixel is decoded: the boxes of the ISO base
// media file format (ISO/IEC 14496-12) that the image file format (ISO/IEC 23008-12) and AVIF (AV1 Image File Format,
// AOMedia) make use of.
package isobmff

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"io"
)

// MaxMeta is the size in bytes that the box "meta" may have. It holds no pixels: a few hundred bytes are usual, more is a colour profile.
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
func Read(r io.Reader) (Picture, error) {
	for {
		var head [16]byte
		if _, err := io.ReadFull(r, head[:8]); err != nil {
			return Picture{}, unexpected(err)
		}
		size, n := uint64(binary.BigEndian.Uint32(head[:])), uint64(8)
		if size == 1 {
			if _, err := io.ReadFull(r, head[8:]); err != nil {
				return Picture{}, unexpected(err)
			}
			size, n = binary.BigEndian.Uint64(head[8:]), 16
		}
		if size < n { // 0 is a box that goes on to the end of the file
			return Picture{}, errors.New("avif: no header before the pixels")
		}
		size -= n
		if string(head[4:8]) != "meta" {
			if size > 1<<40 {
				return Picture{}, errCut
			}
			if _, err := io.CopyN(io.Discard, r, int64(size)); err != nil {
				return Picture{}, unexpected(err)
			}
			continue
		}
		if size > MaxMeta {
			return Picture{}, fmt.Errorf("avif: a header of %d bytes", size)
		}
		var meta bytes.Buffer // which grows with what there is
		if _, err := io.CopyN(&meta, r, int64(size)); err != nil {
			return Picture{}, unexpected(err)
		}
		return parseMeta(meta.Bytes())
	}
}

func unexpected(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return fmt.Errorf("%w: %w", errCut, io.ErrUnexpectedEOF)
	}
	return err
}

// Whole returns an error if a box of the file goes on beyond its end: decoders may not mind that pixels are missing.
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

// A box is its type and its content.
type box struct {
	kind string
	data []byte
}

// maxBoxes is how many boxes of one list are looked at: so many properties can have a number.
const maxBoxes = 1<<15 - 1

// boxes splits b. What comes after something that is no box is left out.
func boxes(b []byte) (all []box) {
	for len(b) >= 8 && len(all) < maxBoxes {
		size, n := uint64(binary.BigEndian.Uint32(b)), uint64(8)
		switch {
		case size == 0:
			size = uint64(len(b))
		case size == 1 && len(b) >= 16:
			size, n = binary.BigEndian.Uint64(b[8:]), 16
		}
		if size < n || size > uint64(len(b)) {
			break
		}
		all = append(all, box{string(b[4:8]), b[n:size]})
		b = b[size:]
	}
	return all
}

// child returns the content of the first box of that type in b.
func child(b []byte, kind string) []byte {
	for _, c := range boxes(b) {
		if c.kind == kind {
			return c.data
		}
	}
	return nil
}

// parseMeta finds the properties of the primary item.
func parseMeta(meta []byte) (p Picture, err error) {
	if len(meta) < 4 {
		return p, errCut
	}
	meta = meta[4:] // version and flags
	id, ok := primaryItem(child(meta, "pitm"))
	if !ok {
		return p, errors.New("avif: no primary item")
	}
	properties := boxes(child(child(meta, "iprp"), "ipco"))
	var clap []byte
	for _, b := range boxes(child(meta, "iprp")) {
		if b.kind != "ipma" {
			continue
		}
		for _, i := range associations(b.data, id) {
			if i < 1 || i > len(properties) {
				continue
			}
			if p.set(properties[i-1]); properties[i-1].kind == "clap" {
				clap = properties[i-1].data
			}
		}
	}
	if p.Width == 0 || p.Height == 0 {
		return p, errors.New("avif: a picture without a size")
	}
	p.Clip = cleanAperture(clap, p.Width, p.Height)
	return p, nil
}

// set takes over a property: ISO/IEC 23008-12, 6.5, and for av1C the AV1 binding to ISOBMFF.
func (p *Picture) set(property box) {
	d := property.data
	switch property.kind {
	case "ispe":
		if len(d) >= 12 {
			p.Width, p.Height = int(binary.BigEndian.Uint32(d[4:])&0x7fffffff), int(binary.BigEndian.Uint32(d[8:])&0x7fffffff)
		}
	case "av1C":
		if len(d) >= 3 {
			p.Deep = p.Deep || d[2]&0x40 != 0
		}
	case "pixi":
		if len(d) >= 5 {
			for _, bits := range d[5:min(len(d), 5+int(d[4]))] {
				p.Deep = p.Deep || bits > 8
			}
		}
	case "irot":
		if len(d) >= 1 {
			p.Turns = int(d[0] & 3)
		}
	case "imir":
		if len(d) >= 1 {
			p.Mirror = TopBottom + Mirror(d[0]&1)
		}
	}
}

func primaryItem(pitm []byte) (id uint32, ok bool) {
	switch {
	case len(pitm) >= 6 && pitm[0] == 0:
		return uint32(binary.BigEndian.Uint16(pitm[4:])), true
	case len(pitm) >= 8 && pitm[0] != 0:
		return binary.BigEndian.Uint32(pitm[4:]), true
	}
	return 0, false
}

// associations returns the numbers, from 1 on, of the properties that the box ipma gives to an item.
func associations(ipma []byte, id uint32) (properties []int) {
	if len(ipma) < 8 {
		return nil
	}
	version, wide := ipma[0], ipma[3]&1 != 0
	count, b := binary.BigEndian.Uint32(ipma[4:]), ipma[8:]
	next := func(n int) (v uint32, ok bool) {
		if len(b) < n {
			return 0, false
		}
		for _, c := range b[:n] {
			v = v<<8 | uint32(c)
		}
		b = b[n:]
		return v, true
	}
	idSize, size, mask := 2, 1, uint32(0x7f)
	if version > 0 {
		idSize = 4
	}
	if wide {
		size, mask = 2, 0x7fff
	}
	for range count {
		item, _ := next(idSize)
		n, ok := next(1)
		if !ok {
			break
		}
		for range n {
			v, ok := next(size)
			if !ok {
				return properties
			}
			if item == id {
				properties = append(properties, int(v&mask))
			}
		}
	}
	return properties
}
