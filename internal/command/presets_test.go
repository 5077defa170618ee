package command

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail"
)

func TestSizesAndAgesAreParsed(t *testing.T) {
	for s, want := range map[string]byteSize{"1": 1, "10GB": 10e9, "10 gb": 10e9, "1.5k": 1500, "500MiB": 500 << 20, "2GiB": 2 << 30, "1TB": 1e12, "7B": 7} {
		var b byteSize
		require.NoError(t, b.Set(s), s)
		require.Equal(t, want, b, s)
	}
	for _, s := range []string{"", "0", "-1", "1XB", "NaN", "inf", "1e30", "0x10", "GB"} {
		require.Error(t, new(byteSize).Set(s), s)
	}
	for s, want := range map[string]time.Duration{"90d": 90 * 24 * time.Hour, "1.5d": 36 * time.Hour, "12h": 12 * time.Hour, "1h30m": 90 * time.Minute} {
		var a age
		require.NoError(t, a.Set(s), s)
		require.Equal(t, want, time.Duration(a), s)
	}
	for _, s := range []string{"", "0", "-1d", "d", "1w", "NaNd"} {
		require.Error(t, new(age).Set(s), s)
	}
}

func TestPresetsAreReadStrictly(t *testing.T) {
	presets, err := parsePresets([]byte(presetsExample))
	require.NoError(t, err)
	require.Equal(t, thumbnail.Presets{"card": {
		Size: thumbnail.Size{Width: 400, Height: 300}, Method: "crop", Ext: ".jpg", Formats: []string{".webp"}, Densities: []float64{1, 2},
	}}, presets)
	for file, says := range map[string]string{
		"":                                      "unexpected end of file",
		`{"a": {"Size": "1x1"}`:                 "unexpected end of file",
		`{}`:                                    "no presets in the file",
		`[]`:                                    "an object of objects",
		`{"a": 1}`:                              "line 1: ",
		"{\n\"a\": {\"Size\": \"1x1\",}}":       "line 2: ",
		"{\n\"a\": {\n\"Heigth\": 1}}":          `line 3: unknown field "Heigth"; expected one of Size, Method, Ext, Formats, Widths, Densities, Sizes`,
		`{"a": {"Size": "big"}}`:                "100x100, 100x or x100",
		`{"a": {"Size": 100}}`:                  "line 1: ",
		`{"a": {"Size": "1x1", "Formats": ""}}`: "Formats must be a list of strings, got string",
		`{"a": {"Size": "1x1"}} {}`:             "unexpected data after the presets",
		"{\"a\": {\"Size\": \"1x1\"},\n \"b\": {\"Size\": \"2x2\"},\n \"a\": {\"Size\": \"3x3\"}}": `line 3: duplicate preset "a"`,
		"{\"\": {\"Size\": \"1x1\"},\n \"\": {\"Size\": \"2x2\"}}":                                 `line 2: duplicate preset ""`,
	} {
		_, err := parsePresets([]byte(file))
		require.ErrorContains(t, err, says, file)
	}
	path := filepath.Join(t.TempDir(), "presets.json")
	for file, says := range map[string]string{
		`{"a": {"Size": "1x1", "Method": "cut"}}`:                `preset "a": method "cut" is not one of crop, entropy`,
		`{"a": {"Size": "1x1", "Formats": [".jxl"]}}`:            `preset "a": extension ".jxl" is not one of .gif`,
		`{"a": {"Size": "9999x1"}}`:                              "4096x4096",
		`{"a": {}}`:                                              `preset "a"`,
		`{"a": {"Size": "1x1", "Widths": [1], "Densities":[1]}}`: "not both",
	} {
		require.NoError(t, os.WriteFile(path, []byte(file), 0o644))
		for _, command := range [][]string{{"serve", "-addr", "127.0.0.1:0"}, {"check", path}, {"url", "-key", testKey, "a.jpg", "a"}} {
			_, stderr, status := called(t, nil, append(command, "-presets", path)...)
			require.Equal(t, 2, status, stderr)
			require.Contains(t, stderr, says)
		}
	}
}
