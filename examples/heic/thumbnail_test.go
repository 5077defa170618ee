package main

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/png"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/image/draw"

	"github.com/rest-thumbnails/thumbnail/internal/imagetest"
	ht "github.com/rest-thumbnails/thumbnail/internal/imagetest/heiftest"
	"github.com/rest-thumbnails/thumbnail/internal/imagetest/pieces"
)

// displayP3 is an ICC profile of version 4: the primaries of DCI-P3 and white D65, adapted to D50, and
// the curve of sRGB.
func displayP3() []byte {
	s15 := func(v ...float64) (b []byte) {
		for _, x := range v {
			b = binary.BigEndian.AppendUint32(b, uint32(int32(x*65536)))
		}
		return b
	}
	xyz := func(x, y, z float64) []byte { return append([]byte("XYZ \x00\x00\x00\x00"), s15(x, y, z)...) }
	curve := append([]byte("para\x00\x00\x00\x00\x00\x03\x00\x00"), s15(2.4, 1/1.055, 0.055/1.055, 1/12.92, 0.04045)...)
	tags := []struct {
		name string
		data []byte
	}{
		{"wtpt", xyz(0.9642, 1, 0.8249)}, {"rXYZ", xyz(0.51512, 0.24120, -0.00105)}, {"gXYZ", xyz(0.29198, 0.69225, 0.04189)},
		{"bXYZ", xyz(0.15710, 0.06657, 0.78407)}, {"rTRC", curve}, {"gTRC", curve}, {"bTRC", curve},
	}
	table, data := ht.U32(uint32(len(tags))), []byte(nil)
	for _, tag := range tags {
		table = append(append(table, tag.name...), ht.U32(uint32(128+4+12*len(tags)+len(data)), uint32(len(tag.data)))...)
		data = append(data, tag.data...)
	}
	header := make([]byte, 128)
	copy(header[8:], []byte{4, 0x40, 0, 0})
	copy(header[12:], "mntrRGB XYZ ")
	copy(header[36:], "acsp")
	copy(header[68:], s15(0.9642, 1, 0.8249))
	profile := bytes.Join([][]byte{header, table, data}, nil)
	binary.BigEndian.PutUint32(profile, uint32(len(profile)))
	return profile
}

// A HEIC and a PNG in Display P3 give the same thumbnail.
func TestColorsOfDisplayP3AreConverted(t *testing.T) {
	plain := pngOf(t, imagetest.Cornered(320, 240))
	p3 := pieces.IntoPNG(plain, pieces.ICCP(displayP3()))
	want, err := ht.Thumbnail(t.Context(), p3, 160)
	require.NoError(t, err)
	unchanged, err := ht.Thumbnail(t.Context(), plain, 160)
	require.NoError(t, err)
	require.Less(t, imagetest.PSNRWithoutAlpha(want, unchanged), 32.0, "the profile changes the colors")
	file := encoded(t, "in.png", p3)
	require.Contains(t, string(file), "colrprof")
	got, err := ht.Thumbnail(t.Context(), file, 160, Format)
	require.NoError(t, err)
	assert.Greater(t, imagetest.PSNRWithoutAlpha(want, got), 35.0)

	file = ht.File(brands, 1, item(t, imagetest.Cornered(256, 192), ht.Nclx(12, 13, 6, true)))
	want, err = ht.Thumbnail(t.Context(), pieces.IntoPNG(pngOf(t, imagetest.Cornered(256, 192)), pieces.ICCP(displayP3())), 160)
	require.NoError(t, err)
	got, err = ht.Thumbnail(t.Context(), file, 160, Format)
	require.NoError(t, err)
	assert.Greater(t, imagetest.PSNRWithoutAlpha(want, got), 35.0, "code points")
}

func TestAHEICBecomesAThumbnail(t *testing.T) {
	photos := t.TempDir()
	file := encoded(t, "in.png", pngOf(t, imagetest.Cornered(320, 240)))
	require.NoError(t, os.WriteFile(filepath.Join(photos, "photo.heic"), file, 0o600))
	handler, link, err := prepare(photos, "photo.heic")
	require.NoError(t, err)
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, httptest.NewRequest(http.MethodGet, link, nil))
	require.Equal(t, http.StatusOK, w.Code, w.Body)
	assert.Equal(t, "image/jpeg", w.Header().Get("Content-Type"))
	img, _, err := image.Decode(w.Body)
	require.NoError(t, err)
	want := image.NewRGBA(image.Rect(0, 0, 200, 150))
	draw.CatmullRom.Scale(want, want.Rect, imagetest.Cornered(320, 240), image.Rect(0, 0, 320, 240), draw.Src, nil)
	assert.Greater(t, imagetest.PSNRWithoutAlpha(want, img), 30.0)
}

// Files of other programs, with the expected pictures.
func TestCasesOfHEIC(t *testing.T) {
	dir := imagetest.Cases(t)
	rows := 0
	for _, row := range imagetest.Rows(t, dir) {
		if !strings.HasPrefix(row[0], "heic/") {
			continue
		}
		rows++
		width, err := strconv.Atoi(strings.Split(row[7], "x")[0])
		require.NoError(t, err)
		least, err := strconv.ParseFloat(row[4], 64)
		require.NoError(t, err)
		file, err := os.ReadFile(filepath.Join(dir, row[0]))
		require.NoError(t, err)
		reference, err := os.Open(filepath.Join(dir, "expected", row[3]))
		require.NoError(t, err)
		expected, err := png.Decode(reference)
		require.NoError(t, err)
		reference.Close()
		got, err := ht.Thumbnail(t.Context(), file, width, Format)
		if !assert.NoError(t, err, row[0]) {
			continue
		}
		want := image.NewRGBA(got.Bounds())
		draw.CatmullRom.Scale(want, want.Rect, expected, expected.Bounds(), draw.Src, nil)
		t.Logf("%s: %.1f dB of %.0f", row[0], imagetest.PSNRWithoutAlpha(want, got), least)
		assert.Greater(t, imagetest.PSNRWithoutAlpha(want, got), least, row[0])
	}
	assert.Positive(t, rows)
}
