// Package codectest tests image formats: their results for given files, and their contract for any file.
package codectest

import (
	"bytes"
	"context"
	"image/png"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail/internal/codec"
	"github.com/rest-thumbnails/thumbnail/internal/imagetest"
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

// Cases decodes the files in a folder of ../shared/cases, and compares them with the expected pictures. It skips or fails the test if the
// folder does not exist.
func Cases(t *testing.T, f *codec.Format, folder string) {
	dir := imagetest.Cases(t)
	for _, row := range imagetest.Rows(t, dir) {
		if strings.HasPrefix(row[0], folder+"/") {
			t.Run(row[0], func(t *testing.T) { oneCase(t, f, dir, row) })
		}
	}
}

func oneCase(t *testing.T, f *codec.Format, dir string, row []string) {
	data := imagetest.Read(t, filepath.Join(dir, row[0]))
	require.True(t, f.Match(data[:min(64, len(data))]))
	h, pic, err := Decode(t.Context(), f, data, codec.Options{})
	if row[6] == "no" && err != nil {
		assert.ErrorIs(t, err, codec.ErrFormat)
		return
	}
	require.NoError(t, err)
	want, err := png.Decode(bytes.NewReader(imagetest.Read(t, filepath.Join(dir, "expected", row[3]))))
	require.NoError(t, err)
	require.Equal(t, want.Bounds().Size(), pic.Image.Bounds().Size())
	require.Equal(t, h.Stored, pic.Image.Bounds().Size())
	least, err := strconv.ParseFloat(row[4], 64)
	require.NoError(t, err)
	assert.GreaterOrEqual(t, imagetest.PSNR(pic.Image, want), least, "dB")
}
