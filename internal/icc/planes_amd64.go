//go:build !noasm

package icc

import "golang.org/x/sys/cpu"

var hasAVX2 = cpu.X86.HasAVX2

// lookUpAVX2 looks up a sample of n pixels in table. The sample is shift bits up in the four bytes of a pixel. n is a multiple of 8.
//
//go:noescape
func lookUpAVX2(dst *float32, table *[256]float32, src *byte, shift, n int)

// multiplyAVX2 multiplies the same sample by slope instead.
//
//go:noescape
func multiplyAVX2(dst *float32, slope float32, src *byte, shift, n int)

// gridAVX2 interpolates n pixels, a multiple of 8, on a grid with three inputs. It reads only nodes of the grid, whatever the positions
// are.
//
//go:noescape
func gridAVX2(nodes *grid, x, y, z *float32, n int)

// grid4AVX2 is like gridAVX2, for four inputs. It writes the results to w, x and y.
//
//go:noescape
func grid4AVX2(nodes *grid, w, x, y, z *float32, n int)

// postAVX2 applies a curve to n values, a multiple of 8.
//
//go:noescape
func postAVX2(p *post, values *float32, n int)

// affineAVX2 applies m to n pixels, a multiple of 8.
//
//go:noescape
func affineAVX2(m *affine, x, y, z *float32, n int)

// cubeAVX2 applies fromLab to n values, a multiple of 8.
//
//go:noescape
func cubeAVX2(values *float32, n int)

// encodeAVX2 is encodeGo for n pixels, a multiple of 8.
//
//go:noescape
func encodeAVX2(dst, src *byte, x, y, z *float32, n int, m *linear, table *[encodeSteps + 3]byte, opaque uint32)

// toRGBAVX2 is toRGBGo for n pixels, a multiple of 8.
//
//go:noescape
func toRGBAVX2(line, luma, cb, cr *byte, n int)

// eights returns how many of n values the assembly processes.
func eights(n int) int {
	if !hasAVX2 {
		return 0
	}
	return n &^ 7
}

// lookUp looks up sample c of pixels of four bytes. If the table is a straight line through 0, slope is its slope, and lookUp multiplies
// instead. This saves a fifth of the time of a conversion with a lookup table.
func lookUp(dst []float32, table *[256]float32, slope float32, src []byte, c int) {
	n := eights(len(dst))
	if n > 0 {
		_ = src[4*n-1]
		if slope > 0 {
			multiplyAVX2(&dst[0], slope, &src[0], 8*c, n)
		} else {
			lookUpAVX2(&dst[0], table, &src[0], 8*c, n)
		}
	}
	lookUpGo(dst[n:], table, src[4*n:], c)
}

func (g *grid) row(p *planes) {
	n := eights(len(p[0]))
	switch {
	case n == 0:
	case g.inputs == 3:
		gridAVX2(g, &p[0][0], &p[1][:n][0], &p[2][:n][0], n)
	case g.inputs == 4:
		grid4AVX2(g, &p[0][0], &p[1][:n][0], &p[2][:n][0], &p[3][:n][0], n)
	default:
		n = 0
	}
	g.rowGo(p, n)
}

func (p *post) row(values []float32) {
	n := eights(len(values))
	if n > 0 {
		postAVX2(p, &values[0], n)
	}
	p.rowGo(values[n:])
}

func (m *affine) row(p *planes) {
	n := eights(len(p[0]))
	if n > 0 {
		affineAVX2(m, &p[0][0], &p[1][:n][0], &p[2][:n][0], n)
	}
	m.rowGo(p, n)
}

func cube(values []float32) {
	n := eights(len(values))
	if n > 0 {
		cubeAVX2(&values[0], n)
	}
	cubeGo(values[n:])
}

func (t *Transform) encode(dst, src []byte, p *planes) {
	n := eights(len(p[0]))
	if n > 0 {
		_, _ = dst[4*n-1], src[4*n-1]
		encodeAVX2(&dst[0], &src[0], &p[0][0], &p[1][:n][0], &p[2][:n][0], n, &t.matrix, encoding(), uint32(t.opaque))
	}
	t.encodeGo(dst, src, p, n)
}

func toRGB(line, luma, cb, cr []byte) {
	n := eights(min(len(luma), len(line)/4))
	if n > 0 {
		_, _ = cb[n-1], cr[n-1]
		toRGBAVX2(&line[0], &luma[0], &cb[0], &cr[0], n)
	}
	toRGBGo(line[4*n:], luma[n:], cb[n:], cr[n:])
}
