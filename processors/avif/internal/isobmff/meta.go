package isobmff

import (
	"encoding/binary"
	"errors"
	"fmt"
	"image"
)

// parseMeta finds the properties of the primary item.
func parseMeta(meta []byte) (p Picture, err error) {
	if len(meta) < 4 {
		return p, errCut
	}
	meta = meta[4:] // version and flags
	pitm := child(meta, "pitm")
	if pitm == nil {
		return p, fmt.Errorf("avif: no primary item: %w", image.ErrFormat)
	}
	id, ok := primaryItem(pitm)
	if !ok {
		return p, errCut
	}
	kind := itemType(child(meta, "iinf"), id)
	switch kind {
	case "av01", "grid":
	case "":
		return p, errors.New("avif: the primary item is of no type")
	default:
		return p, fmt.Errorf("avif: the primary item is of the type %q: %w", kind, image.ErrFormat)
	}
	var clap []byte
	for b := range properties(child(meta, "iprp"), id) {
		if b.essential && !known[b.kind] {
			return p, fmt.Errorf("avif: the picture cannot be shown without its property %q: %w", b.kind, image.ErrFormat)
		}
		if p.set(b.box); b.kind == "clap" {
			clap = b.data
		}
	}
	if tile, ok := firstTile(child(meta, "iref"), id); ok && kind == "grid" { // which has no av1C itself
		for b := range properties(child(meta, "iprp"), tile) {
			if b.kind == "av1C" {
				p.set(b.box)
			}
		}
	}
	if p.Width == 0 || p.Height == 0 {
		return p, errors.New("avif: a picture without a size")
	}
	p.Clip = cleanAperture(clap, p.Width, p.Height)
	return p, nil
}

// known are the properties that may be essential to a picture: those that are heeded here or by the decoder, and those that are for other
// screens (ISO/IEC 23008-12, 6.5; AV1 Image File Format, 2.3).
var known = map[string]bool{
	"ispe": true, "pixi": true, "av1C": true, "colr": true, "clap": true, "irot": true, "imir": true, "auxC": true, "pasp": true,
	"a1op": true, "a1lx": true, "lsel": true, "clli": true, "mdcv": true, "cclv": true, "amve": true, "reve": true, "ndwt": true,
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
