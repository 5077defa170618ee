package isobmff

import "encoding/binary"

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
