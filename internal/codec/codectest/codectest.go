// Package codectest tests formats: what they make of files, and that no file breaks their promises.
package codectest

import (
	"bytes"
	"compress/gzip"
	"context"
	"image"
	"image/color"
	"image/png"
	"io"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
)

// Decode reads the header of a file and decodes it.
func Decode(ctx context.Context, f *codec.Format, data []byte, o codec.Options) (*codec.Header, *codec.Picture, error) {
	h, err := f.Header(ctx, codec.NewBytesReader(ctx, data))
	if err != nil {
		return nil, nil, err
	}
	pic, err := f.Decode(ctx, data, &h, o)
	return &h, pic, err
}

// Shared returns a folder of files that are shared by programs that test image libraries, beside the
// root of the module, or "" if it is not there.
func Shared(name string) string {
	_, file, _, _ := runtime.Caller(0)
	dir := filepath.Join(filepath.Dir(file), "../../../../shared", name)
	if _, err := os.Stat(dir); err != nil {
		return ""
	}
	return dir
}

// Cases decodes the files of ../shared/cases that are in a folder, and compares them with the pictures
// that are expected. It skips the test if they are not there.
func Cases(t *testing.T, f *codec.Format, folder string) {
	dir := Shared("cases")
	if dir == "" {
		require.Empty(t, os.Getenv("THUMBNAIL_REAL"), "the cases are not there")
		t.Skip("the cases are not there")
	}
	manifest, err := os.ReadFile(filepath.Join(dir, "MANIFEST.tsv"))
	require.NoError(t, err)
	for line := range strings.Lines(string(manifest)) {
		row := strings.Split(line, "\t")
		if strings.HasPrefix(row[0], folder+"/") {
			t.Run(row[0], func(t *testing.T) { oneCase(t, f, dir, row) })
		}
	}
}

func oneCase(t *testing.T, f *codec.Format, dir string, row []string) {
	data := Read(t, filepath.Join(dir, row[0]))
	require.True(t, f.Match(data[:min(64, len(data))]))
	h, pic, err := Decode(t.Context(), f, data, codec.Options{})
	if row[6] == "no" && err != nil {
		assert.ErrorIs(t, err, codec.ErrFormat)
		return
	}
	require.NoError(t, err)
	want, err := png.Decode(bytes.NewReader(Read(t, filepath.Join(dir, "expected", row[3]))))
	require.NoError(t, err)
	require.Equal(t, want.Bounds().Size(), pic.Image.Bounds().Size())
	require.Equal(t, h.Stored, pic.Image.Bounds().Size())
	least, err := strconv.ParseFloat(row[4], 64)
	require.NoError(t, err)
	assert.GreaterOrEqual(t, PSNR(pic.Image, want), least, "dB")
}

// Read reads a file, and unpacks it if it is packed.
func Read(t testing.TB, path string) []byte {
	data, err := os.ReadFile(path)
	require.NoError(t, err)
	if strings.HasSuffix(path, ".gz") {
		r, err := gzip.NewReader(bytes.NewReader(data))
		require.NoError(t, err)
		data, err = io.ReadAll(r)
		require.NoError(t, err)
	}
	return data
}

// PSNR compares two pictures of one size, premultiplied with their alpha.
func PSNR(a, b image.Image) float64 {
	sum := 0.0
	r, s := a.Bounds(), b.Bounds().Min
	for y := range r.Dy() {
		for x := range r.Dx() {
			p, q := rgba(a, r.Min.X+x, r.Min.Y+y), rgba(b, s.X+x, s.Y+y)
			for i := range p {
				d := (float64(p[i]) - float64(q[i])) / 257
				sum += d * d
			}
		}
	}
	return 10 * math.Log10(255*255*4*float64(r.Dx()*r.Dy())/max(sum, 1e-6))
}

func rgba(m image.Image, x, y int) [4]uint16 {
	var c color.RGBA64
	if deep, ok := m.(image.RGBA64Image); ok {
		c = deep.RGBA64At(x, y)
	} else {
		c = color.RGBA64Model.Convert(m.At(x, y)).(color.RGBA64)
	}
	return [4]uint16{c.R, c.G, c.B, c.A}
}
