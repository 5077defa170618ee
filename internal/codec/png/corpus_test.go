package png

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/color"
	stdpng "image/png"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
	"github.com/rest-thumbnails/thumbnail/internal/imagetest"
	"github.com/rest-thumbnails/thumbnail/internal/resample"
)

const maxTestPixels = 40e6

// corpusPNGs returns the PNG files of the corpus.
func corpusPNGs(tb testing.TB) (files []imagetest.File) {
	for _, f := range imagetest.CorpusFiles(tb) {
		if f.Format == "PNG" || f.Expect != "ok" && strings.HasSuffix(f.Name, ".png") {
			files = append(files, f)
		}
	}
	require.NotEmpty(tb, files)
	return files
}

func TestTheCorpusDecodesAsByTheStandardLibrary(t *testing.T) {
	var d decoder
	sound := 0
	for _, f := range corpusPNGs(t) {
		data := imagetest.Read(t, f.Path)
		h, err := headerOf(data)
		if err == nil && float64(h.Width)*float64(h.Height) > maxTestPixels {
			assert.NotEqual(t, "ok", f.Expect)
			continue
		}
		if compare(t, &d, data, f.Name) {
			sound++
		} else {
			assert.NotEqual(t, "ok", f.Expect, f.Name)
		}
	}
	assert.NotZero(t, sound)
}

// compare decodes a file with this package and with image/png, and requires the same picture. It reports whether the file has a picture.
// image/png gets the stripped file, because image/png is less tolerant.
func compare(t *testing.T, d *decoder, data []byte, name string) bool {
	t.Helper()
	got, err := d.Decode(t.Context(), data)
	if err != nil {
		require.True(t, errors.Is(err, codec.ErrCorrupt) || errors.Is(err, codec.ErrFormat), "%s: %v", name, err)
		require.Nil(t, got)
		_, wantErr := stdpng.Decode(bytes.NewReader(data))
		require.Error(t, wantErr, "%s: %v, but image/png takes it", name, err)
		return false
	}
	sound := strip(data)
	if sound == nil {
		sound = data
	}
	want, wantErr := stdpng.Decode(bytes.NewReader(sound))
	if wantErr != nil {
		// image/png refuses surplus pixels and a palette of a third of a color, and requires a correct end.
		require.Regexp(t, "too much pixel data|unexpected EOF|bad IEND length|bad PLTE length", wantErr.Error(), name)
		return true
	}
	requireSame(t, want, got, name)
	return true
}

// requireSame requires that two pictures have the same type and the same pixels.
func requireSame(t *testing.T, want, got image.Image, name string) {
	t.Helper()
	require.Equal(t, want.Bounds(), got.Bounds(), name)
	require.IsType(t, want, got, name)
	switch want := want.(type) {
	case *image.Gray:
		require.True(t, bytes.Equal(want.Pix, got.(*image.Gray).Pix), name)
	case *image.Gray16:
		require.True(t, bytes.Equal(want.Pix, got.(*image.Gray16).Pix), name)
	case *image.RGBA:
		require.True(t, bytes.Equal(want.Pix, got.(*image.RGBA).Pix), name)
	case *image.RGBA64:
		require.True(t, bytes.Equal(want.Pix, got.(*image.RGBA64).Pix), name)
	case *image.NRGBA:
		require.True(t, bytes.Equal(want.Pix, got.(*image.NRGBA).Pix), name)
	case *image.NRGBA64:
		require.True(t, bytes.Equal(want.Pix, got.(*image.NRGBA64).Pix), name)
	case *image.Paletted:
		got := got.(*image.Paletted)
		require.True(t, bytes.Equal(want.Pix, got.Pix), name)
		require.Len(t, got.Palette, len(want.Palette), name)
		for i, c := range want.Palette {
			require.Equal(t, color.NRGBAModel.Convert(c), color.NRGBAModel.Convert(got.Palette[i]), name)
		}
	default:
		t.Fatalf("%s: %T", name, want)
	}
}

func TestShrinkingTheCorpusEqualsDecodingAndResizing(t *testing.T) {
	var d decoder
	for _, f := range corpusPNGs(t) {
		data := imagetest.Read(t, f.Path)
		if h, err := headerOf(data); err != nil || float64(h.Width)*float64(h.Height) > 4e6 {
			continue
		}
		if img, err := d.Decode(t.Context(), data); err == nil {
			requireShrinks(t, &d, data, img, f.Name)
		}
	}
}

// requireShrinks requires that decodeShrunk gives the same result as resample.Resize of img, for several sizes and parts.
func requireShrinks(t *testing.T, d *decoder, data []byte, img image.Image, name string) {
	t.Helper()
	full := resample.Full(img.Bounds())
	part := resample.Rect{X0: full.X1 / 4, Y0: full.Y1 / 3, X1: full.X1 / 2, Y1: full.Y1 / 1.5}
	for _, c := range []struct {
		r    resample.Rect
		size image.Point
	}{
		{full, image.Pt(7, 5)}, {full, image.Pt(40, 40)}, {part, image.Pt(9, 9)},
	} {
		want, err := resample.Resize(t.Context(), img, c.r, c.size, resample.Options{})
		require.NoError(t, err, name)
		got, err := d.decodeShrunk(t.Context(), data, c.r, c.size, resample.Options{})
		require.NoError(t, err, name)
		require.Equal(t, c.size, got.Bounds().Size())
		for y := range c.size.Y {
			for x := range c.size.X {
				r, g, b, a := want.At(x, y).RGBA()
				r2, g2, b2, a2 := got.At(x, y).RGBA()
				const one = 0x101
				near := near(r, r2, one) && near(g, g2, one) && near(b, b2, one) && near(a, a2, one)
				if near { // the assertion is slow, so it runs only if it fails
					continue
				}
				t.Fatalf("%s to %v at %d,%d: %v is not %v", name, c.size, x, y, got.At(x, y), want.At(x, y))
			}
		}
		resample.Release(context.Background(), got)
		resample.Release(context.Background(), want)
	}
}

func near(a, b, d uint32) bool { return max(a, b)-min(a, b) <= d }
