package processors

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

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// moving is an animation of n frames of that size, all of them whole: a bright square goes over a dark ground.
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
	_, ok := img.(*Animation)
	return ok
}

// A recorder is a Processor that notes what it is given.
type recorder struct {
	seen []image.Image
	make func(i int, src image.Image) (image.Image, error)
}

func (r *recorder) Process(_ context.Context, src image.Image, width, height int) (image.Image, error) {
	r.seen = append(r.seen, src)
	return r.make(len(r.seen), src)
}

// A wanderer is a Locator that would find another place each time.
type wanderer struct {
	Crop
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
	assert.Equal(t, 1, *w.located)
	assert.Equal(t, 4+1, *w.processed, "every frame, and once to know the size")
	_, whole, err := animate(t.Context(), file, Crop{}, 40, 20, plenty)
	require.NoError(t, err)
	require.Len(t, img.(*Animation).Frames, 4)
	for i, frame := range img.(*Animation).Frames {
		want := whole.(*Animation).Frames[i].SubImage(image.Rect(1, 0, 21, 20))
		assert.Zero(t, distance(t, want, frame), "frame %d", i)
	}
}

func TestAProcessorThatPlansNothingGetsACanvasForEachFrame(t *testing.T) {
	r := &recorder{make: func(_ int, src image.Image) (image.Image, error) { // a part, in the source's memory
		return src.(interface {
			SubImage(image.Rectangle) image.Image
		}).SubImage(image.Rect(2, 3, 12, 10)), nil
	}}
	file := moving(t, 5, image.Pt(40, 20))
	_, img, err := animate(t.Context(), file, r, 10, 7, plenty)
	require.NoError(t, err)
	_, whole, err := animate(t.Context(), file, Crop{}, 40, 20, plenty)
	require.NoError(t, err)
	a := img.(*Animation)
	require.Len(t, a.Frames, 5)
	for i, want := range whole.(*Animation).Frames {
		assert.Zero(t, distance(t, want, r.seen[i+1]), "frame %d as given", i)
		assert.Zero(t, distance(t, want.SubImage(image.Rect(2, 3, 12, 10)), a.Frames[i]), "frame %d as made", i)
		assert.LessOrEqual(t, cap(a.Frames[i].Pix), 2*4*70, "the rest of the canvas is not kept")
	}
	assert.Equal(t, []int{5, 6, 7, 8, 9}, a.Delays)
}

func TestFramesOfSeveralSizesMakeAStillPicture(t *testing.T) {
	r := &recorder{make: func(i int, src image.Image) (image.Image, error) { return whole(src, image.Pt(10, 4+i)), nil }}
	_, img, err := animate(t.Context(), moving(t, 5, image.Pt(40, 20)), r, 10, 10, plenty)
	require.NoError(t, err)
	assert.False(t, isAnimation(img))
	assert.Equal(t, image.Pt(10, 5), img.Bounds().Size())
}

func TestAnErrorOfTheProcessorIsThatOfTheAnimation(t *testing.T) {
	broken := errors.New("no ink")
	r := &recorder{make: func(i int, src image.Image) (image.Image, error) {
		if i == 4 {
			return nil, broken
		}
		return src, nil
	}}
	_, _, err := animate(t.Context(), moving(t, 5, image.Pt(40, 20)), r, 10, 10, plenty)
	assert.ErrorIs(t, err, broken)
}

func TestAnAnimationEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	r := &recorder{make: func(i int, src image.Image) (image.Image, error) {
		if i == 3 {
			cancel()
		}
		return src, nil
	}}
	_, _, err := animate(ctx, moving(t, 5, image.Pt(40, 20)), r, 10, 10, plenty)
	assert.ErrorIs(t, err, context.Canceled)
	assert.NotErrorIs(t, err, ErrCorrupt)
	assert.Len(t, r.seen, 3)
}

func TestBeyondALimitTheFirstFrameIsServedAsAStill(t *testing.T) {
	const n, pixels = 8, 40 * 20
	file := moving(t, n, image.Pt(40, 20))
	for name, c := range map[string]struct {
		limit    AnimationLimit
		width    int
		animated bool
	}{
		"just enough pixels":         {AnimationLimit{n * pixels, 1 << 20}, 20, true},
		"too few pixels":             {AnimationLimit{n*pixels - 1, 1 << 20}, 20, false},
		"too few for a large result": {AnimationLimit{n*4*pixels - 1, 1 << 20}, 80, false},
		"just enough memory":         {AnimationLimit{1 << 30, 6*n*20*10 + 12*pixels}, 20, true},
		"too little memory":          {AnimationLimit{1 << 30, 6*n*20*10 + 12*pixels - 1}, 20, false},
	} {
		pic, img, err := animate(t.Context(), file, Crop{}, c.width, 0, c.limit)
		require.NoError(t, err, name)
		_, animated := img.(*Animation)
		assert.Equal(t, c.animated, animated, name)
		want, err := pic.Apply(t.Context(), Crop{}, c.width, 0)
		require.NoError(t, err)
		assert.Zero(t, distance(t, want, img), name)
	}

	_, img, err := animate(t.Context(), moving(t, MaxFrames, image.Pt(4, 4)), Crop{}, 4, 4, plenty)
	require.NoError(t, err)
	assert.IsType(t, &Animation{}, img)
	_, img, err = animate(t.Context(), moving(t, MaxFrames+1, image.Pt(4, 4)), Crop{}, 4, 4, plenty)
	require.NoError(t, err)
	assert.False(t, isAnimation(img))
}

func TestMemoryForAnimationsIsAnnouncedForThoseThatMayMove(t *testing.T) {
	size := image.Pt(40, 20)
	of := func(file []byte, read func(io.Reader) (Header, error), result image.Point, limit int64) int64 {
		h, err := read(bytes.NewReader(file))
		require.NoError(t, err)
		return h.AnimationBytes(result, limit)
	}
	const plenty = 1 << 40
	unknown, small := image.Point{}, image.Pt(10, 10)
	for _, n := range []int{2, 7, MaxFrames} {
		assert.EqualValues(t, 6*n*100+12*800, of(moving(t, n, size), DecodeHeader, small, plenty))
	}
	assert.EqualValues(t, 1000, of(moving(t, 2, size), DecodeHeader, unknown, 1000))
	for name, file := range map[string][]byte{"still": moving(t, 1, size), "too long": moving(t, MaxFrames+1, size), "no GIF": encodePNG(t, gradient(40, 20))} {
		assert.Zero(t, of(file, DecodeHeader, small, plenty), name)
	}
	assert.Zero(t, of(moving(t, 2, size), DecodeHeader, small, 6*2*100+12*800-1), "beyond the limit it will be still")

	assert.EqualValues(t, 6*MaxFrames*100+12*800, of(moving(t, 2, size), PeekHeader, small, plenty), "as many frames as there might be")
	assert.EqualValues(t, 1000, of(moving(t, 2, size), PeekHeader, small, 1000))
	cut := moving(t, 3, size)
	assert.EqualValues(t, 6*3*100+12*800, of(cut[:len(cut)-3], DecodeHeader, small, plenty), "the decoder will find out")
}

func TestMemoryFollowsTheResultsAndNotTheFrames(t *testing.T) {
	file := moving(t, 60, image.Pt(400, 300))
	took := allocated(func() {
		_, img, err := animate(t.Context(), file, Crop{}, 40, 0, plenty)
		require.NoError(t, err)
		require.IsType(t, &Animation{}, img)
	})
	assert.Less(t, took, uint64(60*40*30*4+60*100_000), "of 29 MB of frames")
}

func TestADamagedFrameIsErrCorruptWhereItIsWanted(t *testing.T) {
	file := moving(t, 5, image.Pt(40, 20))
	for _, n := range []int{2, 10, 25} {
		cut := file[:len(file)-n]
		pic, img, err := animate(t.Context(), cut, Crop{}, 20, 0, plenty)
		require.ErrorIs(t, err, ErrCorrupt, "without %d bytes", n)
		assert.Nil(t, img)
		still, err := pic.Apply(t.Context(), Crop{}, 20, 0)
		require.NoError(t, err, "the first frame is whole")
		assert.Equal(t, image.Pt(20, 10), still.Bounds().Size())
	}
	_, img, err := animate(t.Context(), file[:len(file)-1], Crop{}, 20, 0, plenty)
	require.NoError(t, err, "nothing but the trailer is missing")
	assert.Len(t, img.(*Animation).Frames, 5)
}

func TestFramesBeyondTheScreenAreCutOff(t *testing.T) {
	red, blue := color.RGBA{255, 0, 0, 255}, color.RGBA{0, 0, 255, 255}
	first := image.NewPaletted(image.Rect(0, 0, 30, 20), color.Palette{red, blue})
	second := image.NewPaletted(image.Rect(6, 4, 30, 20), color.Palette{blue, red})
	file := encodeGIF(t, &gif.GIF{Image: []*image.Paletted{first, second}, Delay: []int{7, 7}})
	copy(file[6:], []byte{10, 0, 8, 0}) // the screen's size
	_, img, err := animate(t.Context(), file, Crop{}, 10, 8, plenty)
	require.NoError(t, err)
	frames := img.(*Animation).Frames
	require.Len(t, frames, 2)
	want := uniform(image.Pt(10, 8), color.NRGBA(red))
	assert.Zero(t, distance(t, want, frames[0]))
	fill(want.SubImage(image.Rect(6, 4, 10, 8)).(*image.NRGBA), color.NRGBA(blue))
	assert.Zero(t, distance(t, want, frames[1]))
}
