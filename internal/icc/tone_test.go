package icc

import (
	"fmt"
	"image"
	"image/color"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// pqSample encodes light in cd/m² (ITU-R BT.2100, table 4, the inverse EOTF).
func pqSample(light float64) uint16 {
	y := math.Pow(light/10000, 2610.0/16384)
	e := math.Pow((3424.0/4096+2413.0/4096*32*y)/(1+2392.0/4096*32*y), 2523.0/4096*128)
	return uint16(math.Round(65535 * e))
}

func hlgSample(v float64) uint16 {
	if v <= 1./12 {
		return uint16(math.Round(65535 * math.Sqrt(3*v)))
	}
	return uint16(math.Round(65535 * (0.17883277*math.Log(12*v-0.28466892) + 0.55991073)))
}

// toRec2020 converts linear sRGB to linear light in the primaries of BT.2020 (ITU-R BT.2087).
func toRec2020(c [3]float64) [3]float64 {
	return [3]float64{
		0.6274*c[0] + 0.3293*c[1] + 0.0433*c[2],
		0.0691*c[0] + 0.9195*c[1] + 0.0114*c[2],
		0.0164*c[0] + 0.0880*c[1] + 0.8956*c[2],
	}
}

// The test has saturated colors of sRGB at several brightnesses, stored with the primaries of BT.2020. The conversion must keep the ratio
// of their channels.
func TestBrightHDRKeepsItsHue(t *testing.T) {
	linearOf := func(v byte) float64 {
		x := float64(v) / 255
		if x <= 0.04045 {
			return x / 12.92
		}
		return math.Pow((x+0.055)/1.055, 2.4)
	}
	rec2020 := Primaries{White: D65, Red: [2]float64{0.708, 0.292}, Green: [2]float64{0.170, 0.797}, Blue: [2]float64{0.131, 0.046}}
	pq, err := New(rec2020, PQ(), false)
	require.NoError(t, err)
	hlg, err := New(rec2020, HLG(), false)
	require.NoError(t, err)
	for _, c := range [][3]float64{{1, 0.35, 0.1}, {0.15, 1, 0.2}, {0.2, 0.3, 1}, {1, 0.1, 0.8}, {1, 0.9, 0.15}, {0.8, 0.9, 1}} {
		for _, light := range []float64{100, 203, 500, 1000, 4000, 9000} {
			wide := toRec2020(c)
			var inPQ, inHLG [3]uint16
			for i, v := range wide {
				inPQ[i], inHLG[i] = pqSample(v*light), hlgSample(v*light/9000)
			}
			for name, try := range map[string]struct {
				transform *Transform
				sample    [3]uint16
			}{"PQ": {pq, inPQ}, "HLG": {hlg, inHLG}} {
				img := image.NewRGBA64(image.Rect(0, 0, 1, 1))
				img.SetRGBA64(0, 0, color.RGBA64{try.sample[0], try.sample[1], try.sample[2], 65535})
				got := apply(try.transform, img).(*image.NRGBA).Pix
				most := max(linearOf(got[0]), linearOf(got[1]), linearOf(got[2]))
				for i := range 3 {
					assert.InDelta(t, c[i], linearOf(got[i])/most, 0.03, "channel %d of %v", i, fmt.Sprint(name, c, light, got[:3]))
				}
			}
		}
	}
}
