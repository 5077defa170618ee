package processors_test

import (
	"image"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/processors"
)

func TestFocusCentersThePointAsFarAsThePictureAllows(t *testing.T) {
	for _, c := range []struct {
		focus processors.Focus
		want  image.Rectangle
	}{
		{processors.Focus{}, image.Rect(50, 0, 150, 100)},
		{processors.Focus{X: 50, Y: 50}, image.Rect(50, 0, 150, 100)},
		{processors.Focus{X: 30, Y: 90}, image.Rect(10, 0, 110, 100)},
		{processors.Focus{X: 1, Y: 50}, image.Rect(0, 0, 100, 100)},
		{processors.Focus{X: 100, Y: 100}, image.Rect(100, 0, 200, 100)},
		{processors.Focus{X: 900, Y: -5}, image.Rect(100, 0, 200, 100)},
	} {
		scaled, box := c.focus.Plan(image.Pt(400, 200), 100, 100)
		assert.Equal(t, image.Pt(200, 100), scaled)
		assert.Equal(t, c.want, box, "%+v", c.focus)
	}
	_, box := processors.Focus{X: 1, Y: 75}.Plan(image.Pt(200, 400), 100, 0)
	assert.Equal(t, image.Rect(0, 0, 100, 200), box, "nothing is cut off where a side is free")
}

func TestFocusReadsItsPointFromAMethod(t *testing.T) {
	p, err := processors.Focus{}.With("42_67")
	require.NoError(t, err)
	assert.Equal(t, processors.Focus{X: 42, Y: 67}, p)
	p, err = processors.Focus{}.With("0_0")
	require.NoError(t, err)
	_, box := p.(processors.Planner).Plan(image.Pt(400, 200), 100, 100)
	assert.Equal(t, image.Rect(0, 0, 100, 100), box)
	for _, args := range []string{"", "42", "42_", "_67", "42_67_1", "101_0", "-1_5", "042_67", "42_6a", "4 2_67", "1e1_5", "+1_5"} {
		_, err := processors.Focus{}.With(args)
		assert.Error(t, err, "%q", args)
	}
}
