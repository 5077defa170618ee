package icc

// toRGB converts to opaque pixels of four bytes, by JFIF's formula with the rounding of color.YCbCrToRGB.
func toRGB(line, luma, cb, cr []byte) {
	cb, cr = cb[:len(luma)], cr[:len(luma)]
	for x, l := range luma {
		if len(line) < 4 {
			return
		}
		v, b, r := int32(l)*0x10101, int32(cb[x])-128, int32(cr[x])-128
		line[0] = clipByte((v + 91881*r) >> 16)
		line[1] = clipByte((v - 22554*b - 46802*r) >> 16)
		line[2] = clipByte((v + 116130*b) >> 16)
		line[3] = 255
		line = line[4:]
	}
}

func clipByte(v int32) byte { return byte(min(max(v, 0), 255)) }
