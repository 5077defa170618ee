package heif

import (
	"bytes"
	"encoding/binary"
	"image"
)

// A property is a box of "ipco".
type property struct {
	kind string
	data []byte
}

// maxProperties is the maximum number of properties that "ipma" can refer to. propertyBytes is the memory of a
// property.
const (
	maxProperties = 1<<15 - 1
	propertyBytes = 2 * 40 // the list grows by doubling
)

// maxTransforms limits how often a picture may be rotated, mirrored and cropped. MIAF (ISO/IEC 23000-22,
// 7.3.6.7) allows each at most once.
const maxTransforms = 16

// properties assigns the properties in the box "iprp" to the items (ISO/IEC 23008-12, 9.3).
func (d *directory) properties() error {
	var ipco []byte
	for kind, b := range boxes(d.meter, d.iprp) {
		if kind == "ipco" && ipco == nil {
			ipco = b
		}
	}
	if err := d.take(propertyBytes * min(maxProperties, int64(len(ipco)/8))); err != nil {
		return err
	}
	var all []property
	for kind, b := range boxes(d.meter, ipco) {
		if all = append(all, property{kind, b}); len(all) == maxProperties {
			break
		}
	}
	for kind, b := range boxes(d.meter, d.iprp) {
		if kind != "ipma" {
			continue
		}
		err := d.associations(b, func(it *item, number int, essential bool) {
			if number < 1 || number > len(all) {
				return
			}
			p := all[number-1]
			if essential && !known[p.kind] && it.fault == "" {
				it.fault = p.kind
			}
			it.set(p)
			if it == d.primary && (p.kind == "clap" || p.kind == "irot" || p.kind == "imir") {
				if d.transforms = append(d.transforms, p); len(d.transforms) > maxTransforms {
					it.fault, d.transforms = p.kind, nil
				}
			}
		})
		if err != nil {
			return err
		}
	}
	return d.meter.Spend(0)
}

// associations calls f for each property that the box "ipma" associates with an item of the picture. number is
// the index of the property, from 1 on.
func (d *directory) associations(ipma []byte, f func(it *item, number int, essential bool)) error {
	list, idSize := full(ipma, 1)
	size, top := 1, uint64(1)<<7
	if len(ipma) >= 4 && ipma[3]&1 != 0 {
		size, top = 2, 1<<15
	}
	for range list.next(4) {
		it := d.items[uint32(list.next(idSize))]
		n := int(list.next(1))
		if list.short {
			return nil // the list may be shorter than its declared length
		}
		if err := d.meter.Spend(int64(8 + n*size)); err != nil {
			return err
		}
		if it == nil {
			list.skip(n * size)
			continue
		}
		for range n {
			v := list.next(size)
			if list.short {
				return nil
			}
			f(it, int(v&^top), v&top != 0)
		}
	}
	return nil
}

// known has the properties that may be essential for a picture: properties that this package or the decoder
// implements, and properties that matter only for other displays or players (ISO/IEC 23008-12, 6.5; AV1 Image
// File Format, 2.3).
var known = map[string]bool{
	"ispe": true, "pixi": true, "av1C": true, "hvcC": true, "colr": true, "clap": true, "irot": true, "imir": true, "auxC": true, "pasp": true,
	"a1op": true, "a1lx": true, "lsel": true, "clli": true, "mdcv": true, "cclv": true, "amve": true, "reve": true, "ndwt": true,
	"tols": true, "rloc": true, "udes": true, "altt": true, "subs": true, "oinf": true,
}

// set applies a descriptive property to an item (ISO/IEC 23008-12, 6.5; for hvcC, ISO/IEC 14496-15; for av1C, the
// AV1 binding to ISOBMFF). If a kind of color description occurs more than once, the first one counts.
func (it *item) set(p property) {
	d := p.data
	switch p.kind {
	case "ispe":
		if len(d) >= 12 {
			it.size = image.Pt(int(binary.BigEndian.Uint32(d[4:])&0x7fffffff), int(binary.BigEndian.Uint32(d[8:])&0x7fffffff))
		}
	case "av1C":
		it.deep = it.deep || len(d) >= 3 && d[2]&0x40 != 0
		it.gray = it.gray || len(d) >= 3 && d[2]&0x10 != 0
	case "hvcC":
		if len(d) >= 19 {
			it.config = d
			it.deep = it.deep || d[17]&7 > 0 || d[18]&7 > 0
			it.gray = it.gray || d[16]&3 == 0
		}
	case "pixi":
		if len(d) >= 5 {
			it.gray = it.gray || d[4] == 1
			for _, bits := range d[5:min(len(d), 5+int(d[4]))] {
				it.deep = it.deep || bits > 8
			}
		}
	case "auxC":
		name, _, _ := bytes.Cut(d[min(4, len(d)):], []byte{0})
		switch string(name) {
		case "urn:mpeg:mpegB:cicp:systems:auxiliary:alpha", "urn:mpeg:hevc:2015:auxid:1", "urn:mpeg:avc:2015:auxid:1":
			it.alpha = true
		}
	case "colr":
		switch name := string(d[:min(4, len(d))]); {
		case (name == "prof" || name == "rICC") && it.profile == nil:
			it.profile = d[4:]
		case name == "nclx" && it.nclx == nil:
			it.nclx = d[4:]
		}
	}
}

// transform computes the view of a picture of a size. The properties are applied in their order. The size always
// comes first, even if its property is listed later.
func (d *directory) transform(size image.Point) view {
	v := view{clip: image.Rectangle{Max: size}}
	for _, p := range d.transforms {
		switch {
		case p.kind == "clap":
			v.crop(p.data)
		case len(p.data) < 1:
		case p.kind == "irot":
			v.rotate(int(p.data[0] & 3))
		case p.kind == "imir":
			v.mirror(p.data[0]&1 == 1)
		}
	}
	return v
}
