package processors_test

import (
	"context"
	"image"
	"image/color"
	"image/draw"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/processors"
)

func mark(img draw.Image) { img.Set(0, 0, color.NRGBA{255, 0, 0, 255}) }

// plain is a Processor without optional methods.
type plain struct{}

func (plain) Process(_ context.Context, src image.Image, _, _ int) (image.Image, error) {
	return src, nil
}

func TestAfterDrawsOnACopyAndKeepsTheAbilitiesOfTheProcessor(t *testing.T) {
	src := image.NewGray(image.Rect(3, 4, 43, 24))
	for name, c := range map[string]struct {
		p                processors.Processor
		planner, locator bool
		width, height    int
	}{
		"plain":  {plain{}, false, false, 40, 20},
		"crop":   {processors.Crop{}, true, false, 10, 10},
		"smart":  {processors.Smart{}, true, true, 10, 10},
		"focus":  {processors.Focus{}, true, false, 10, 10},
		"nested": {processors.After(processors.Scale{}, mark), true, false, 20, 10},
	} {
		p := processors.After(c.p, mark)
		_, planner := p.(processors.Planner)
		_, locator := p.(processors.Locator)
		assert.Equal(t, []bool{c.planner, c.locator}, []bool{planner, locator}, name)
		img, err := p.Process(t.Context(), src, 10, 10)
		require.NoError(t, err)
		assert.Equal(t, image.Rect(0, 0, c.width, c.height), img.Bounds(), name)
		assert.Equal(t, color.NRGBA{255, 0, 0, 255}, img.At(0, 0), name)
		assert.Equal(t, color.Gray{}, src.At(3, 4), "the source is not modified")
	}
}

func TestAfterPassesArgumentsToTheInnerProcessor(t *testing.T) {
	p, err := processors.After(processors.Focus{}, mark).(interface {
		With(string) (processors.Processor, error)
	}).With("10_20")
	require.NoError(t, err)
	_, box := p.(processors.Planner).Plan(image.Pt(400, 200), 100, 100)
	_, want := processors.Focus{X: 10, Y: 20}.Plan(image.Pt(400, 200), 100, 100)
	assert.Equal(t, want, box)
	_, err = processors.After(processors.Crop{}, mark).(interface {
		With(string) (processors.Processor, error)
	}).With("10_20")
	assert.Error(t, err)
}
