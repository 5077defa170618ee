package jpeg

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"math"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
	"github.com/rest-thumbnails/thumbnail/internal/imagetest"
)

// oddFile is a row of the manifest of odd files.
type oddFile struct {
	name, expected, class string
	data                  []byte
	psnr, top             float64
}

// oddFiles returns the cases of JPEG.
func oddFiles(t *testing.T) (files []oddFile) {
	t.Helper()
	dir := imagetest.Cases(t)
	for _, col := range imagetest.Rows(t, dir) {
		if !strings.HasPrefix(col[0], "jpeg/") {
			continue
		}
		f := oddFile{name: col[0], expected: filepath.Join(dir, "expected", col[3]), class: col[5], data: imagetest.Read(t, filepath.Join(dir, col[0])), top: 1}
		var err error
		f.psnr, err = strconv.ParseFloat(col[4], 64)
		require.NoError(t, err)
		if rest, ok := strings.CutPrefix(col[8], "top "); ok {
			f.top, err = strconv.ParseFloat(rest, 64)
			require.NoError(t, err)
		}
		files = append(files, f)
	}
	require.NotEmpty(t, files)
	return files
}

// byFormat decodes a file as the engine does, with an account of exactly the estimate.
func byFormat(t testing.TB, data []byte, o codec.Options) (*codec.Picture, *codec.Header, error) {
	t.Helper()
	h, err := Format.Header(t.Context(), codec.NewBytesReader(t.Context(), data))
	if err != nil {
		return nil, nil, err
	}
	account := codec.NewAccount(Format.Memory(&h, o))
	p, err := Format.Decode(codec.WithAccount(t.Context(), account), data, &h, o)
	return p, &h, err
}

func TestOddFilesLookAsExpected(t *testing.T) {
	for _, f := range oddFiles(t) {
		if f.class == "limit" {
			continue
		}
		_, h, err := byFormat(t, f.data, codec.Options{})
		if f.class == "tolerant" {
			assert.ErrorIs(t, err, codec.ErrCorrupt, f.name)
		} else {
			assert.NoError(t, err, f.name)
		}
		want, err := png.Decode(bytes.NewReader(read(t, f.expected)))
		require.NoError(t, err)
		for _, divisor := range []int{1, 3} {
			o := codec.Options{Least: h.Stored.Div(divisor), Tolerant: f.class == "tolerant"}
			p, _, err := byFormat(t, f.data, o)
			if !assert.NoError(t, err, f.name) {
				continue
			}
			assert.Equal(t, f.class == "tolerant", p.Partial, f.name)
			got := psnrOfMeans(p, want, f.top)
			t.Logf("%s at 1/%d: %.1f dB of %.0f", f.name, divisor, got, f.psnr)
			assert.GreaterOrEqual(t, got, f.psnr-1, "%s at 1/%d", f.name, divisor)
			p.Release()
		}
	}
}

func TestPhonePhotosOfManyMegapixelsTakeLittleMemory(t *testing.T) {
	for _, f := range oddFiles(t) {
		if f.class != "limit" {
			continue
		}
		h, err := Format.Header(t.Context(), codec.NewBytesReader(t.Context(), f.data))
		require.NoError(t, err)
		o := codec.Options{Least: image.Pt(200, 200*h.Stored.Y/h.Stored.X)}
		assert.Less(t, Format.Memory(&h, o), int64(6<<20), f.name)
		p, _, err := byFormat(t, f.data, o)
		require.NoError(t, err, f.name)
		assert.Equal(t, (h.Stored.X+7)/8, p.Image.Bounds().Dx())
		p.Release()
	}
}

// psnrOfMeans returns the PSNR of the mean colors of tiles in the upper part of two pictures. A row has 128 tiles.
func psnrOfMeans(p *codec.Picture, want image.Image, top float64) float64 {
	const across = 128
	size := want.Bounds().Size()
	down := int(top * float64(across) * float64(size.Y) / float64(size.X))
	sum := 0.
	for y := range down {
		for x := range across {
			a := mean(p.Image, p.Width/across, x, y)
			b := mean(want, float64(size.X)/across, x, y)
			for i := range a {
				sum += (a[i] - b[i]) * (a[i] - b[i])
			}
		}
	}
	return imagetest.Decibels(sum, 3*across*down)
}

// mean returns the mean color of a square tile.
func mean(img image.Image, tile float64, tx, ty int) (rgb [3]float64) {
	b := img.Bounds()
	weight := 0.
	x0, x1, y0, y1 := float64(tx)*tile, float64(tx+1)*tile, float64(ty)*tile, float64(ty+1)*tile
	for y := int(y0); y < min(int(math.Ceil(y1)), b.Dy()); y++ {
		h := min(y1, float64(y+1)) - max(y0, float64(y))
		for x := int(x0); x < min(int(math.Ceil(x1)), b.Dx()); x++ {
			w := h * (min(x1, float64(x+1)) - max(x0, float64(x)))
			c := color.RGBAModel.Convert(img.At(b.Min.X+x, b.Min.Y+y)).(color.RGBA)
			for i, v := range [3]uint8{c.R, c.G, c.B} {
				rgb[i] += w * float64(v)
			}
			weight += w
		}
	}
	for i := range rgb {
		rgb[i] /= max(weight, 1e-9)
	}
	return rgb
}
