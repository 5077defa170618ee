package colorspace

import (
	"math"

	"github.com/rest-thumbnails/thumbnail/internal/icc"
)

// primaries has the ColorPrimaries of ITU-T H.273, table 2.
var primaries = map[uint16]icc.Primaries{
	1:  icc.SRGB,
	4:  {White: [2]float64{0.310, 0.316}, Red: [2]float64{0.67, 0.33}, Green: [2]float64{0.21, 0.71}, Blue: [2]float64{0.14, 0.08}},
	5:  {White: icc.D65, Red: [2]float64{0.64, 0.33}, Green: [2]float64{0.29, 0.60}, Blue: [2]float64{0.15, 0.06}},
	6:  {White: icc.D65, Red: [2]float64{0.630, 0.340}, Green: [2]float64{0.310, 0.595}, Blue: [2]float64{0.155, 0.070}},
	7:  {White: icc.D65, Red: [2]float64{0.630, 0.340}, Green: [2]float64{0.310, 0.595}, Blue: [2]float64{0.155, 0.070}},
	8:  {White: [2]float64{0.310, 0.316}, Red: [2]float64{0.681, 0.319}, Green: [2]float64{0.243, 0.692}, Blue: [2]float64{0.145, 0.049}},
	9:  {White: icc.D65, Red: [2]float64{0.708, 0.292}, Green: [2]float64{0.170, 0.797}, Blue: [2]float64{0.131, 0.046}},
	10: {White: [2]float64{1.0 / 3, 1.0 / 3}, Red: [2]float64{1, 0}, Green: [2]float64{0, 1}, Blue: [2]float64{0, 0}},
	11: {White: [2]float64{0.314, 0.351}, Red: [2]float64{0.680, 0.320}, Green: [2]float64{0.265, 0.690}, Blue: [2]float64{0.150, 0.060}},
	12: {White: icc.D65, Red: [2]float64{0.680, 0.320}, Green: [2]float64{0.265, 0.690}, Blue: [2]float64{0.150, 0.060}},
	22: {White: icc.D65, Red: [2]float64{0.630, 0.340}, Green: [2]float64{0.295, 0.605}, Blue: [2]float64{0.155, 0.077}},
}

// transfer returns the function from sample to light for a value of TransferCharacteristics (H.273, table 3).
func transfer(code uint16) (f icc.Transfer, ok bool) {
	switch code {
	case 1, 6, 11, 12, 14, 15: // BT.709 and related. Displays do not apply the inverse of the camera's curve; they apply the curve of ITU-R BT.1886.
		return icc.TransferFunc(func(x float64) float64 { return math.Pow(x, 2.4) }), true
	case 4:
		return icc.TransferFunc(func(x float64) float64 { return math.Pow(x, 2.2) }), true
	case 5:
		return icc.TransferFunc(func(x float64) float64 { return math.Pow(x, 2.8) }), true
	case 7: // SMPTE 240M
		return power(1/0.45, 1.111572195921731, 4, 0.022821585529445), true
	case 8:
		return icc.TransferFunc(func(x float64) float64 { return x }), true
	case 13: // sRGB
		return power(2.4, 1.055, 12.92, 0.0031308), true
	case 16:
		return icc.PQ(), true
	case 17: // SMPTE ST 428-1
		return icc.TransferFunc(func(x float64) float64 { return 52.37 / 48 * math.Pow(x, 2.6) }), true
	case 18:
		return icc.HLG(), true
	}
	return f, false
}

// power returns the inverse of a curve that is slope·x up to a break, and a·x^(1/gamma) - (a-1) above it.
func power(gamma, a, slope, at float64) icc.Transfer {
	return icc.TransferFunc(func(x float64) float64 {
		if x < slope*at {
			return x / slope
		}
		return math.Pow((x+a-1)/a, gamma)
	})
}

// codePoints returns the Transform for values of ColorPrimaries and TransferCharacteristics. ok is false if a value is unknown or reserved.
func codePoints(colors, function uint16, narrow bool) (t *icc.Transform, ok bool) {
	chromaticities, known := primaries[colors]
	curve, ok := transfer(function)
	if !known || !ok {
		return nil, false
	}
	t, err := icc.New(chromaticities, curve, narrow)
	if err != nil {
		return nil, false
	}
	return usable(t, nil), true
}
