package thumbnail_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/color/palette"
	"image/gif"
	"slices"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail"
	"github.com/rest-thumbnails/thumbnail/processors"
	"github.com/rest-thumbnails/thumbnail/storage"
)

func TestAPictureBeyondTheLimitIsOpenedOnceForAllSizesAndATooLargeResultForEach(t *testing.T) {
	huge := plan(func(o image.Point, w, h int) (image.Point, image.Rectangle) {
		p := image.Pt(9000/w, 9000/w)
		return p, image.Rectangle{Max: p}
	})
	for limit, opened := range map[int64]int64{200*100 - 1: 1, 200 * 100: 3} {
		s := newSite(t)
		s.MaxPixels = limit
		s.Processors = thumbnail.Processors{"huge": huge}
		h := s.handler(t)
		for _, size := range []string{"1x1", "2x2", "1x2"} {
			assert.Equal(t, 422, get(h, s.url(t, "k.jpg", size, "huge", ".jpg")).Code)
		}
		assert.Equal(t, opened, s.source.opened.Load(), limit)
		assert.NotContains(t, s.log.String(), "more than Config allows", "the path asks for no more")
	}
}

func TestATooLargeThumbnailIsRememberedOnlyForItself(t *testing.T) {
	s := newSite(t)
	s.MaxWidth, s.MaxHeight = 400, 400
	s.source.source = storage.FS(fstest.MapFS{"k.jpg": {Data: photo(t, 20, 3000)}})
	h := s.handler(t)
	for range 2 {
		assert.Equal(t, 422, get(h, s.url(t, "k.jpg", "300x", "scale", ".jpg")).Code)
	}
	assert.EqualValues(t, 1, s.source.opened.Load(), "it is remembered")
	assert.Equal(t, 200, get(h, s.url(t, "k.jpg", "5x5", "crop", ".jpg")).Code)
}

func TestARefusalOfAProcessorIsRememberedOnlyForThatThumbnail(t *testing.T) {
	s := newSite(t)
	runs := 0
	s.Processors = thumbnail.Processors{"odd": processorFunc(func(ctx context.Context, src image.Image, w, h int) (image.Image, error) {
		runs++
		time.Sleep(time.Millisecond)
		if w == 5 {
			return nil, thumbnail.ErrTooLarge
		}
		return processors.Crop{}.Process(ctx, src, w, h)
	})}
	h := s.handler(t)
	for range 2 {
		assert.Equal(t, 422, get(h, s.url(t, "k.jpg", "5x5", "odd", ".jpg")).Code)
	}
	assert.Equal(t, 1, runs)
	assert.Equal(t, 200, get(h, s.url(t, "k.jpg", "6x6", "odd", ".jpg")).Code)
}

// cutGIF ends within its first frame.
func cutGIF(t *testing.T) []byte {
	img := image.NewPaletted(image.Rect(0, 0, 40, 30), palette.Plan9)
	for i := range img.Pix {
		img.Pix[i] = byte(i * i)
	}
	var b bytes.Buffer
	require.NoError(t, gif.EncodeAll(&b, &gif.GIF{Image: []*image.Paletted{img, img}, Delay: []int{5, 5}}))
	return b.Bytes()[:b.Len()/4]
}

// A picture that can't be decoded as an animation may be one that can be decoded as a still.
func TestAFailureOfAnAnimationIsRememberedForAnimations(t *testing.T) {
	s := newSite(t)
	s.source.source = storage.FS(fstest.MapFS{"k.gif": {Data: cutGIF(t)}})
	h := s.handler(t)
	opened := func(size, ext string) int64 {
		before := s.source.opened.Load()
		assert.Equal(t, 422, get(h, s.url(t, "k.gif", size, "crop", ext)).Code)
		return s.source.opened.Load() - before
	}
	assert.EqualValues(t, 1, opened("20x20", ".gif"))
	assert.EqualValues(t, 0, opened("10x10", ".gif"))
	assert.EqualValues(t, 1, opened("20x20", ".jpg"))
	assert.EqualValues(t, 0, opened("10x10", ".jpg"))
}

func TestAJobOfSeveralOriginalsOpensEachBadOneOnce(t *testing.T) {
	s := newSite(t)
	s.Workers = 1
	var all []thumbnail.Spec
	for _, size := range []string{"5x5", "6x6", "7x7"} {
		all = append(all, spec(t, "text.jpg", size, "crop", ".jpg"), spec(t, "none.jpg", size, "crop", ".jpg"))
	}
	assert.ErrorContains(t, s.handler(t).GenerateAll(t.Context(), slices.Values(all), nil), "6 of 6")
	assert.EqualValues(t, 2, s.source.opened.Load())
	err := s.handler(t).GenerateAll(t.Context(), slices.Values(all[:1]), nil)
	assert.ErrorContains(t, err, "1 of 1")
	assert.ErrorIs(t, err, thumbnail.ErrFormat)
}

func TestAJobOpensABadOriginalOnceForAllItsSizes(t *testing.T) {
	s := newSite(t)
	s.Workers = 1
	h := s.handler(t)
	assert.Error(t, h.GenerateAll(t.Context(), sizesOf("text.jpg", 30), nil))
	assert.EqualValues(t, 1, s.source.opened.Load())
}

func TestAtMostAThousandFailuresAreRememberedForAMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		h := s.handler(t)
		for i := range 10 {
			assert.Equal(t, 415, get(h, s.url(t, "text.jpg", fmt.Sprintf("%dx5", i+1), "crop", ".jpg")).Code)
		}
		assert.EqualValues(t, 1, s.source.opened.Load(), "ten sizes cost one look")
		time.Sleep(61 * time.Second)
		assert.Equal(t, 415, get(h, s.url(t, "text.jpg", "5x5", "crop", ".jpg")).Code)
		assert.EqualValues(t, 2, s.source.opened.Load(), "after a minute another one")
		for i := range 3000 {
			get(h, s.url(t, fmt.Sprintf("none%d.jpg", i), "5x5", "crop", ".jpg"))
		}
		assert.LessOrEqual(t, h.Stats().Remembered, 1024)
		get(h, s.url(t, "a/b.jpg", "5x5", "crop", ".jpg"))
		before := s.source.opened.Load()
		_ = h.Remove(t.Context(), "a") // the storage is no Remover, but remembered errors are cleared
		get(h, s.url(t, "a/b.jpg", "5x5", "crop", ".jpg"))
		assert.EqualValues(t, before+1, s.source.opened.Load())
	})
}

func TestATimeoutIsRemembered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		runs := 0
		s.Processors = thumbnail.Processors{"slow": processorFunc(func(ctx context.Context, src image.Image, _, _ int) (image.Image, error) {
			runs++
			<-ctx.Done()
			return nil, ctx.Err()
		})}
		h := s.handler(t)
		for range 3 {
			assert.Equal(t, 503, get(h, s.url(t, "k.jpg", "5x5", "slow", ".jpg")).Code)
		}
		assert.Equal(t, 1, runs)
	})
}

func TestAMissingSourceIsRememberedForAMinuteAndForgottenByGenerateAndRemove(t *testing.T) {
	files := fstest.MapFS{}
	s := newSite(t)
	s.source.source = storage.FS(files)
	h := s.handler(t)
	url := s.url(t, "new.jpg", "50x50", "crop", ".jpg")
	for range 5 {
		assert.Equal(t, 404, get(h, url).Code)
		assert.Equal(t, 404, get(h, s.url(t, "new.jpg", "60x60", "crop", ".jpg")).Code)
	}
	assert.EqualValues(t, 1, s.source.opened.Load())
	files["new.jpg"] = &fstest.MapFile{Data: photo(t, 20, 10)}
	require.NoError(t, h.Generate(t.Context(), spec(t, "new.jpg", "70x70", "crop", ".jpg")))
	assert.Equal(t, 200, get(h, url).Code)

	files["text.jpg"] = &fstest.MapFile{Data: []byte("not yet an image")}
	url = s.url(t, "text.jpg", "50x50", "crop", ".jpg")
	before := s.source.opened.Load()
	for range 5 {
		assert.Equal(t, 415, get(h, url).Code)
	}
	assert.EqualValues(t, before+1, s.source.opened.Load())
	files["text.jpg"] = files["new.jpg"]
	assert.ErrorIs(t, h.Remove(t.Context(), "text.jpg"), errors.ErrUnsupported, "what is stored can't be removed")
	assert.Equal(t, 200, get(h, url).Code, "but the failure is forgotten")
}
