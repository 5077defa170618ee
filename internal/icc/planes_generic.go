//go:build !amd64 || noasm

package icc

func lookUp(dst []float32, table *[256]float32, _ float32, src []byte, c int) {
	lookUpGo(dst, table, src, c)
}

func (g *grid) row(p *planes) { g.rowGo(p, 0) }

func (p *post) row(values []float32) { p.rowGo(values) }

func (m *affine) row(p *planes) { m.rowGo(p, 0) }

func cube(values []float32) { cubeGo(values) }

func (t *Transform) encode(dst, src []byte, p *planes) { t.encodeGo(dst, src, p, 0) }

func toRGB(line, luma, cb, cr []byte) { toRGBGo(line, luma, cb, cr) }
