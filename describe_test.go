package thumbnail_test

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"io"
	"io/fs"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail"
	"github.com/rest-thumbnails/thumbnail/storage"
)

func pngOf(t *testing.T, w, h int, c color.Color) []byte {
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	draw.Draw(img, img.Rect, image.NewUniform(c), image.Point{}, draw.Src)
	var b bytes.Buffer
	require.NoError(t, png.Encode(&b, img))
	return b.Bytes()
}

// forwardOnly is a source whose files can't seek.
type forwardOnly struct{ thumbnail.Source }

func (s forwardOnly) Open(ctx context.Context, key string) (fs.File, error) {
	f, err := s.Source.Open(ctx, key)
	if err != nil {
		return nil, err
	}
	return struct{ fs.File }{f}, nil
}

func TestDescribeKnowsSizeVersionAndColor(t *testing.T) {
	red := pngOf(t, 70, 40, color.NRGBA{200, 30, 20, 255})
	source := storage.FS(fstest.MapFS{"red.png": {Data: red, ModTime: time.Unix(1, 0)}, "blue.png": {Data: pngOf(t, 70, 40, color.NRGBA{0, 0, 250, 255})}, "x.txt": {Data: []byte("no picture")}})
	info, err := thumbnail.Describe(t.Context(), source, "red.png")
	require.NoError(t, err)
	assert.Equal(t, []int{70, 40}, []int{info.Width, info.Height})
	assert.Regexp(t, `^[0-9a-f]{20}$`, info.Version)
	assert.Empty(t, info.Color)

	again, err := thumbnail.Describer{Color: true}.Describe(t.Context(), forwardOnly{source}, "red.png")
	require.NoError(t, err)
	assert.Equal(t, info.Version, again.Version, "the same content is the same version, however it is read")
	assert.Equal(t, "#c81e14", again.Color)

	other, err := thumbnail.Describe(t.Context(), source, "blue.png")
	require.NoError(t, err)
	assert.NotEqual(t, info.Version, other.Version)

	stat, err := thumbnail.Describer{FromStat: true}.Describe(t.Context(), source, "red.png")
	require.NoError(t, err)
	f, err := source.Open(t.Context(), "red.png")
	require.NoError(t, err)
	defer f.Close()
	fileInfo, err := f.Stat()
	require.NoError(t, err)
	assert.Equal(t, thumbnail.VersionOf(fileInfo), stat.Version)

	_, err = thumbnail.Describe(t.Context(), source, "absent.png")
	assert.ErrorIs(t, err, fs.ErrNotExist)
	_, err = thumbnail.Describe(t.Context(), source, "x.txt")
	assert.ErrorIs(t, err, thumbnail.ErrFormat)
	_, err = thumbnail.Describer{MaxSourceBytes: 10}.Describe(t.Context(), forwardOnly{source}, "red.png")
	assert.ErrorIs(t, err, thumbnail.ErrTooLarge)
}

func TestAVersionChangesWithEitherEndOfAFileAndItsLength(t *testing.T) {
	file := pngOf(t, 30, 20, color.White)
	versions := map[string]bool{}
	for _, tail := range [][]byte{nil, make([]byte, 300_000), append(make([]byte, 299_999), 1), make([]byte, 300_001)} {
		data := append(bytes.Clone(file), tail...)
		for _, source := range []thumbnail.Source{storage.FS(fstest.MapFS{"a.png": {Data: data}}), forwardOnly{storage.FS(fstest.MapFS{"a.png": {Data: data}})}} {
			info, err := thumbnail.Describe(t.Context(), source, "a.png")
			require.NoError(t, err)
			versions[info.Version] = true
		}
	}
	assert.Len(t, versions, 4)
}

func TestAVersionCoversTheFirstAndLast64KiB(t *testing.T) {
	const n = 300_000
	version := func(at int) string {
		data := append(pngOf(t, 30, 20, color.White), make([]byte, n)...)[:n]
		if at > 0 {
			data[at] = 1
		}
		info, err := thumbnail.Describe(t.Context(), storage.FS(fstest.MapFS{"a.png": {Data: data}}), "a.png")
		require.NoError(t, err)
		return info.Version
	}
	for at, covered := range map[int]bool{64<<10 - 1: true, 64 << 10: false, n - 64<<10 - 1: false, n - 64<<10: true, n - 1: true} {
		assert.Equal(t, covered, version(at) != version(0), at)
	}
}

func TestVersionOfDependsOnTheEntityTagOrOnStat(t *testing.T) {
	version := func(tag string, size int64, mod time.Time) string {
		f := storage.NewFile(io.LimitReader(nil, 0), storage.Info{Name: "a", Size: size, ModTime: mod, ETag: tag})
		info, err := f.Stat()
		require.NoError(t, err)
		return thumbnail.VersionOf(info)
	}
	at := time.Unix(1e9, 5)
	assert.Equal(t, version(`"a"`, 1, at), version(`"a"`, 2, time.Time{}), "the tag alone counts")
	assert.NotEqual(t, version(`"a"`, 1, at), version(`"b"`, 1, at))
	assert.NotEqual(t, version("", 1, at), version("", 2, at))
	assert.NotEqual(t, version("", 1, at), version("", 1, at.Add(1)))
	assert.Empty(t, version("", 1, time.Time{}))
	assert.Regexp(t, `^[0-9a-z]{1,13}$`, version("", 1, at))
}

// The Info in a database column is sufficient to render a page.
func TestInfoIsStoredInAColumnAndReadAgain(t *testing.T) {
	info := thumbnail.Info{Width: 640, Height: 480, Version: "v1", Focus: image.Pt(42, 67), Color: "#a0b1c2"}
	value, err := info.Value()
	require.NoError(t, err)
	text, ok := value.(string)
	require.True(t, ok)
	for _, column := range []any{text, []byte(text)} {
		got := thumbnail.Info{Color: "#000000"}
		require.NoError(t, got.Scan(column))
		assert.Equal(t, info, got)
	}
	for _, column := range []any{nil, "", []byte{}} {
		got := info
		require.NoError(t, got.Scan(column))
		assert.Zero(t, got, "%v", column)
	}
	for _, column := range []any{"{", 7, `{"width": "wide"}`} {
		assert.ErrorContains(t, new(thumbnail.Info).Scan(column), "Info", "%v", column)
	}
}
