package engine

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/gif"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
	"github.com/rest-thumbnails/thumbnail/processors"
)

// confetti returns a picture in which every pixel has a color of its own.
func confetti(w, h int) *image.NRGBA {
	r, img := rand.New(rand.NewPCG(1, uint64(w*h))), image.NewNRGBA(image.Rect(0, 0, w, h))
	for i := range w * h {
		v := r.Uint32()
		img.SetNRGBA(i%w, i/w, color.NRGBA{uint8(v), uint8(v >> 8), uint8(v >> 16), 255})
	}
	return img
}

// planned makes a thumbnail with an account of exactly the estimate.
func planned(t *testing.T, data []byte, p processors.Processor, e Encoder, width, height int) error {
	h, err := formatsOfTests.Header(t.Context(), codec.NewBytesReader(t.Context(), data))
	require.NoError(t, err)
	plan, err := formatsOfTests.Plan(h, Request{Processor: p, Encoder: e, Width: width, Height: height, FileBytes: int64(len(data)),
		Limits: Limits{Pixels: 250_000_000, Width: 4096, Height: 4096, Memory: 512 << 20}})
	require.NoError(t, err)
	var out bytes.Buffer
	return formatsOfTests.Make(codec.WithAccount(t.Context(), codec.NewAccount(plan.Bytes)), data, plan, &out, nil)
}

// For a small picture, the tables of encoders take more memory than the pixels.
func TestAnAccountOfTheEstimateIsEnoughForSmallPictures(t *testing.T) {
	for _, size := range []image.Point{{1, 1}, {16, 17}, {17, 33}, {64, 17}} {
		img := confetti(size.X, size.Y)
		still := &gif.GIF{Image: []*image.Paletted{image.NewPaletted(img.Rect, color.Palette{color.Black, color.White})}, Delay: []int{0}}
		for name, data := range map[string][]byte{
			"jpeg": encodeJPEG(t, img), "png": encodePNG(t, img), "webp": encodeWebP(t, img, true), "lossy webp": encodeWebP(t, img, false), "gif": encodeGIF(t, still),
		} {
			for _, e := range []Encoder{processors.GIF{}, processors.PNG{}, processors.PNG{Palette: processors.PaletteAlways}, processors.JPEG{}, processors.WebP{}} {
				for _, p := range []processors.Processor{processors.Crop{}, processors.Pad{}, processors.Entropy{}} {
					for _, box := range []image.Point{size, {40, 0}} {
						assert.NoError(t, planned(t, data, p, e, box.X, box.Y), fmt.Sprintf("%s of %v by %T %T to %v", name, size, p, e, box))
					}
				}
			}
		}
	}
}

// A narrow picture that has to cover a box is enlarged to millions of pixels, and Entropy reads all of them.
func TestAnAccountOfTheEstimateIsEnoughForNarrowPictures(t *testing.T) {
	for _, size := range []image.Point{{16383, 1}, {1, 16383}, {4000, 3}} {
		img := image.NewNRGBA(image.Rectangle{Max: size})
		copy(img.Pix, confetti(1000, 1).Pix)
		for name, data := range map[string][]byte{"jpeg": encodeJPEG(t, img), "png": encodePNG(t, img)} {
			for _, p := range []processors.Processor{processors.Entropy{}, processors.Smart{}, processors.Crop{}} {
				assert.NoError(t, planned(t, data, p, processors.JPEG{}, 100, 100), "%s of %v by %T", name, size, p)
			}
		}
	}
}

// An unplanned is a Processor without the method Plan.
type unplanned struct{}

func (unplanned) Process(ctx context.Context, src image.Image, width, height int) (image.Image, error) {
	return processors.Crop{}.Process(ctx, src, width, height)
}

func TestAnAccountOfTheEstimateIsEnoughForAProcessorWithoutPlan(t *testing.T) {
	for _, e := range []Encoder{processors.GIF{}, processors.PNG{}, processors.JPEG{}, processors.WebP{}} {
		assert.NoError(t, planned(t, encodePNG(t, confetti(5, 7)), unplanned{}, e, 150, 150), "%T", e)
	}
	assert.NoError(t, planned(t, encodePNG(t, confetti(17, 33)), unplanned{}, processors.PNG{}, 300, 0))
}

func TestAThumbnailOfUnknownSizeIsNotRefusedForItsMemory(t *testing.T) {
	h, err := formatsOfTests.Header(t.Context(), codec.NewBytesReader(t.Context(), encodePNG(t, confetti(5, 7))))
	require.NoError(t, err)
	plan, err := formatsOfTests.Plan(h, Request{Processor: unplanned{}, Encoder: processors.PNG{}, Width: 4096, Height: 4096, FileBytes: 100,
		Limits: Limits{Width: 4096, Height: 4096, Memory: 64 << 20}})
	require.NoError(t, err)
	assert.EqualValues(t, 64<<20-100, plan.Bytes)
}
