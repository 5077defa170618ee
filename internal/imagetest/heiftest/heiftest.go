// Package heiftest makes HEIF files for tests, box by box.
package heiftest

import (
	"bytes"
	"encoding/binary"
)

// Box returns a box.
func Box(kind string, content ...[]byte) []byte {
	b := append(make([]byte, 4), kind...)
	for _, c := range content {
		b = append(b, c...)
	}
	binary.BigEndian.PutUint32(b, uint32(len(b)))
	return b
}

// U16 and U32 encode numbers in big-endian order.
func U16(values ...uint16) (b []byte) {
	for _, v := range values {
		b = binary.BigEndian.AppendUint16(b, v)
	}
	return b
}

// U32 is like U16, for numbers of 32 bits.
func U32(values ...uint32) (b []byte) {
	for _, v := range values {
		b = binary.BigEndian.AppendUint32(b, v)
	}
	return b
}

// Size returns a property with the size of an item. Turn, Mirror, Clap, Nclx, Profile and Alpha return other
// properties.
func Size(width, height int) []byte { return Box("ispe", U32(0, uint32(width), uint32(height))) }

// Turn rotates counterclockwise by quarter turns.
func Turn(quarters byte) []byte { return Box("irot", []byte{quarters}) }

// Mirror exchanges top and bottom (0), or left and right (1).
func Mirror(axis byte) []byte { return Box("imir", []byte{axis}) }

// Clap keeps w×h pixels. Their center is offset from the center of the picture by x to the right and y
// downwards.
func Clap(w, h, x, y int32) []byte {
	return Box("clap", U32(uint32(w), 1, uint32(h), 1, uint32(x), 1, uint32(y), 1))
}

// Nclx describes colors by code points.
func Nclx(primaries, transfer, matrix uint16, full bool) []byte {
	flag := byte(0)
	if full {
		flag = 0x80
	}
	return Box("colr", []byte("nclx"), U16(primaries, transfer, matrix), []byte{flag})
}

// Profile describes colors by an ICC profile.
func Profile(profile []byte) []byte { return Box("colr", []byte("prof"), profile) }

// Alpha marks an item as the transparency of another one.
func Alpha() []byte {
	return Box("auxC", U32(0), []byte("urn:mpeg:mpegB:cicp:systems:auxiliary:alpha\x00"))
}

// An Item is an item of a HEIF file.
type Item struct {
	Kind       string
	Properties [][]byte // boxes; all except ispe, pixi, colr and auxC are marked as essential
	Data       []byte
	Inside     bool // Data is stored in the box idat
	Refs       []Ref
}

// A Ref is a reference to other items.
type Ref struct {
	Kind string
	To   []int
}

// Grid is an item that consists of tiles, given by their IDs.
func Grid(columns, rows, width, height int, tiles []int, properties ...[]byte) Item {
	data := append([]byte{0, 0, byte(rows - 1), byte(columns - 1)}, U16(uint16(width), uint16(height))...)
	return Item{Kind: "grid", Properties: append([][]byte{Size(width, height)}, properties...), Data: data, Inside: true, Refs: []Ref{{Kind: "dimg", To: tiles}}}
}

// File returns a file whose items have the IDs 1, 2, …. primary is the ID of the primary item. brands are
// the major brand and the compatible ones.
func File(brands []string, primary int, items ...Item) []byte {
	ftyp := append([]byte(brands[0]), 0, 0, 0, 0)
	for _, b := range brands {
		ftyp = append(ftyp, b...)
	}
	start := Box("ftyp", ftyp)
	meta := Meta(0, primary, items)
	var data []byte
	for _, it := range items {
		if !it.Inside {
			data = append(data, it.Data...)
		}
	}
	return bytes.Join([][]byte{start, Meta(len(start)+len(meta)+8, primary, items), Box("mdat", data)}, nil)
}

// Meta returns the box meta of a file in which the data of the items begin at an offset.
func Meta(offset, primary int, items []Item) []byte {
	var iinf, iref, ipco, idat []byte
	ipma, iloc := U32(1, uint32(len(items))), append([]byte{1, 0, 0, 0, 0x44, 0}, U16(uint16(len(items)))...)
	number := uint16(0)
	for i, it := range items {
		id := uint16(i + 1)
		iinf = append(iinf, Box("infe", []byte{2, 0, 0, 0}, U16(id, 0), []byte(it.Kind), []byte{0})...)
		for _, r := range it.Refs {
			ref := U16(id, uint16(len(r.To)))
			for _, to := range r.To {
				ref = append(ref, U16(uint16(to))...)
			}
			iref = append(iref, Box(r.Kind, ref)...)
		}
		ipma = append(append(ipma, U16(id)...), byte(len(it.Properties)))
		for _, p := range it.Properties {
			number++
			essential := uint16(1 << 15)
			switch string(p[4:8]) {
			case "ispe", "pixi", "colr", "auxC":
				essential = 0
			}
			ipco = append(ipco, p...)
			ipma = append(ipma, U16(number|essential)...)
		}
		at, method := offset, uint16(0)
		if it.Inside {
			at, method = len(idat), 1
			idat = append(idat, it.Data...)
		} else {
			offset += len(it.Data)
		}
		iloc = append(append(iloc, U16(id, method, 0, 1)...), U32(uint32(at), uint32(len(it.Data)))...)
	}
	if iref != nil {
		iref = Box("iref", U32(0), iref)
	}
	if idat != nil {
		idat = Box("idat", idat)
	}
	return Box("meta", U32(0), Box("hdlr", U32(0, 0), []byte("pict"), make([]byte, 13)), Box("pitm", U32(0), U16(uint16(primary))),
		Box("iinf", U32(0), U16(uint16(len(items))), iinf), iref, Box("iprp", Box("ipco", ipco), Box("ipma", ipma)), Box("iloc", iloc), idat)
}
