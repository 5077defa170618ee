package colorspace

import (
	"context"
	"encoding/binary"

	"github.com/rest-thumbnails/thumbnail/internal/icc"
)

// ofAVIF reads the boxes "colr" of the primary item (ISO/IEC 23008-12, 6.5.5, and ISO/IEC 14496-12, 12.1.5). There may be one with
// an ICC profile, which goes before one with the code points of H.273, and these go before those in the sequence header of the AV1. The
// decoder has made RGB of full range of the samples, so the matrix and the range that stand beside those have been heeded.
func ofAVIF(file []byte) *icc.Transform {
	p := readAVIF(file)
	if p.profile != nil {
		if t, err := profiles.Parse(context.Background(), p.profile); err == nil && (t.Identity() || p.transform() != nil) {
			return p.transform()
		}
	}
	colours, function, ok := p.codePoints()
	if !ok {
		return nil
	}
	if colours == 2 { // unspecified
		colours = 1
	}
	switch function {
	case 1, 2, 6, 14, 15: // BT.709 and its kin stand in many a file that is sRGB: Chromium does not tell them apart, here
		function = 13
	}
	t, _ := codePoints(colours, function, false)
	return t
}

// An avifColour is what a file says of the colours of its picture; nil is absent.
type avifColour struct {
	found
	nclx []byte // without its name
	av1  []byte // its begin, if there is no nclx
}

// codePoints are ColourPrimaries and TransferCharacteristics of H.273.
func (p avifColour) codePoints() (colours, function uint16, ok bool) {
	if p.nclx == nil {
		return sequenceColours(p.av1)
	}
	if len(p.nclx) < 4 {
		return 0, 0, false
	}
	return binary.BigEndian.Uint16(p.nclx), binary.BigEndian.Uint16(p.nclx[2:]), true
}

// maxProperties is how many properties can have a number.
const maxProperties = 1<<15 - 1

// readAVIF follows ISO/IEC 23008-12, 9.3: the box "ipma" says by number which of the properties in
// "ipco" an item has.
func readAVIF(file []byte) (p avifColour) {
	p.space = icc.RGB
	meta := box(file, "meta")
	if len(meta) < 4 {
		return p
	}
	meta = meta[4:] // version and flags
	item, pitm := uint32(0), box(meta, "pitm")
	switch {
	case len(pitm) >= 6 && pitm[0] == 0:
		item = uint32(binary.BigEndian.Uint16(pitm[4:]))
	case len(pitm) >= 8 && pitm[0] != 0:
		item = binary.BigEndian.Uint32(pitm[4:])
	default:
		return p
	}
	iprp := box(meta, "iprp")
	type property struct {
		kind    string
		content []byte
	}
	var properties []property
	for kind, b := range boxes(box(iprp, "ipco")) {
		if properties = append(properties, property{kind, b}); len(properties) == maxProperties {
			break
		}
	}
	for kind, b := range boxes(iprp) {
		if kind != "ipma" {
			continue
		}
		associations(b, item, func(i int) {
			if i >= 1 && i <= len(properties) {
				p.take(properties[i-1].kind, properties[i-1].content)
			}
		})
	}
	if p.nclx == nil {
		p.av1 = payload(file, meta, item)
	}
	return p
}

// take takes over a property. Of each kind the first one counts.
func (p *avifColour) take(kind string, b []byte) {
	switch {
	case kind == "av1C" && len(b) >= 4 && b[2]&0x10 != 0, kind == "pixi" && len(b) >= 5 && b[4] == 1:
		p.space = icc.Gray
	case kind == "colr" && len(b) >= 4:
		switch name := string(b[:4]); {
		case (name == "prof" || name == "rICC") && p.profile == nil:
			p.profile = b[4:]
		case name == "nclx" && p.nclx == nil:
			p.nclx = b[4:]
		}
	}
}

// associations calls f with the numbers, from 1 on, of the properties that the box ipma gives to an
// item.
func associations(ipma []byte, item uint32, f func(int)) {
	if len(ipma) < 8 {
		return
	}
	idSize, size := 2, 1
	if ipma[0] > 0 {
		idSize = 4
	}
	if ipma[3]&1 != 0 {
		size = 2
	}
	for b := ipma[8:]; len(b) > idSize; { // the list may end sooner than its length says
		id := binary.BigEndian.Uint32(append(make([]byte, 4-idSize, 4), b[:idSize]...))
		n := int(b[idSize]) * size
		if b = b[idSize+1:]; n > len(b) {
			return
		}
		for list := b[:n]; id == item && len(list) > 0; list = list[size:] {
			if size == 1 {
				f(int(list[0] & 0x7f))
			} else {
				f(int(binary.BigEndian.Uint16(list) & 0x7fff))
			}
		}
		b = b[n:]
	}
}

// boxes yields type and content of the boxes in b (ISO/IEC 14496-12, 4.2), up to one that is broken.
func boxes(b []byte) func(yield func(string, []byte) bool) {
	return func(yield func(string, []byte) bool) {
		for len(b) >= 8 {
			size, head := uint64(binary.BigEndian.Uint32(b)), uint64(8)
			switch {
			case size == 0: // it is the last one
				size = uint64(len(b))
			case size == 1 && len(b) >= 16:
				size, head = binary.BigEndian.Uint64(b[8:]), 16
			}
			if size < head || size > uint64(len(b)) || !yield(string(b[4:8]), b[head:size:size]) {
				return
			}
			b = b[size:]
		}
	}
}

// box returns the content of the first box of that type.
func box(b []byte, kind string) []byte {
	for k, content := range boxes(b) {
		if k == kind {
			return content
		}
	}
	return nil
}
