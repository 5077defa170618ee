package thumbnail_test

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/gif"
	"io"
	"io/fs"
	"sync"
	"testing"
	"testing/fstest"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail"
	"github.com/rest-thumbnails/thumbnail/internal/imagetest"
	"github.com/rest-thumbnails/thumbnail/processors"
	"github.com/rest-thumbnails/thumbnail/storage"
)

// animation returns a GIF of n frames of 40x20 pixels, in which a bar moves to the right.
func animation(t testing.TB, n int) []byte {
	g := &gif.GIF{LoopCount: 2}
	for i := range n {
		frame := image.NewPaletted(image.Rect(0, 0, 40, 20), color.Palette{color.White, color.RGBA{200, 0, 0, 255}})
		for y := range 20 {
			frame.Pix[40*y+2*i], frame.Pix[40*y+2*i+1] = 1, 1
		}
		g.Image, g.Delay = append(g.Image, frame), append(g.Delay, 10+i)
	}
	var b bytes.Buffer
	require.NoError(t, gif.EncodeAll(&b, g))
	return b.Bytes()
}

func animatedSite(t testing.TB) *site {
	s := newSite(t)
	s.source.source = storage.FS(fstest.MapFS{"walk.gif": {Data: animation(t, 8)}})
	return s
}

func framesOf(t testing.TB, s *site, ext string) *gif.GIF {
	w := get(s.handler(t), s.url(t, "walk.gif", "20x10", "crop", ext))
	require.Equal(t, 200, w.Code)
	g, err := gif.DecodeAll(w.Body)
	require.NoError(t, err)
	return g
}

func TestAThumbnailOfAnAnimationIsAnAnimatedGIF(t *testing.T) {
	g := framesOf(t, animatedSite(t), ".gif")
	assert.Equal(t, []int{10, 11, 12, 13, 14, 15, 16, 17}, g.Delay)
	assert.Equal(t, 2, g.LoopCount)
	assert.Equal(t, image.Pt(20, 10), image.Pt(g.Config.Width, g.Config.Height))
}

func TestFormatsWithoutAnimationGetTheFirstFrame(t *testing.T) {
	s := animatedSite(t)
	for _, ext := range []string{".jpg", ".png"} {
		w := get(s.handler(t), s.url(t, "walk.gif", "40x20", "crop", ext))
		require.Equal(t, 200, w.Code)
		img, _, err := image.Decode(w.Body)
		require.NoError(t, err)
		r, g, _, _ := img.At(0, 10).RGBA()
		assert.Greater(t, r, g+0x4000, "the bar is at the left")
	}
}

func TestAnAnimationBeyondTheLimitsIsStill(t *testing.T) {
	for name, limit := range map[string]func(*thumbnail.Config){
		"pixels": func(c *thumbnail.Config) { c.MaxPixels = 40*20*8 - 1 },
		"memory": func(c *thumbnail.Config) { c.MaxMemory = 2 << 20 },
	} {
		s := animatedSite(t)
		limit(&s.Config)
		assert.Len(t, framesOf(t, s, ".gif").Image, 1, name)
	}
}

// drifting returns a GIF of n frames of a size, in which a stripe moves.
func drifting(t testing.TB, n int, size image.Point) []byte {
	g := &gif.GIF{}
	for i := range n {
		frame := image.NewPaletted(image.Rectangle{Max: size}, color.Palette{color.White, color.RGBA{200, 0, 0, 255}})
		for y := range size.Y {
			frame.Pix[size.X*y+i%size.X] = 1
		}
		g.Image, g.Delay = append(g.Image, frame), append(g.Delay, 2)
	}
	var b bytes.Buffer
	require.NoError(t, gif.EncodeAll(&b, g))
	return b.Bytes()
}

func TestOrdinaryAnimationsStayAnimatedByDefault(t *testing.T) {
	imagetest.Long(t)
	s := newSite(t)
	files := fstest.MapFS{}
	s.source.source = storage.FS(files)
	h := s.handler(t)
	for name, c := range map[string]struct {
		frames int
		size   image.Point
		ask    string
	}{
		"long":  {160, image.Pt(500, 281), "500x"},
		"large": {100, image.Pt(600, 400), "600x"},
		"many":  {1002, image.Pt(40, 40), "40x"},
		"most":  {10_000, image.Pt(4, 4), "4x"},
	} {
		files["a.gif"] = &fstest.MapFile{Data: drifting(t, c.frames, c.size)}
		w := get(h, s.url(t, "a.gif", c.ask, "crop", ".gif"))
		require.Equal(t, 200, w.Code, name)
		g, err := gif.DecodeAll(w.Body)
		require.NoError(t, err)
		assert.Len(t, g.Image, c.frames, name)
	}
}

// streamed hides that files are seekable.
type streamed struct{ thumbnail.Source }

func (s streamed) Open(ctx context.Context, key string) (fs.File, error) {
	f, err := s.Source.Open(ctx, key)
	return struct{ fs.File }{f}, err
}

func TestAnAnimationOfASourceWithoutSeekStaysAnimated(t *testing.T) {
	s := animatedSite(t)
	s.source.source = streamed{s.source.source}
	assert.Len(t, framesOf(t, s, ".gif").Image, 8)
	s = animatedSite(t)
	s.source.source = streamed{s.source.source}
	s.MaxMemory = 2 << 20
	assert.Len(t, framesOf(t, s, ".gif").Image, 1, "within limits")
}

// A meeting is a processor whose calls wait for each other.
type meeting struct {
	processors.Crop
	all *sync.WaitGroup
}

func (m meeting) Process(ctx context.Context, img image.Image, width, height int) (image.Image, error) {
	m.all.Done()
	m.all.Wait()
	return m.Crop.Process(ctx, img, width, height)
}

func TestStillGIFsDoNotWaitForTheMemoryOfAnimations(t *testing.T) {
	still := storage.FS(fstest.MapFS{"still.gif": {Data: animation(t, 1)}})
	t.Run("read twice", func(t *testing.T) { testStillGIFs(t, still) })
	t.Run("read once", func(t *testing.T) { testStillGIFs(t, streamed{still}) })
}

func testStillGIFs(t *testing.T, source thumbnail.Source) {
	synctest.Test(t, func(t *testing.T) {
		const n = 8
		s := newSite(t)
		s.source.source = source
		s.Workers = n
		together := meeting{all: new(sync.WaitGroup)}
		together.all.Add(n)
		s.Processors = thumbnail.Processors{"crop": together}
		h := s.handler(t)
		var requests sync.WaitGroup
		for i := range n { // the frames of an animation would take 480 MB
			requests.Go(func() {
				size := fmt.Sprintf("%dx200", 400+i)
				assert.Equal(t, 200, get(h, s.url(t, "still.gif", size, "crop", ".gif")).Code, size)
			})
		}
		requests.Wait()
	})
}

func TestADamagedAnimationIsRefusedAndNotStored(t *testing.T) {
	s := animatedSite(t)
	data := animation(t, 8)
	s.source.source = storage.FS(fstest.MapFS{"walk.gif": {Data: data[:len(data)-60]}})
	assert.Equal(t, 422, get(s.handler(t), s.url(t, "walk.gif", "20x10", "crop", ".gif")).Code)
	assert.Zero(t, s.storage.put.Load())
	assert.Equal(t, 200, get(s.handler(t), s.url(t, "walk.gif", "20x10", "crop", ".png")).Code, "its first frame is whole")

	s = animatedSite(t)
	data = animation(t, 8)
	size := bytes.LastIndexByte(data[:len(data)-12], 2) // of the codes of the last frame
	data[size] = 12
	s.source.source = storage.FS(fstest.MapFS{"walk.gif": {Data: data}})
	assert.Equal(t, 422, get(s.handler(t), s.url(t, "walk.gif", "20x10", "crop", ".gif")).Code, "found while it is encoded")
	assert.Zero(t, s.storage.put.Load())
}

// encoderFunc is an Encoder that is not an Animator.
type encoderFunc func(w io.Writer, img image.Image) error

func (f encoderFunc) Encode(w io.Writer, img image.Image) error { return f(w, img) }

func TestOnlyAnAnimatorReceivesAnAnimation(t *testing.T) {
	s := animatedSite(t)
	s.Encoders = thumbnail.Encoders{".gif": encoderFunc(func(w io.Writer, img image.Image) error {
		_, moving := img.(*processors.Animation)
		assert.False(t, moving)
		return processors.GIF{}.Encode(w, img)
	})}
	assert.Len(t, framesOf(t, s, ".gif").Image, 1)
}

func TestAnUnchangedOriginalIsStoredWithoutItsMetadata(t *testing.T) {
	s := newSite(t)
	original := photo(t, 200, 100) // of quality 75
	comment := append([]byte("\xff\xd8\xff\xfe\x00\x0fgeheime Notiz"), original[2:]...)
	s.source.source = storage.FS(fstest.MapFS{"k.jpg": {Data: comment}})
	s.Encoders = thumbnail.Encoders{".jpg": processors.JPEG{Quality: 100}}
	w := get(s.handler(t), s.url(t, "k.jpg", "200x100", "crop", ".jpg"))
	require.Equal(t, 200, w.Code)
	assert.Equal(t, original, w.Body.Bytes())
}
