package icc

// NewInks returns the Transform of CMYK that two functions define instead of a profile. curve maps the value of an ink, 0 to 1, to an argument of
// color, also 0 to 1; ink 0 is cyan and ink 3 is black. color returns CIELAB's f of X, Y and Z relative to white (approximately the cube roots).
// color is evaluated at the nodes of a grid, which has points nodes along each ink, and should be almost linear between nodes.
func NewInks(points int, curve func(ink int, x float64) float64, color func(inks [4]float64) [3]float64) *Transform {
	g := &grid{inputs: 4}
	nodes := int32(1)
	for i := len(g.step) - 1; i >= 0; i-- {
		g.last[i], g.step[i] = int32(points)-2, nodes
		nodes *= int32(points)
	}
	g.node = make([]float32, 4*nodes)
	cells := float64(points - 1)
	for n := range nodes {
		var inks [4]float64
		for i, step := range g.step {
			inks[i] = float64(n/step%int32(points)) / cells
		}
		for i, v := range color(inks) {
			g.node[4*n:][i] = float32(v / weightOne)
		}
	}
	t := &Transform{space: CMYK, lut: &lut{grid: g, lab: true}, matrix: newLinear(fromXYZ().columns(d50))}
	for i := range 4 {
		t.setCurve(i, func(x float64) float64 { return curve(i, x) * cells })
	}
	t.finish()
	return t
}
