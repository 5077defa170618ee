package thumbnail_test

import (
	"bytes"
	"context"
	"errors"
	"image"
	"io"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail"
	"github.com/rest-thumbnails/thumbnail/processors"
	"github.com/rest-thumbnails/thumbnail/storage"
)

// unmatched returns a format of which there are no files.
func unmatched(name string) processors.Format {
	return processors.Format{
		Name: name, Match: func([]byte) bool { return false },
		Header: func(context.Context, io.Reader) (processors.FormatHeader, error) {
			return processors.FormatHeader{}, io.EOF
		},
		Decode: func(context.Context, []byte) (image.Image, error) { return nil, io.EOF },
	}
}

func TestAnUploadIsCheckedAgainstEveryLimitAndNothingIsStored(t *testing.T) {
	good := photo(t, 400, 300)
	for name, c := range map[string]struct {
		data   []byte
		change func(*thumbnail.Config)
		is     error
		says   string
	}{
		"good":       {data: good},
		"pixels":     {good, func(c *thumbnail.Config) { c.MaxPixels = 100_000 }, thumbnail.ErrTooLarge, "too large: 120000 pixels, the limit is 100000"},
		"bytes":      {good, func(c *thumbnail.Config) { c.MaxSourceBytes = 1024 }, thumbnail.ErrTooLarge, "too large: the file has more than the limit, 1024 bytes"},
		"memory":     {good, func(c *thumbnail.Config) { c.MaxMemory = 1 << 20 }, thumbnail.ErrTooLarge, "too large: a JPEG file of 400 × 300 pixels takes more memory"},
		"no picture": {[]byte("not a picture"), nil, thumbnail.ErrFormat, "not a picture of a known format: use JPEG, PNG, GIF, WebP, BMP or TIFF"},
		"no picture, another format": {[]byte("not a picture"), func(c *thumbnail.Config) { c.Formats = []processors.Format{unmatched("heic"), unmatched("png")} },
			thumbnail.ErrFormat, "use JPEG, PNG, GIF, WebP, HEIC, BMP or TIFF"},
		"no picture, formats that replace built-in ones": {[]byte("not a picture"), func(c *thumbnail.Config) {
			c.Formats = []processors.Format{unmatched("webp"), unmatched("bmp"), unmatched("heic"), unmatched("tiff"), unmatched("jpeg"), unmatched("HEIC")}
		}, thumbnail.ErrFormat, "not a picture of a known format: use JPEG, PNG, GIF, WebP, HEIC, BMP or TIFF"},
		"empty":     {nil, nil, thumbnail.ErrFormat, "empty: the file has no content"},
		"truncated": {good[:len(good)/2], nil, thumbnail.ErrCorrupt, "damaged: "},
		"preset's size": {photo(t, 20, 3000), func(c *thumbnail.Config) {
			c.Presets = thumbnail.Presets{"wide": {Size: thumbnail.Size{Width: 300}, Method: "scale"}}
			c.MaxWidth, c.MaxHeight = 400, 400
		}, thumbnail.ErrTooLarge, "makes larger thumbnails"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			store := &puts{Memory: storage.NewMemory(), byKey: map[string]int{}}
			s.Storage = store
			if c.change != nil {
				c.change(&s.Config)
			}
			h := s.handler(t)
			info, err := h.Check(t.Context(), onlyReader{bytes.NewReader(c.data)})
			assert.Empty(t, store.byKey)
			assert.Zero(t, h.Stats().Memory)
			assert.Zero(t, h.Stats().Working)
			if c.is == nil {
				require.NoError(t, err)
				described, err := thumbnail.Describer{Color: true}.Describe(t.Context(), storage.FS(fstest.MapFS{"a.jpg": {Data: c.data}}), "a.jpg")
				require.NoError(t, err)
				assert.Equal(t, described.Version, info.Version)
				assert.Equal(t, [2]int{400, 300}, [2]int{info.Width, info.Height})
				assert.Regexp(t, "^#[0-9a-f]{6}$", info.Color)
				return
			}
			var said *thumbnail.UploadError
			require.ErrorAs(t, err, &said)
			require.ErrorIs(t, err, c.is)
			assert.Contains(t, said.Error(), c.says)
			if name == "bytes" {
				assert.ErrorContains(t, errors.Unwrap(said), "Config.MaxSourceBytes (1024)", "what the log has")
			}
		})
	}
}

func TestAFailingReaderOfAnUploadIsNotAnUploadError(t *testing.T) {
	s := newSite(t)
	h := s.handler(t)
	broken := errors.New("connection reset")
	_, err := h.Check(t.Context(), io.MultiReader(bytes.NewReader(photo(t, 40, 30)), &errorReader{broken}))
	require.ErrorIs(t, err, broken)
	var said *thumbnail.UploadError
	require.False(t, errors.As(err, &said))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = h.Check(ctx, bytes.NewReader(photo(t, 40, 30)))
	require.ErrorIs(t, err, context.Canceled)
}

type errorReader struct{ err error }

func (r *errorReader) Read([]byte) (int, error) { return 0, r.err }
