package imagetest_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/rest-thumbnails/thumbnail/internal/imagetest"
)

// The test data are those of Sharma, Wu and Dalal, table 1.
func TestDeltaE2000HasThePublishedValues(t *testing.T) {
	for _, c := range []struct {
		p, q [3]float64
		want float64
	}{
		{[3]float64{50, 2.6772, -79.7751}, [3]float64{50, 0, -82.7485}, 2.0425},
		{[3]float64{50, 2.4900, -0.0010}, [3]float64{50, -2.4900, 0.0011}, 7.2195},
		{[3]float64{50, 2.5, 0}, [3]float64{73, 25, -18}, 27.1492},
		{[3]float64{22.7233, 20.0904, -46.6940}, [3]float64{23.0331, 14.9730, -42.5619}, 2.0373},
		{[3]float64{2.0776, 0.0795, -1.1350}, [3]float64{0.9033, -0.0636, -0.5514}, 0.9082},
	} {
		assert.InDelta(t, c.want, imagetest.DeltaE2000(c.p, c.q), 1e-4)
	}
}

func TestWhiteBlackAndRedHaveTheirLab(t *testing.T) {
	for _, c := range []struct{ rgb, lab [3]float64 }{
		{[3]float64{1, 1, 1}, [3]float64{100, 0, 0}},
		{[3]float64{0, 0, 0}, [3]float64{0, 0, 0}},
		{[3]float64{1, 0, 0}, [3]float64{54.29, 80.81, 69.89}},
	} {
		assert.Less(t, imagetest.DeltaE2000(c.lab, imagetest.Lab(c.rgb[0], c.rgb[1], c.rgb[2])), 0.05)
	}
}
