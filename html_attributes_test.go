package thumbnail_test

import (
	"image"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rest-thumbnails/thumbnail"
)

type stringer struct{ text string }

func (s *stringer) String() string { return s.text }

func TestAttributesAreWrittenAccordingToTheTypesOfTheirValues(t *testing.T) {
	var none *stringer
	var noText *string
	text := "text"
	for _, c := range []struct {
		value any
		want  string
	}{
		{"x", ` data-x="x"`}, {7, ` data-x="7"`}, {1.5, ` data-x="1.5"`}, {true, ` data-x`}, {false, ``}, {nil, ``}, {"", ` data-x=""`},
		{&stringer{"s"}, ` data-x="s"`}, {none, ` data-x=""`}, {&text, ` data-x="text"`}, {noText, ` data-x=""`}, {pointer(7), ` data-x="7"`}, {`"<&`, ` data-x="&#34;&lt;&amp;"`},
	} {
		got, err := renderWith(t, siteLinks(t), `{{img "a.jpg" "avatar" "alt" "" "data-x" .V}}`, map[string]any{"V": c.value})
		require.NoError(t, err, "%v", c.value)
		_, rest, _ := strings.Cut(got, ` decoding="async"`)
		assert.Equal(t, c.want+">", rest, "%T", c.value)
	}
}

func TestNamesOfAttributesAreLettersDigitsDashesAndColons(t *testing.T) {
	for _, name := range []string{"a", "z", "az", "a0", "a9", "a-b", "a:b", "xlink:href", "A", "dAtA-X"} {
		got, err := renderWith(t, siteLinks(t), `{{img "a.jpg" "avatar" "alt" "" .N "v"}}`, map[string]any{"N": name})
		require.NoError(t, err, name)
		assert.Contains(t, got, " "+strings.ToLower(name)+`="v"`)
	}
	for _, name := range []string{"", "0", "9a", "-a", ":a", "`", "{", "a`", "a{", "a/", "a;", "a ", "a.b", "é", "a=b", `a"`, "on", "onload", "oN", "src", "SRCSET", "width", "height", "style", "imagesrcset", "imagesizes"} {
		_, err := renderWith(t, siteLinks(t), `{{img "a.jpg" "avatar" "alt" "" .N "v"}}`, map[string]any{"N": name})
		assert.ErrorIs(t, err, thumbnail.ErrInvalid, "%q", name)
	}
}

func TestLoadingPriorityAndPlaceholderHaveTheirAttributes(t *testing.T) {
	p := row{"a.jpg", thumbnail.Info{Width: 900, Height: 600, Color: "#aabbcc"}}
	for args, want := range map[string]string{
		`"loading" "lazy"`:                   `loading="lazy" decoding="async">`,
		`"loading" "eager"`:                  `loading="eager" decoding="async">`,
		`"priority" true`:                    `loading="eager" fetchpriority="high">`,
		`"priority" false`:                   `loading="lazy" decoding="async">`,
		`"placeholder" true`:                 `decoding="async" style="background-color:#aabbcc">`,
		`"placeholder" false`:                `decoding="async">`,
		`"placeholder" true "priority" true`: `fetchpriority="high" style="background-color:#aabbcc">`,
		`"decoding" "sync"`:                  `loading="lazy" decoding="sync">`,
		`"version" 7`:                        `decoding="async">`,
	} {
		got, err := renderWith(t, siteLinks(t), `{{img . "avatar" "alt" "" `+args+`}}`, p)
		require.NoError(t, err, args)
		assert.True(t, strings.HasSuffix(got, want), "%s: %s", args, got)
		assert.Equal(t, strings.Contains(args, "version"), strings.Contains(got, "/7-"), args)
	}
	for _, args := range []string{`"loading" "auto"`, `"loading" ""`, `"priority" 1`, `"placeholder" "x"`, `7 8`, `"version" 1.5`} {
		_, err := renderWith(t, siteLinks(t), `{{img . "avatar" "alt" "" `+args+`}}`, p)
		assert.ErrorIs(t, err, thumbnail.ErrInvalid, args)
	}
	got, err := renderWith(t, siteLinks(t), `{{img "a.jpg" "avatar" "alt" "" "placeholder" true}}`, nil)
	require.NoError(t, err)
	assert.NotContains(t, got, "style", "a color that is not known")
	for _, lazy := range []string{`"alt" ""`, `"alt" "" "loading" "lazy"`} {
		got, err = renderWith(t, siteLinks(t), `{{img . "hero" `+lazy+`}}`, p)
		require.NoError(t, err)
		assert.Contains(t, got, `sizes="auto, `)
	}
	got, err = renderWith(t, siteLinks(t), `{{img . "hero" "alt" "" "loading" "eager"}}`, p)
	require.NoError(t, err)
	assert.NotContains(t, got, "auto, ")
}

func TestAnInvalidColorIsOmitted(t *testing.T) {
	for color, known := range map[string]bool{"#a0b1c2": true, "#FFFFFF": true, "#000000": true, "#fff": false, "a0b1c2a": false, "#a0b1c2d": false, "#a0b1cg": false, "": false, "red": false} {
		img, err := siteLinks(t).Image(row{"a.jpg", thumbnail.Info{Color: color}}, "avatar")
		require.NoError(t, err)
		assert.Equal(t, known, img.Color != "", color)
	}
}

func TestAFocalPointIsUsedByMethodsThatAcceptOne(t *testing.T) {
	l := siteLinks(t)
	l.Presets["pinned"] = thumbnail.Preset{Size: size(100, 100), Method: "focus_10_20"}
	focused := row{"a.jpg", thumbnail.Info{Width: 900, Height: 600, Focus: image.Pt(30, 70)}}
	for preset, method := range map[string]string{"focus": "focus_30_70", "avatar": "crop", "pinned": "focus_10_20", "fit": "fit"} {
		img, err := l.Image(focused, preset)
		require.NoError(t, err)
		assert.Contains(t, img.Src, "/"+method+"/", preset)
	}
	for point, method := range map[image.Point]string{{101, 5}: "focus_100_5", {-1, 5}: "focus_0_5", {5, 101}: "focus_5_100", {0, 100}: "focus_0_100", {}: "focus"} {
		img, err := l.Image(row{"a.jpg", thumbnail.Info{Focus: point}}, "focus")
		require.NoError(t, err)
		assert.Contains(t, img.Src, "/"+method+"/", "%v", point)
	}
}

func TestMethodsOfLinksMayHaveArguments(t *testing.T) {
	l := thumbnail.Links{Base: "/", Signer: newSigner(t), Methods: []string{"stamp", "crop"}}
	for method, good := range map[string]bool{"stamp": true, "stamp_1": true, "stamp_a_b": true, "crop": true, "crop_1": true, "stam": false, "stampx": false, "fit": false} {
		_, err := l.URL(spec(t, "k.jpg", "9x9", method, ".jpg"))
		assert.Equal(t, good, err == nil, "%s: %v", method, err)
	}
}

func TestAPresetAtTheLimitsIsValid(t *testing.T) {
	for name, c := range map[string]struct {
		preset thumbnail.Preset
		good   bool
	}{
		"width 1":          {thumbnail.Preset{Size: size(600, 0), Widths: []int{1}}, true},
		"width 4096":       {thumbnail.Preset{Size: size(600, 0), Widths: []int{4096}}, true},
		"width 4097":       {thumbnail.Preset{Size: size(600, 0), Widths: []int{4097}}, false},
		"width 0":          {thumbnail.Preset{Size: size(600, 0), Widths: []int{0}}, false},
		"density 10":       {thumbnail.Preset{Size: size(60, 60), Densities: []float64{10}}, true},
		"density 10.1":     {thumbnail.Preset{Size: size(60, 60), Densities: []float64{10.1}}, false},
		"density 0":        {thumbnail.Preset{Size: size(60, 60), Densities: []float64{0}}, false},
		"density 0.09":     {thumbnail.Preset{Size: size(60, 60), Densities: []float64{0.09}}, false},
		"both":             {thumbnail.Preset{Size: size(60, 60), Densities: []float64{1}, Widths: []int{5}}, false},
		"widths of height": {thumbnail.Preset{Size: size(0, 60), Widths: []int{5}}, false},
		"32 widths":        {thumbnail.Preset{Size: size(60, 60), Widths: counted(32)}, true},
		"33 widths":        {thumbnail.Preset{Size: size(60, 60), Widths: counted(33)}, false},
		"33 densities":     {thumbnail.Preset{Size: size(60, 60), Densities: make([]float64, 33)}, false},
	} {
		l := siteLinks(t)
		l.Presets = thumbnail.Presets{"p": c.preset}
		assert.Equal(t, c.good, l.Check() == nil, "%s: %v", name, l.Check())
	}
}

func counted(n int) (all []int) {
	for i := range n {
		all = append(all, i+1)
	}
	return all
}

func TestAttributesHaveNoCharactersThatHTMLDoesNotPermit(t *testing.T) {
	for value, want := range map[string]string{
		"a\x00b\x01c\x7fd\u0085e": "a\uFFFDb\uFFFDc\uFFFDd\uFFFDe", "\xff\xfe": "\uFFFD\uFFFD", "\uFFFE\uFDD0\U0010FFFF": "\uFFFD\uFFFD\uFFFD",
		"tab\t line\r\n": "tab\t line\r\n", "日本 \u2028 🐱": "日本 \u2028 🐱",
	} {
		got, err := renderWith(t, siteLinks(t), `{{img "a.jpg" "avatar" "alt" . "title" .}}`, value)
		require.NoError(t, err)
		assert.Contains(t, got, ` alt="`+want+`" `, "%q", value)
		assert.Contains(t, got, ` title="`+want+`">`, "%q", value)
	}
}
