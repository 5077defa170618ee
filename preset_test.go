package thumbnail_test

import (
	"encoding/json"
	"html/template"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail"
)

func TestPresetsAreReadFromJSON(t *testing.T) {
	var presets thumbnail.Presets
	require.NoError(t, json.Unmarshal([]byte(`{"card": {"Size": "400x300", "Method": "crop", "Ext": ".jpg", "Formats": [".webp"], "Densities": [1, 2]}}`), &presets))
	assert.Equal(t, thumbnail.Preset{Size: size(400, 300), Method: "crop", Ext: ".jpg", Formats: []string{".webp"}, Densities: []float64{1, 2}}, presets["card"])
	assert.Error(t, json.Unmarshal([]byte(`{"card": {"Size": "400"}}`), &presets))
	img, err := siteLinks(t).Image(row{"a.jpg", thumbnail.Info{Color: "#102030"}}, "card")
	require.NoError(t, err)
	b, err := json.Marshal(img)
	require.NoError(t, err)
	var back map[string]any
	require.NoError(t, json.Unmarshal(b, &back))
	assert.Equal(t, 400.0, back["width"])
	assert.Equal(t, "#102030", back["color"])
	assert.NotContains(t, back, "sizes")
}

func TestSpecsAreTheFilesThatPagesRequest(t *testing.T) {
	l := siteLinks(t)
	p := row{"a.jpg", thumbnail.Info{Width: 1100, Height: 900, Version: "v1"}}
	made := map[string]bool{}
	for s := range l.Specs(p) {
		url, err := l.URL(s)
		require.NoError(t, err)
		require.False(t, made[url], "twice: %s", url)
		made[url] = true
	}
	for name := range l.Presets {
		img, err := l.Image(p, name)
		require.NoError(t, err)
		urls := []string{img.Src}
		for _, set := range append([]thumbnail.ImageSource{{Srcset: img.Srcset}}, img.Sources...) {
			for _, c := range strings.Split(set.Srcset, ", ") {
				url, _, _ := strings.Cut(c, " ")
				urls = append(urls, url)
			}
		}
		for _, url := range urls {
			assert.True(t, url == "" || made[url], "%s: %s", name, url)
		}
	}
	n := 0
	for range l.Specs(p, "avatar", "absent") {
		n++
	}
	assert.Equal(t, 3, n)
	for range l.Specs("../x") {
		t.Fatal("a bad source has no specs")
	}
}

func TestAVersionMayHaveManyTypes(t *testing.T) {
	for _, c := range []struct {
		version any
		want    string
	}{{"v2", "v2"}, {7, "7"}, {0, "0"}, {uint64(9), "9"}, {time.Unix(1, 0), "gjdgxs"}, {time.Time{}, ""}, {(*time.Time)(nil), ""}, {nil, ""}, {template.HTML("x"), "x"}, {new("v3"), "v3"}, {new(8), "8"}, {new(time.Unix(1, 0)), "gjdgxs"}, {(*string)(nil), ""}, {(*int64)(nil), ""}} {
		got, err := renderWith(t, siteLinks(t), `{{with thumbnail "a.jpg" "1x" "crop" ".jpg" .}}{{.Version}}{{end}}`, c.version)
		require.NoError(t, err)
		assert.Equal(t, c.want, got, "%v", c.version)
	}
	for _, version := range []any{1.5, []int{1}, new(true)} {
		_, err := renderWith(t, siteLinks(t), `{{thumbnail "a.jpg" "1x" "crop" ".jpg" .}}`, version)
		assert.ErrorContains(t, err, "a version is", "%v", version)
	}
}
