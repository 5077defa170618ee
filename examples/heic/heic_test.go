package main

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"image/jpeg"
	"math"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
	"github.com/rest-thumbnails/thumbnail/internal/imagetest"
	ht "github.com/rest-thumbnails/thumbnail/internal/imagetest/heiftest"
	"github.com/rest-thumbnails/thumbnail/internal/imagetest/pieces"
	"github.com/rest-thumbnails/thumbnail/processors"
)

// decoded returns the picture of a file, and requires that it has the size in the file's header.
func decoded(t testing.TB, file []byte) image.Image {
	t.Helper()
	require.True(t, Format.Match(file[:64]))
	h, err := Format.Header(t.Context(), bytes.NewReader(file))
	require.NoError(t, err)
	img, err := Format.Decode(codec.WithAccount(t.Context(), codec.NewAccount(h.Bytes)), file)
	require.NoError(t, err)
	require.Equal(t, 1, h.Orientation, "the decoder turns it")
	require.Equal(t, image.Rect(0, 0, h.Width, h.Height), img.Bounds())
	return img
}

func TestWhatHeifEncWritesIsRead(t *testing.T) {
	for _, size := range []image.Point{{256, 192}, {320, 240}, {301, 203}, {127, 64}} {
		want := imagetest.Cornered(size.X, size.Y)
		for _, options := range [][]string{nil, {"-p", "chroma=444"}, {"-p", "chroma=422"}} {
			got := decoded(t, encoded(t, "in.png", pngOf(t, want), options...))
			assert.Greater(t, imagetest.PSNRWithoutAlpha(want, got), 34.0, "%v %v", size, options)
		}
	}
}

func TestTheFirstPixelsAreNotOverwritten(t *testing.T) {
	want := image.NewGray(image.Rect(0, 0, 160, 64))
	for i := range want.Pix {
		want.Pix[i] = byte(100 + i%160/4)
	}
	got := decoded(t, encoded(t, "in.png", pngOf(t, want)))
	for x := range 160 {
		assert.InDelta(t, want.GrayAt(x, 0).Y, color.GrayModel.Convert(got.At(x, 0)).(color.Gray).Y, 12, "column %d", x)
	}
}

func TestEightOrientations(t *testing.T) {
	want := imagetest.Cornered(256, 192)
	stored := item(t, want)
	for quarters := range byte(4) {
		for mirror := range byte(3) { // 2 means no mirroring
			file := stored
			file.Properties = append(stored.Properties[:2:2], ht.Clap(200, 160, 4, -6))
			seen := imagetest.Turned(want.SubImage(image.Rect(32, 10, 232, 170)), 1)
			if quarters > 0 {
				file.Properties = append(file.Properties, ht.Turn(quarters))
			}
			for range quarters {
				seen = imagetest.Turned(seen, 8)
			}
			if mirror < 2 {
				file.Properties = append(file.Properties, ht.Mirror(mirror))
				seen = imagetest.Turned(seen, []int{4, 2}[mirror])
			}
			got := decoded(t, ht.File(brands, 1, file))
			assert.Greater(t, imagetest.PSNRWithoutAlpha(seen, got), 34.0, "%d quarters, mirror %d", quarters, mirror)
		}
	}
}

// heif-enc copies the EXIF of a JPEG, and writes no other orientation. The standard requires readers to
// ignore EXIF orientation.
func TestOrientationInEXIFIsIgnored(t *testing.T) {
	want := imagetest.Cornered(256, 192)
	var b bytes.Buffer
	require.NoError(t, jpeg.Encode(&b, want, &jpeg.Options{Quality: 98}))
	file := encoded(t, "in.jpg", pieces.IntoJPEG(b.Bytes(), pieces.APP1(pieces.EXIF(6))))
	require.Contains(t, string(file), "Exif")
	assert.Greater(t, imagetest.PSNRWithoutAlpha(want, decoded(t, file)), 32.0)
}

func TestAGridIsPutTogetherAndClipped(t *testing.T) {
	want := imagetest.Cornered(256, 256)
	var items []ht.Item
	for i := range 4 {
		at := image.Pt(i%2*128, i/2*128)
		items = append(items, item(t, imagetest.Turned(want.SubImage(image.Rectangle{Min: at, Max: at.Add(image.Pt(128, 128))}), 1)))
	}
	file := ht.File(brands, 5, append(items, ht.Grid(2, 2, 250, 231, []int{1, 2, 3, 4}, ht.Turn(3)))...)
	got := decoded(t, file)
	assert.Greater(t, imagetest.PSNRWithoutAlpha(imagetest.Turned(want.SubImage(image.Rect(0, 0, 250, 231)), 6), got), 32.0)
	_, err := Format.Decode(t.Context(), ht.File(brands, 5, append(items, ht.Grid(2, 2, 250, 231, []int{1, 2, 3}))...))
	assert.ErrorIs(t, err, processors.ErrCorrupt)
}

func TestTenBitsAreRead(t *testing.T) {
	want := imagetest.Cornered(320, 240)
	deep := image.NewRGBA64(want.Rect)
	for y := range 240 {
		for x := range 320 {
			deep.Set(x, y, want.At(x, y))
		}
	}
	file := encoded(t, "in.png", pngOf(t, deep), "-b", "10")
	assert.Greater(t, imagetest.PSNRWithoutAlpha(want, decoded(t, file)), 34.0)
}

// The encoded samples are those of BT.709 or BT.2020, as in video of cameras.
func TestSamplesHaveTheMatrixAndRangeThatTheFileSays(t *testing.T) {
	want := imagetest.Cornered(256, 192)
	for _, c := range []struct {
		matrix uint16
		kr, kb float64
		full   bool
	}{{1, 0.2126, 0.0722, false}, {1, 0.2126, 0.0722, true}, {9, 0.2627, 0.0593, false}, {6, 0.299, 0.114, false}} {
		disguised := image.NewRGBA(want.Rect) // RGB that the matrix of heif-enc converts to these samples
		for y := range 192 {
			for x := range 256 {
				p := want.RGBAAt(x, y)
				r, g, b := float64(p.R), float64(p.G), float64(p.B)
				l := c.kr*r + (1-c.kr-c.kb)*g + c.kb*b
				cb, cr, black, scale, chroma := (b-l)/(2*(1-c.kb)), (r-l)/(2*(1-c.kr)), 0.0, 1.0, 1.0
				if !c.full {
					black, scale, chroma = 16, 219.0/255, 224.0/255
				}
				round := func(v float64) byte { return byte(math.Round(v)) }
				R, G, B := color.YCbCrToRGB(round(black+scale*l), round(128+chroma*cb), round(128+chroma*cr))
				disguised.SetRGBA(x, y, color.RGBA{R, G, B, 255})
			}
		}
		file := ht.File(brands, 1, item(t, disguised, ht.Nclx(1, 13, c.matrix, c.full)))
		assert.Greater(t, imagetest.PSNRWithoutAlpha(want, decoded(t, file)), 32.0, "matrix %d, full %v", c.matrix, c.full)
	}
}

func TestNarrowPicturesAreRefused(t *testing.T) {
	for _, width := range []int{126, 64, 20} {
		_, err := Format.Header(t.Context(), bytes.NewReader(encoded(t, "in.png", pngOf(t, imagetest.Cornered(width, 80)))))
		assert.ErrorIs(t, err, processors.ErrFormat, "%d", width)
	}
}

func TestTransparencyIsRefusedRatherThanLost(t *testing.T) {
	img := image.NewNRGBA(image.Rect(0, 0, 192, 128))
	for i := range img.Pix {
		img.Pix[i] = byte(i)
	}
	_, err := Format.Decode(t.Context(), encoded(t, "in.png", pngOf(t, img)))
	assert.ErrorIs(t, err, processors.ErrFormat)
}

func TestDamagedFilesAreErrors(t *testing.T) {
	file := encoded(t, "in.png", pngOf(t, imagetest.Cornered(256, 192)))
	for n := 0; n < len(file); n += len(file)/40 + 1 {
		_, err := Format.Decode(t.Context(), file[:n])
		assert.ErrorIs(t, err, processors.ErrCorrupt, "%d of %d bytes", n, len(file))
	}
}

func TestWhoWaitsForTheDecoderStopsWithItsContext(t *testing.T) {
	file := encoded(t, "in.png", pngOf(t, imagetest.Cornered(256, 192)))
	for range cap(instances) {
		instances <- struct{}{}
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	_, err := Format.Decode(ctx, file)
	assert.ErrorIs(t, err, context.DeadlineExceeded)
	for range cap(instances) {
		<-instances
	}
}

func TestMemoryIsCounted(t *testing.T) {
	decoded(t, encoded(t, "in.png", pngOf(t, imagetest.Cornered(256, 192)))) // compiles the WebAssembly
	for _, size := range []image.Point{{256, 192}, {1600, 1200}, {3000, 2000}} {
		for _, options := range [][]string{nil, {"-b", "10"}} {
			var source image.Image = imagetest.Cornered(size.X, size.Y)
			if options != nil {
				deep := image.NewRGBA64(source.Bounds())
				for i := range deep.Pix {
					deep.Pix[i] = byte(i / 8 % size.X / 16)
				}
				for i := 6; i < len(deep.Pix); i += 8 {
					deep.Pix[i], deep.Pix[i+1] = 255, 255
				}
				source = deep
			}
			file := encoded(t, "in.png", pngOf(t, source), options...)
			h, err := Format.Header(t.Context(), bytes.NewReader(file))
			require.NoError(t, err)
			account := codec.NewAccount(h.Bytes)
			var img image.Image
			most := imagetest.Peak(func() {
				img, err = Format.Decode(codec.WithAccount(t.Context(), account), file)
				require.NoError(t, err)
			})
			t.Logf("%v %v: %.1f MB of the %.1f counted, %.1f bytes per pixel", size, options, float64(most)/1e6, float64(h.Bytes)/1e6, float64(most)/float64(size.X*size.Y))
			assert.LessOrEqual(t, most, h.Bytes*11/10+4<<20)
			assert.LessOrEqual(t, account.Used(), int64(3*(size.X+64)*(size.Y+64)), "what is left is the picture")
			runtime.KeepAlive(img)
		}
	}
}
