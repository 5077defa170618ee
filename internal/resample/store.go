package resample

// A storer stores row y of the result. line contains planes of bytes that are n bytes apart.
type storer func(y int, line []byte, n int)

// grayRow stores a row in a plane.
func grayRow(pix []byte, stride int) storer {
	return func(y int, line []byte, _ int) { copy(pix[y*stride:][:stride], line) }
}

// opaqueRow stores red, green and blue as opaque pixels.
func opaqueRow(pix []byte, stride int) storer {
	return func(y int, line []byte, n int) {
		d := pix[y*stride:][:stride]
		w := stride / 4
		r, g, b := line[:w], line[n:][:w], line[2*n:][:w]
		for i := range r {
			p := d[4*i:][:4]
			p[0], p[1], p[2], p[3] = r[i], g[i], b[i], 255
		}
	}
}

// pixelRow stores four planes without conversion.
func pixelRow(pix []byte, stride int) storer {
	return func(y int, line []byte, n int) {
		d := pix[y*stride:][:stride]
		w := stride / 4
		c, m, e, k := line[:w], line[n:][:w], line[2*n:][:w], line[3*n:][:w]
		for i := range c {
			p := d[4*i:][:4]
			p[0], p[1], p[2], p[3] = c[i], m[i], e[i], k[i]
		}
	}
}
