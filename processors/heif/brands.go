package heif

import (
	"encoding/binary"
	"slices"
)

// codecBrands are the brands of files whose pictures have one codec: HEVC, AV1, JPEG, AVC, VVC, JPEG 2000.
// The general brands, mif1, msf1 and miaf, do not specify the codec.
var codecBrands = []string{
	"heic", "heix", "heim", "heis", "hevc", "hevx", "hevm", "hevs", "avif", "avis", "jpeg", "jpgs", "avci", "avcs", "vvic", "vvis", "j2ki", "j2is",
}

// match reports whether the box "ftyp" at the start of a file has one of the brands, as the major brand or
// a compatible one. A file with only general brands also matches; the codec of its items is checked later.
func match(head []byte, brands []string) bool {
	if len(head) < 12 || string(head[4:8]) != "ftyp" {
		return false
	}
	size := binary.BigEndian.Uint32(head)
	if size < 12 {
		return false
	}
	head = head[:min(uint64(size), uint64(len(head)))]
	general, other := false, false
	for at := 8; at+4 <= len(head); at += 4 {
		if at == 12 { // skip the minor version
			continue
		}
		brand := string(head[at : at+4])
		switch {
		case slices.Contains(brands, brand):
			return true
		case slices.Contains(codecBrands, brand):
			other = true
		case brand == "mif1" || brand == "msf1" || brand == "miaf":
			general = true
		}
	}
	return general && !other
}
