package engine

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"image/draw"
	"image/gif"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rest-thumbnails/thumbnail/internal/imagetest"
	"github.com/rest-thumbnails/thumbnail/processors"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// plenty is a limit that no test reaches.
var plenty = animationLimit{Pixels: 1 << 40, Bytes: 1 << 40}

// animate makes the thumbnail of all frames of a file.
func animate(ctx context.Context, file []byte, p processors.Processor, width, height int, limit animationLimit) (*testPicture, image.Image, error) {
	h, err := DecodeHeader(bytes.NewReader(file))
	if err != nil {
		return nil, nil, err
	}
	pic, err := Decode(ctx, file, h, MinDecode(p, h.Size, width, height))
	if err != nil {
		return nil, nil, err
	}
	img, err := pic.animate(ctx, p, width, height, limit)
	return pic, img, err
}

// composed composes an animation as a viewer does, in the simplest way: with a copy of the whole canvas for
// each frame.
func composed(g *gif.GIF) *film {
	whole := image.Rect(0, 0, g.Config.Width, g.Config.Height)
	out := &film{LoopCount: g.LoopCount}
	screen := image.NewNRGBA(whole)
	for i, frame := range g.Image {
		before := image.NewNRGBA(whole)
		copy(before.Pix, screen.Pix)
		draw.Draw(screen, frame.Rect, frame, frame.Rect.Min, draw.Over)
		seen := image.NewNRGBA(whole)
		copy(seen.Pix, screen.Pix)
		out.Frames, out.Delays = append(out.Frames, seen), append(out.Delays, time.Duration(g.Delay[i])*10*time.Millisecond)
		switch g.Disposal[i] {
		case gif.DisposalBackground:
			draw.Draw(screen, frame.Rect, image.Transparent, image.Point{}, draw.Src)
		case gif.DisposalPrevious:
			screen = before
		}
	}
	return out
}

// reencoded returns the visible frames of an encoded animation.
func reencoded(t require.TestingT, a image.Image) *film {
	var b bytes.Buffer
	require.NoError(t, processors.GIF{}.Encode(&b, a))
	g, err := gif.DecodeAll(&b)
	require.NoError(t, err)
	return composed(g)
}

// anyGIF returns an animation with frames of all sizes, positions, disposal methods and palettes.
func anyGIF(t *rapid.T) *gif.GIF {
	colors := rapid.SampledFrom([]color.Color{
		color.RGBA{}, color.RGBA{255, 0, 0, 255}, color.RGBA{0, 255, 0, 255}, color.RGBA{0, 0, 255, 255}, color.RGBA{255, 255, 255, 255}, color.RGBA{0, 0, 0, 255},
	})
	size := rapid.IntRange(1, 12)
	g := &gif.GIF{LoopCount: rapid.SampledFrom([]int{-1, 0, 1, 7, 65535}).Draw(t, "loop")}
	g.Config.Width, g.Config.Height = size.Draw(t, "width"), size.Draw(t, "height")
	whole := image.Rect(0, 0, g.Config.Width, g.Config.Height)
	for range rapid.IntRange(2, 6).Draw(t, "frames") {
		x, y := rapid.IntRange(0, whole.Max.X-1).Draw(t, "x"), rapid.IntRange(0, whole.Max.Y-1).Draw(t, "y")
		r := image.Rect(x, y, rapid.IntRange(x+1, whole.Max.X).Draw(t, "right"), rapid.IntRange(y+1, whole.Max.Y).Draw(t, "bottom"))
		frame := image.NewPaletted(r, rapid.SliceOfN(colors, 2, 5).Draw(t, "palette"))
		for i := range frame.Pix {
			frame.Pix[i] = byte(rapid.IntRange(0, len(frame.Palette)-1).Draw(t, "pixel"))
		}
		g.Image = append(g.Image, frame)
		g.Delay = append(g.Delay, rapid.SampledFrom([]int{0, 1, 2, 10, 40000, 65535}).Draw(t, "delay"))
		// For a frame without a graphic control extension, image/gif would use the disposal of the previous
		// frame.
		g.Disposal = append(g.Disposal, byte(rapid.IntRange(1, 3).Draw(t, "disposal")))
	}
	return g
}

func TestAnimationsHaveThePixelsOfASimpleComposition(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := anyGIF(t)
		var b bytes.Buffer
		require.NoError(t, gif.EncodeAll(&b, g))
		g, err := gif.DecodeAll(bytes.NewReader(b.Bytes())) // after decoding, each palette has one transparent color
		require.NoError(t, err)
		want := composed(g)
		_, img, err := animate(context.Background(), b.Bytes(), processors.Crop{}, g.Config.Width, g.Config.Height, plenty)
		require.NoError(t, err)
		got := filmOf(t, img)
		assertSame(t, want, got, "decoded")
		assert.LessOrEqual(t, len(got.Frames), len(g.Image))
		assertSame(t, got, filmOf(t, img), "made again")
		again := reencoded(t, img)
		if len(again.Frames) == 1 { // a still picture has no timing
			assert.Len(t, want.merged().Frames, 1)
			assert.True(t, samePixels(want.Frames[0], again.Frames[0]))
			return
		}
		assertSame(t, want, again, "encoded")
	})
}

// animatedCorpus returns the animations of the corpus that image/gif can decode.
func animatedCorpus(t *testing.T) map[string][]byte {
	files := imagetest.CorpusFiles(t)
	all := map[string][]byte{}
	for _, f := range files {
		if strings.Contains(f.Name, "animated") && strings.HasSuffix(f.Name, ".gif") {
			data := imagetest.Read(t, f.Path)
			if g, err := gif.DecodeAll(bytes.NewReader(data)); err == nil && len(g.Image) > 1 {
				all[f.Name] = data
			}
		}
	}
	require.Greater(t, len(all), 10)
	return all
}

func TestAnimationsOfTheCorpusKeepTheirPixelsTimingAndLoops(t *testing.T) {
	for path, data := range animatedCorpus(t) {
		g, err := gif.DecodeAll(bytes.NewReader(data))
		require.NoError(t, err)
		_, img, err := animate(t.Context(), data, processors.Crop{}, g.Config.Width, 0, plenty)
		require.NoError(t, err, path)
		got := filmOf(t, img)
		assertSame(t, composed(g), got, path)
		if colors := exactPalettes(got.Frames); colors != nil {
			again := reencoded(t, img)
			again.LoopCount = got.LoopCount // a file with one frame has no loop count
			assertSame(t, got, again, path)
		}

		_, img, err = animate(t.Context(), data, processors.Smart{}, 20, 20, plenty)
		require.NoError(t, err, path)
		small := filmOf(t, img)
		assert.Equal(t, image.Rect(0, 0, 20, 20), img.Bounds(), path)
		again := reencoded(t, img)
		if len(again.Frames) > 1 {
			assert.Equal(t, total(small.Delays), total(again.Delays), path) // total, because frames that are equal after scaling are joined
			assert.Equal(t, small.LoopCount, again.LoopCount, path)
		}
	}
}

func total(delays []time.Duration) (sum time.Duration) {
	for _, d := range delays {
		sum += d
	}
	return sum
}

func TestDisposalIsAsInTheReferencePictures(t *testing.T) {
	dir := imagetest.Corpus(t)
	for _, name := range []string{"dispose-background", "dispose-previous"} {
		data, err := os.ReadFile(filepath.Join(dir, "gif-animated", name+".gif"))
		require.NoError(t, err)
		f, err := os.Open(filepath.Join(dir, "gif-animated", name+".png"))
		require.NoError(t, err)
		defer f.Close()
		want, err := png.Decode(f) // the reference picture has the frames one below the other
		require.NoError(t, err)
		_, img, err := animate(t.Context(), data, processors.Crop{}, want.Bounds().Dx(), 0, plenty)
		require.NoError(t, err)
		frames := filmOf(t, img).Frames
		height := want.Bounds().Dy() / len(frames)
		require.Equal(t, height, frames[0].Rect.Dy(), name)
		for i, frame := range frames {
			eachPixel(frame, func(x, y int, p []byte) {
				c := color.NRGBAModel.Convert(want.At(x, i*height+y)).(color.NRGBA)
				if c.A == 0 && p[3] == 0 {
					return
				}
				if c != (color.NRGBA{p[0], p[1], p[2], p[3]}) {
					t.Fatalf("%s: frame %d at %d,%d: %v, not %v", name, i, x, y, p, c)
				}
			})
		}
	}
}

// hardEdged returns img with every pixel either opaque or transparent.
func hardEdged(img *image.NRGBA) *image.NRGBA {
	if img.Opaque() {
		return img
	}
	out := image.NewNRGBA(img.Rect)
	eachPixel(img, func(x, y int, p []byte) {
		if p[3] >= 128 {
			copy(out.Pix[y*out.Stride+4*x:], []byte{p[0], p[1], p[2], 255})
		}
	})
	return out
}

func FuzzAnimate(f *testing.F) {
	seed(f)
	f.Add(moving(f, 4, image.Pt(12, 9)))
	f.Add(withSecrets(f)["gif"])
	f.Fuzz(func(t *testing.T, data []byte) {
		h, err := DecodeHeader(bytes.NewReader(data))
		if err != nil || h.Format != "gif" || h.DecodeBytes(image.Point{}) > 1<<20 {
			return
		}
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
		defer cancel()
		pic, img, err := animate(ctx, data, processors.Crop{}, 13, 9, animationLimit{Pixels: 4 << 20, Bytes: 4 << 20})
		if err != nil {
			if !known(err) && ctx.Err() == nil {
				t.Fatal(err)
			}
			return
		}
		first, err := pic.Apply(ctx, processors.Crop{}, 13, 9)
		if err != nil {
			t.Fatal(err)
		}
		if distance(t, first, img) != 0 {
			t.Fatal("an animation does not begin with its first frame")
		}
		if isAnimation(img) {
			for _, err := range img.(*processors.Animation).Frames {
				if err != nil && !known(err) && ctx.Err() == nil {
					t.Fatal(err)
				}
				if err != nil {
					return
				}
			}
		}
		if moving, ok := img.(*processors.Animation); ok {
			moving.Scaled = false // scaled flat art would lose some of its colors
		}
		again := reencoded(t, img)
		if !isAnimation(img) {
			return
		}
		if moving := filmOf(t, img); exactPalettes(moving.Frames) != nil && len(again.Frames) > 1 {
			for i, frame := range moving.Frames {
				moving.Frames[i] = hardEdged(frame)
			}
			assertSame(t, moving, again, "encoded")
		}
	})
}
