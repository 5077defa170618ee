package engine_test

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/png"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
	"github.com/rest-thumbnails/thumbnail/internal/engine"
	"github.com/rest-thumbnails/thumbnail/processors"
)

func newEngine(t testing.TB) *engine.Engine {
	e, err := engine.New(nil, false)
	require.NoError(t, err)
	return e
}

func pngOf(t testing.TB, w, h int) []byte {
	var b bytes.Buffer
	require.NoError(t, png.Encode(&b, image.NewGray(image.Rect(0, 0, w, h))))
	return b.Bytes()
}

func TestAThumbnailIsMadeInFourSteps(t *testing.T) {
	e, data := newEngine(t), pngOf(t, 60, 40)
	h, err := e.Header(t.Context(), codec.NewReader(t.Context(), bytes.NewReader(data), false))
	require.NoError(t, err)
	assert.Equal(t, "png", h.Format.Name)
	assert.Equal(t, image.Pt(60, 40), h.Size())
	assert.True(t, h.Peeked)
	h, err = e.Header(t.Context(), codec.NewBytesReader(t.Context(), data))
	require.NoError(t, err)
	p, err := e.Plan(h, engine.Request{Processor: processors.Crop{}, Encoder: processors.PNG{}, Width: 20, Height: 20})
	require.NoError(t, err)
	assert.Equal(t, image.Pt(20, 20), p.Size)
	assert.Positive(t, p.Bytes)
	var out bytes.Buffer
	var timing engine.Timing
	require.NoError(t, e.Make(t.Context(), data, p, &out, &timing))
	thumb, err := png.Decode(&out)
	require.NoError(t, err)
	assert.Equal(t, image.Pt(20, 20), thumb.Bounds().Size())
	assert.Positive(t, timing.Decode)
}

func TestEveryLimitIsCheckedByThePlan(t *testing.T) {
	e, data := newEngine(t), pngOf(t, 60, 40)
	h, err := e.Header(t.Context(), codec.NewBytesReader(t.Context(), data))
	require.NoError(t, err)
	for name, limits := range map[string]engine.Limits{
		"pixels": {Pixels: 60*40 - 1},
		"width":  {Width: 29, Height: 20},
		"height": {Width: 30, Height: 19},
		"memory": {Memory: 10_000},
	} {
		_, err := e.Plan(h, engine.Request{Processor: processors.Scale{}, Encoder: processors.PNG{}, Width: 30, Limits: limits})
		assert.ErrorIs(t, err, codec.ErrTooLarge, name)
	}
}

func TestWithoutLimitsTheMemoryOfAHugePictureDoesNotOverflow(t *testing.T) {
	e, data := newEngine(t), pngOf(t, 60, 40)
	binary.BigEndian.PutUint32(data[16:], 1<<31-1)
	binary.BigEndian.PutUint32(data[20:], 1<<31-1)
	h, err := e.Header(t.Context(), codec.NewBytesReader(t.Context(), data))
	require.NoError(t, err)
	_, err = e.Plan(h, engine.Request{Processor: processors.Scale{}, Encoder: processors.PNG{}, Width: 30})
	assert.ErrorIs(t, err, codec.ErrTooLarge)
	h.Stored = image.Pt(math.MaxInt, math.MaxInt)
	_, err = e.Plan(h, engine.Request{Processor: processors.Scale{}, Encoder: processors.PNG{}, Width: 30})
	assert.ErrorIs(t, err, codec.ErrTooLarge)
}

func TestNewRefusesAFormatThatCannotWork(t *testing.T) {
	_, err := engine.New([]processors.Format{{Name: "toy"}}, false)
	assert.ErrorContains(t, err, `"toy"`)
}
