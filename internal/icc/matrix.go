package icc

import "math"

type (
	vector [3]float64
	matrix [3]vector
)

func (m matrix) mul(n matrix) (p matrix) {
	for i := range 3 {
		for j := range 3 {
			p[i][j] = float64(m[i][0]*n[0][j]) + float64(m[i][1]*n[1][j]) + float64(m[i][2]*n[2][j])
		}
	}
	return p
}

func (m matrix) apply(v vector) (w vector) {
	for i := range 3 {
		w[i] = float64(m[i][0]*v[0]) + float64(m[i][1]*v[1]) + float64(m[i][2]*v[2])
	}
	return w
}

// columns returns m with its columns multiplied by v.
func (m matrix) columns(v vector) matrix { return m.mul(matrix{{v[0]}, {0, v[1]}, {0, 0, v[2]}}) }

// inverse returns the inverse of m. ok is false if m is singular or nearly so.
func (m matrix) inverse() (inv matrix, ok bool) {
	minor := func(i, j int) float64 {
		a, b, c, d := (i+1)%3, (i+2)%3, (j+1)%3, (j+2)%3
		return float64(m[a][c]*m[b][d]) - float64(m[a][d]*m[b][c])
	}
	det := float64(m[0][0]*minor(0, 0)) + float64(m[0][1]*minor(0, 1)) + float64(m[0][2]*minor(0, 2))
	if !(math.Abs(det) > 1e-6) {
		return inv, false
	}
	for i := range 3 {
		for j := range 3 {
			inv[j][i] = minor(i, j) / det
		}
	}
	return inv, true
}

// d50 is the white of the profile connection space (7.2.16).
var d50 = vector{0.9642, 1, 0.8249}

// bradford converts CIE XYZ to the cone responses in which the white point is adapted (annex E.1).
var bradford = matrix{{0.8951, 0.2664, -0.1614}, {-0.7502, 1.7135, 0.0367}, {0.0389, -0.0685, 1.0296}}

// Primaries are chromaticities: CIE 1931 x and y.
type Primaries struct{ White, Red, Green, Blue [2]float64 }

// SRGB are the primaries of sRGB, which are those of ITU-R BT.709.
var SRGB = Primaries{White: D65, Red: [2]float64{0.64, 0.33}, Green: [2]float64{0.30, 0.60}, Blue: [2]float64{0.15, 0.06}}

// D65 is daylight, the white of most RGB spaces.
var D65 = [2]float64{0.3127, 0.3290}

// toXYZ returns the matrix from linear RGB to CIE XYZ, white adapted to D50.
func (p Primaries) toXYZ() (m matrix, ok bool) {
	for i, xy := range [...][2]float64{p.Red, p.Green, p.Blue} {
		v := vector{xy[0], xy[1], 1 - xy[0] - xy[1]}
		m[0][i], m[1][i], m[2][i] = v[0], v[1], v[2]
	}
	if !(p.White[1] > 0) {
		return m, false
	}
	white := vector{p.White[0] / p.White[1], 1, (1 - p.White[0] - p.White[1]) / p.White[1]}
	inv, ok := m.inverse()
	if !ok {
		return m, false
	}
	m = m.columns(inv.apply(white)) // so that R=G=B=1 is white

	from, to := bradford.apply(white), bradford.apply(d50)
	back, _ := bradford.inverse()
	return back.columns(vector{to[0] / from[0], to[1] / from[1], to[2] / from[2]}).mul(bradford).mul(m), from[0] > 0 && from[1] > 0 && from[2] > 0
}

// fromXYZ converts CIE XYZ, adapted to D50, to linear sRGB.
func fromXYZ() matrix {
	m, _ := SRGB.toXYZ()
	inv, _ := m.inverse()
	return inv
}

// A linear maps three numbers to three, in a form that maps equal numbers to equal numbers if every sum is
// 1: out = sum·in + a·(next-in) + b·(afterNext-in), for each channel in turn.
type linear struct{ sum, a, b [3]float32 }

// neutral is the tolerance for white. Rounding in profiles causes up to a tenth of it.
const neutral = 0.002

func newLinear(m matrix) (l linear) {
	for i, row := range m {
		sum := row[0] + row[1] + row[2]
		if math.Abs(sum-1) <= neutral {
			row = vector{row[0] / sum, row[1] / sum, row[2] / sum}
			sum = 1
		}
		l.sum[i], l.a[i], l.b[i] = float32(sum), float32(row[(i+1)%3]), float32(row[(i+2)%3])
	}
	return l
}

// brightest returns the largest of the three results of l for x, y and z, but at least 1.
func (l *linear) brightest(x, y, z float32) float32 {
	return max(1,
		float32(l.sum[0]*x)+float32(l.a[0]*(y-x))+float32(l.b[0]*(z-x)),
		float32(l.sum[1]*y)+float32(l.a[1]*(z-y))+float32(l.b[1]*(x-y)),
		float32(l.sum[2]*z)+float32(l.a[2]*(x-z))+float32(l.b[2]*(y-z)))
}
