package engine

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
	"github.com/rest-thumbnails/thumbnail/internal/imagetest"
	"github.com/rest-thumbnails/thumbnail/processors"
)

// ownEncoders are the encoders of this module, with every option that changes their memory use.
func ownEncoders() map[string]Encoder {
	all := map[string]Encoder{
		"PNG": processors.PNG{}, "PNG, never a palette": processors.PNG{Palette: processors.PaletteNever}, "PNG, always a palette": processors.PNG{Palette: processors.PaletteAlways},
		"GIF": processors.GIF{}, "GIF, lossy": processors.GIF{Lossy: 80},
	}
	for name, sampling := range map[string]processors.Subsampling{"4:2:0": processors.Subsampling420, "4:2:2": processors.Subsampling422, "4:4:4": processors.Subsampling444} {
		for _, quality := range qualities(85) {
			all[fmt.Sprintf("JPEG %s, quality %d, baseline", name, quality)] = processors.JPEG{Quality: quality, Subsampling: sampling, Baseline: true}
			all[fmt.Sprintf("JPEG %s, quality %d, progressive", name, quality)] = processors.JPEG{Quality: quality, Subsampling: sampling, Progressive: true}
		}
	}
	for name, lossless := range map[string]processors.Lossless{"auto": processors.LosslessAuto, "lossless": processors.LosslessAlways, "lossy": processors.LosslessNever} {
		for _, effort := range []int{-1, 2, 4, 6} {
			if effort == 2 && !thorough() {
				continue
			}
			for _, quality := range qualities(80) {
				if quality == 100 || lossless == processors.LosslessNever {
					all[fmt.Sprintf("WebP %s, effort %d, quality %d", name, max(effort, 0), quality)] = processors.WebP{Quality: quality, Effort: effort, Lossless: lossless}
				}
			}
		}
	}
	return all
}

// thorough reports whether THUMBNAIL_ALL is set. Tests then try every option, which takes minutes.
func thorough() bool { return os.Getenv("THUMBNAIL_ALL") != "" }

// qualities are the lowest, the default and the highest quality; the highest takes the most memory.
func qualities(usual int) []int {
	if thorough() {
		return []int{1, usual, 100}
	}
	return []int{100}
}

// costly returns pictures for which encoders take much memory: noise, and pictures with many kinds of
// features.
func costly(size image.Point) map[string]image.Image {
	few := imagetest.Static(size.X, size.Y, 3)
	for i := range few.Pix {
		few.Pix[i] = few.Pix[i]&3*60 | byte(i&3/3*255)
	}
	black := imagetest.Static(size.X, size.Y, 5)
	for i := range black.Pix {
		black.Pix[i] = byte(int8(black.Pix[i])>>7) | byte(i&3/3*255) // samples are 0 or 255; alpha is 255
	}
	gray := image.NewGray(image.Rectangle{Max: size})
	imagetest.Fill(gray.Pix, 4)
	planes := image.NewYCbCr(gray.Rect, image.YCbCrSubsampleRatio420)
	for i, plane := range [][]byte{planes.Y, planes.Cb, planes.Cr} {
		imagetest.Fill(plane, uint64(i))
	}
	drawn := image.NewNRGBA(gray.Rect)
	for y := range size.Y {
		for x := range size.X {
			drawn.SetNRGBA(x, y, color.NRGBA{byte(x / 7 * 40), byte(y / 5 * 30), byte((x ^ y) / 16 * 90), byte(255 - x/64%2*100)})
		}
	}
	return map[string]image.Image{
		"noise": imagetest.Noise(size.X, size.Y, 1), "noise with alpha": imagetest.Static(size.X, size.Y, 2), "noise of few colors": few, "noise of 8 colors": black,
		"gray noise": gray, "noise in planes": planes, "photo": imagetest.Photo(size.X, size.Y, 1), "drawing": drawn,
	}
}

// encodeWithin encodes with an account of the encoder's estimate, and requires that all memory is given
// back.
func encodeWithin(t *testing.T, e Encoder, img image.Image, original processors.Original) error {
	size := img.Bounds().Size()
	account := codec.NewAccount(e.(processors.MemoryEstimator).EncodeMemory(size.X, size.Y))
	var b bytes.Buffer
	out := newOutput(codec.WithAccount(t.Context(), account), &b)
	err := encode(codec.WithAccount(t.Context(), account), out, e, img, original)
	out.close()
	assert.Zero(t, account.Used())
	return err
}

func TestNoEncoderIsRefusedByItsOwnEstimate(t *testing.T) {
	imagetest.Long(t)
	sizes := []image.Point{{1, 1}, {3, 1}, {16, 16}, {33, 65}, {160, 90}, {1500, 2}, {2, 1500}, {300, 240}}
	if !thorough() {
		sizes = sizes[:len(sizes)-1]
	}
	for _, size := range sizes {
		pictures := costly(size)
		for name, e := range ownEncoders() {
			for kind, img := range pictures {
				for i, original := range []processors.Original{{}, {Scaled: true, Palette: true, Exceeded: 2, Quality: 50}} {
					if i > 0 && size.X*size.Y > 2500 && !thorough() {
						continue
					}
					assert.NoError(t, encodeWithin(t, e, img, original), "%s: %s of %v, %+v", name, kind, size, original)
				}
			}
		}
	}
}

// The plan for a picture of noise is sufficient, and the memory in use stays within the plan.
func TestNoiseIsEncodedWithinItsPlan(t *testing.T) {
	imagetest.Long(t)
	e, err := New(nil, false)
	require.NoError(t, err)
	side := 500
	if thorough() {
		side = 2000
	}
	file := encodePNG(t, imagetest.Static(side, side, 1))
	for name, encoder := range ownEncoders() {
		h, err := e.Header(t.Context(), codec.NewBytesReader(t.Context(), file))
		require.NoError(t, err)
		p, err := e.Plan(h, Request{Processor: processors.Scale{}, Encoder: encoder, Width: side})
		require.NoError(t, err)
		var b bytes.Buffer
		heap := imagetest.Peak(func() {
			ctx := codec.WithAccount(t.Context(), codec.NewAccount(p.Bytes))
			assert.NoError(t, e.Make(ctx, file, p, &b, nil), name)
		})
		assert.LessOrEqual(t, heap, p.Bytes+p.Bytes/10+4<<20, "%s: bytes of the heap", name)
		t.Logf("%s: %.1f bytes per pixel planned, %.1f in use", name, float64(p.Bytes)/float64(side*side), float64(heap)/float64(side*side))
	}
}

// The largest thumbnails within the default limits can be made within the default MaxMemory.
func TestTheLargestThumbnailsAreAdmittedByDefault(t *testing.T) {
	e, err := New(nil, false)
	require.NoError(t, err)
	file := encodeJPEG(t, imagetest.Gradient(4096, 4096))
	h, err := e.Header(t.Context(), codec.NewBytesReader(t.Context(), file))
	require.NoError(t, err)
	for name, encoder := range ownEncoders() {
		_, err := e.Plan(h, Request{Processor: processors.Crop{}, Encoder: encoder, Width: 4096, Height: 4096, FileBytes: 16 << 20,
			Limits: Limits{Width: 4096, Height: 4096, Memory: 512 << 20}})
		assert.NoError(t, err, name)
	}
}
