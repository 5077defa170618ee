package resample

import "encoding/binary"

// premultiplied returns a row of NRGBA8 with its colours multiplied by alpha: the row itself if it is opaque, else in dst.
func premultiplied(dst, row []byte) []byte {
	if opaque(row) {
		return row
	}
	dst = dst[:len(row)]
	premultiply(dst, row)
	return dst
}

// premultiplyGo multiplies red, green and blue of each pixel by alpha.
func premultiplyGo(dst, row []byte) {
	for len(row) >= 4 && len(dst) >= 4 {
		p, d := row[:4], dst[:4]
		row, dst = row[4:], dst[4:]
		a := uint32(p[3])
		d[0], d[1], d[2], d[3] = over255(uint32(p[0])*a), over255(uint32(p[1])*a), over255(uint32(p[2])*a), p[3]
	}
}

// over255 is v/255, rounded, of v up to 255².
func over255(v uint32) byte {
	v += 128
	return byte((v + v>>8) >> 8)
}

// opaque says whether alpha, the last byte of four, is 255 all along the row.
func opaque(row []byte) bool {
	const alphas = 0xff000000_ff000000
	for len(row) >= 32 {
		a := binary.LittleEndian.Uint64(row)
		b := binary.LittleEndian.Uint64(row[8:])
		c := binary.LittleEndian.Uint64(row[16:])
		d := binary.LittleEndian.Uint64(row[24:])
		if a&b&c&d&alphas != alphas {
			return false
		}
		row = row[32:]
	}
	for ; len(row) >= 4; row = row[4:] {
		if row[3] != 255 {
			return false
		}
	}
	return true
}
