package engine

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/color"
	"image/draw"
	"image/gif"
	"io"
	"testing"

	"github.com/rest-thumbnails/thumbnail/internal/imagetest"
	"github.com/rest-thumbnails/thumbnail/processors"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// moving returns an animation of n full frames: a bright square moves over a dark background.
func moving(t testing.TB, n int, size image.Point) []byte {
	g := &gif.GIF{}
	palette := color.Palette{color.RGBA{20, 30, 40, 255}, color.RGBA{250, 220, 90, 255}}
	for i := range n {
		frame := image.NewPaletted(image.Rectangle{Max: size}, palette)
		draw.Draw(frame, image.Rect(i, i, i+size.X/4, i+size.Y/4), image.NewUniform(palette[1]), image.Point{}, draw.Src)
		g.Image, g.Delay = append(g.Image, frame), append(g.Delay, 5+i)
	}
	return encodeGIF(t, g)
}

func isAnimation(img image.Image) bool {
	_, ok := img.(*processors.Animation)
	return ok
}

// A recorder is a Processor that records its arguments.
type recorder struct {
	seen []image.Image
	make func(i int, src image.Image) (image.Image, error)
}

func (r *recorder) Process(_ context.Context, src image.Image, width, height int) (image.Image, error) {
	r.seen = append(r.seen, src)
	return r.make(len(r.seen), src)
}

// A wanderer is a Locator that returns a different box at each call.
type wanderer struct {
	processors.Crop
	located   *int
	processed *int
}

func (w wanderer) Locate(_ context.Context, _ image.Image, _ image.Point, crop image.Rectangle) (image.Rectangle, error) {
	*w.located++
	return crop.Sub(crop.Min).Add(image.Pt(*w.located, 0)), nil
}

func (w wanderer) Process(ctx context.Context, src image.Image, width, height int) (image.Image, error) {
	*w.processed++
	return w.Crop.Process(ctx, src, width, height)
}

func TestAllFramesAreCutByOneRectangle(t *testing.T) {
	w := wanderer{located: new(int), processed: new(int)}
	file := moving(t, 4, image.Pt(40, 20))
	_, img, err := animate(t.Context(), file, w, 20, 20, plenty)
	require.NoError(t, err)
	frames := filmOf(t, img).Frames
	assert.Equal(t, 1, *w.located)
	assert.Equal(t, 4+1, *w.processed, "every frame, and once to know the size")
	_, whole, err := animate(t.Context(), file, processors.Crop{}, 40, 20, plenty)
	require.NoError(t, err)
	require.Len(t, frames, 4)
	for i, want := range filmOf(t, whole).Frames {
		want := want.SubImage(image.Rect(1, 0, 21, 20))
		assert.Zero(t, distance(t, want, frames[i]), "frame %d", i)
	}
}

func TestAProcessorThatPlansNothingGetsACanvasForEachFrame(t *testing.T) {
	r := &recorder{make: func(_ int, src image.Image) (image.Image, error) { // returns a subimage, which shares the memory of the source
		return src.(interface {
			SubImage(image.Rectangle) image.Image
		}).SubImage(image.Rect(2, 3, 12, 10)), nil
	}}
	file := moving(t, 5, image.Pt(40, 20))
	_, img, err := animate(t.Context(), file, r, 10, 7, plenty)
	require.NoError(t, err)
	_, whole, err := animate(t.Context(), file, processors.Crop{}, 40, 20, plenty)
	require.NoError(t, err)
	a := filmOf(t, img)
	require.Len(t, a.Frames, 5)
	for i, want := range filmOf(t, whole).Frames {
		assert.Zero(t, distance(t, want, r.seen[i+1]), "frame %d as given", i)
		assert.Zero(t, distance(t, want.SubImage(image.Rect(2, 3, 12, 10)), a.Frames[i]), "frame %d as made", i)
		assert.LessOrEqual(t, cap(a.Frames[i].Pix), 2*4*70, "the rest of the canvas is not kept")
	}
	assert.Equal(t, delaysOf(5, 6, 7, 8, 9), a.Delays)
}

func TestFramesOfSeveralSizesMakeAStillPicture(t *testing.T) {
	r := &recorder{make: func(i int, src image.Image) (image.Image, error) { return wholeOf(src, image.Pt(10, 4+i)), nil }}
	pic, img, err := animate(t.Context(), moving(t, 5, image.Pt(40, 20)), r, 10, 10, plenty)
	require.NoError(t, err)
	var b bytes.Buffer
	require.NoError(t, pic.Encode(&b, processors.GIF{}, img))
	still, err := gif.DecodeAll(&b)
	require.NoError(t, err)
	require.Len(t, still.Image, 1)
	assert.Equal(t, image.Pt(10, 5), still.Image[0].Rect.Size())
}

func TestAnErrorOfTheProcessorInALaterFrameIsReturned(t *testing.T) {
	broken := errors.New("no ink")
	r := &recorder{make: func(i int, src image.Image) (image.Image, error) {
		if i == 4 {
			return nil, broken
		}
		return src, nil
	}}
	pic, img, err := animate(t.Context(), moving(t, 5, image.Pt(40, 20)), r, 10, 10, plenty)
	require.NoError(t, err)
	assert.ErrorIs(t, pic.Encode(new(bytes.Buffer), processors.GIF{}, img), broken)
}

func TestAnAnimationEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	r := &recorder{make: func(i int, src image.Image) (image.Image, error) {
		if i == 3 {
			cancel()
		}
		return src, nil
	}}
	pic, img, err := animate(ctx, moving(t, 5, image.Pt(40, 20)), r, 10, 10, plenty)
	require.NoError(t, err)
	err = pic.Encode(new(bytes.Buffer), processors.GIF{}, img)
	assert.ErrorIs(t, err, context.Canceled)
	assert.NotErrorIs(t, err, processors.ErrCorrupt)
	assert.Len(t, r.seen, 3)
}

func TestBeyondALimitTheFirstFrameIsServedAsAStill(t *testing.T) {
	const n, pixels = 8, 40 * 20
	file := moving(t, n, image.Pt(40, 20))
	h, err := DecodeHeader(bytes.NewReader(file))
	require.NoError(t, err)
	enough := h.AnimationBytes(image.Pt(20, 10), plenty)
	for name, c := range map[string]struct {
		limit    animationLimit
		width    int
		animated bool
	}{
		"just enough pixels":         {animationLimit{n * pixels, 1 << 30}, 20, true},
		"too few pixels":             {animationLimit{n*pixels - 1, 1 << 30}, 20, false},
		"too few for a large result": {animationLimit{n*4*pixels - 1, 1 << 30}, 80, false},
		"just enough memory":         {animationLimit{1 << 30, enough}, 20, true},
		"too little memory":          {animationLimit{1 << 30, enough - 1}, 20, false},
	} {
		pic, img, err := animate(t.Context(), file, processors.Crop{}, c.width, 0, c.limit)
		require.NoError(t, err, name)
		assert.Equal(t, c.animated, isAnimation(img), name)
		assert.Equal(t, c.animated, h.AnimationBytes(img.Bounds().Size(), c.limit) > 0, "%s: announced", name)
		want, err := pic.Apply(t.Context(), processors.Crop{}, c.width, 0)
		require.NoError(t, err)
		assert.Zero(t, distance(t, want, img), name)
	}

	_, img, err := animate(t.Context(), moving(t, maxFrames, image.Pt(4, 4)), processors.Crop{}, 4, 4, plenty)
	require.NoError(t, err)
	assert.IsType(t, &processors.Animation{}, img)
	_, img, err = animate(t.Context(), moving(t, maxFrames+1, image.Pt(4, 4)), processors.Crop{}, 4, 4, plenty)
	require.NoError(t, err)
	assert.False(t, isAnimation(img))
}

func TestMemoryForFramesIsEstimatedOnlyIfTheThumbnailIsAnimated(t *testing.T) {
	size, unknown, small := image.Pt(40, 20), image.Point{}, image.Pt(10, 10)
	of := func(file []byte, read func(io.Reader) (Header, error), result image.Point, limit animationLimit) int64 {
		h, err := read(bytes.NewReader(file))
		require.NoError(t, err)
		return h.AnimationBytes(result, limit)
	}
	two, seven := of(moving(t, 2, size), DecodeHeader, small, plenty), of(moving(t, 7, size), DecodeHeader, small, plenty)
	assert.Greater(t, two, int64(2*100*8))
	assert.Greater(t, seven, two+5*100*8)
	assert.EqualValues(t, 8<<20, of(moving(t, 2, size), DecodeHeader, unknown, animationLimit{1 << 20, 8 << 20}))
	for name, file := range map[string][]byte{"still": moving(t, 1, size), "too long": moving(t, maxFrames+1, size), "no GIF": encodePNG(t, imagetest.Gradient(40, 20))} {
		assert.Zero(t, of(file, DecodeHeader, small, plenty), name)
	}
	assert.Zero(t, of(moving(t, 2, size), PeekHeader, small, plenty), "not known")
	cut := moving(t, 7, size)
	assert.Equal(t, seven, of(cut[:len(cut)-3], DecodeHeader, small, plenty), "the decoder will find out")
}

func TestTheMemoryOfAnAnimationDependsOnTheSizeOfItsThumbnail(t *testing.T) {
	file := moving(t, 60, image.Pt(400, 300))
	took := allocated(func() {
		_, img, err := animate(t.Context(), file, processors.Crop{}, 40, 0, plenty)
		require.NoError(t, err)
		require.Len(t, filmOf(t, img).Frames, 60)
	})
	assert.Less(t, took, uint64(60*40*30*4+60*100_000), "of 29 MB of frames")
}

func TestADamagedFrameIsErrCorruptOnlyIfItIsDecoded(t *testing.T) {
	file := moving(t, 5, image.Pt(40, 20))
	for _, n := range []int{25, 40} {
		cut := file[:len(file)-n]
		pic, img, err := animate(t.Context(), cut, processors.Crop{}, 20, 0, plenty)
		if err == nil {
			err = processors.GIF{}.Encode(io.Discard, img)
		}
		require.ErrorIs(t, err, processors.ErrCorrupt, "without %d bytes", n)
		still, err := pic.Apply(t.Context(), processors.Crop{}, 20, 0)
		require.NoError(t, err, "the first frame is whole")
		assert.Equal(t, image.Pt(20, 10), still.Bounds().Size())
	}
	_, img, err := animate(t.Context(), file[:len(file)-1], processors.Crop{}, 20, 0, plenty)
	require.NoError(t, err, "nothing but the trailer is missing")
	assert.Len(t, filmOf(t, img).Frames, 5)
}

func TestLaterFramesAreClippedToTheScreen(t *testing.T) {
	red, blue := color.RGBA{255, 0, 0, 255}, color.RGBA{0, 0, 255, 255}
	first := image.NewPaletted(image.Rect(0, 0, 10, 8), color.Palette{red, blue})
	second := image.NewPaletted(image.Rect(6, 4, 30, 20), color.Palette{blue, red})
	file := encodeGIF(t, &gif.GIF{Image: []*image.Paletted{first, second}, Delay: []int{7, 7}, Config: image.Config{Width: 30, Height: 20}})
	copy(file[6:], []byte{10, 0, 8, 0}) // the screen's size
	_, img, err := animate(t.Context(), file, processors.Crop{}, 10, 8, plenty)
	require.NoError(t, err)
	frames := filmOf(t, img).Frames
	require.Len(t, frames, 2)
	want := uniform(image.Pt(10, 8), color.NRGBA(red))
	assert.Zero(t, distance(t, want, frames[0]))
	fill(want.SubImage(image.Rect(6, 4, 10, 8)).(*image.NRGBA), color.NRGBA(blue))
	assert.Zero(t, distance(t, want, frames[1]))
}
